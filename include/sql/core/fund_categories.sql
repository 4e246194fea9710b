-- Categories that an account may carry: those without a finer division.
SELECT c.fund_category
FROM core.fund_category AS c
WHERE NOT EXISTS (SELECT 1 FROM core.fund_category AS finer WHERE finer.parent = c.fund_category)
ORDER BY c.fund_category;
