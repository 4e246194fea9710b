-- The transfers of a run as an order takes them: what the paying account had on the base date is kept beside each, so
-- that the order can be held against the balances of the day on which it is issued (S12).
SELECT
    l.from_institution,
    l.to_institution,
    l.from_account,
    l.to_account,
    l.owner,
    l.fund_category,
    l.amount,
    coalesce(l.available_from, r.as_of) AS available_from,
    h.balance AS base_balance,
    l.status = 'blocked' AS blocked,
    l.reason
FROM eval.leg AS l
INNER JOIN eval.run AS r ON l.run_id = r.run_id
INNER JOIN eval.holding AS h ON l.run_id = h.run_id AND l.from_account = h.account
WHERE l.run_id = %(run_id)s
ORDER BY l.leg_no
