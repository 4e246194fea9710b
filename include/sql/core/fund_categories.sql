-- Categories that an account may carry: those without a finer division.
SELECT c.fund_category
FROM core.fund_category AS c
LEFT JOIN core.fund_category AS finer ON c.fund_category = finer.parent
WHERE finer.fund_category IS NULL
ORDER BY c.fund_category;
