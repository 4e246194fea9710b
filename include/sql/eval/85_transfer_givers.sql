-- What each account of a single run can give, and in how many days.
SELECT
    s.owner,
    s.fund_category,
    n.institution AS bank,
    s.account,
    s.amount,
    coalesce(s.available_from - r.as_of, 0) AS wait
FROM supply AS s
INNER JOIN need AS n ON s.bank = n.bank
INNER JOIN eval.run AS r ON s.run_id = r.run_id
