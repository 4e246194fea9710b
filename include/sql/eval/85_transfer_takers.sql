-- Where the banks of a single run can receive.
SELECT
    v.owner,
    v.fund_category,
    n.institution AS bank,
    v.account
FROM receiver AS v
INNER JOIN need AS n ON v.bank = n.bank
