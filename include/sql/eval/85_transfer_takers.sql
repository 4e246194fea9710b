-- Where the banks of a single run can receive.
SELECT
    g.owner,
    g.fund_category,
    n.institution AS bank,
    v.account
FROM receiver AS v
INNER JOIN need AS n ON v.bank = n.bank
INNER JOIN transfer_group AS g ON v.kind = g.kind
