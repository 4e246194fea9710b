-- The transfers of a run, those that wait for an account last.
SELECT
    l.leg_no,
    l.from_institution,
    l.to_institution,
    l.from_account,
    coalesce(l.to_account, '') AS to_account,
    l.owner,
    l.fund_category,
    f.name AS fund_category_name,
    l.amount,
    l.status,
    l.reason,
    l.available_from
FROM eval.leg AS l
INNER JOIN core.fund_category AS f ON l.fund_category = f.fund_category
WHERE l.run_id = %(run_id)s
ORDER BY l.status = 'blocked', l.leg_no
