-- The transfers of a single run as they stand.
SELECT
    s.account AS from_account,
    d.to_account,
    d.amount
FROM draft_leg AS d
INNER JOIN supply AS s ON d.item = s.item
