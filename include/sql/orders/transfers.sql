-- Transfers as a letter names them: of one order, or of all orders of a region, in the states asked for.
SELECT
    l.order_no,
    l.period,
    l.kind,
    l.leg_code,
    l.from_institution,
    coalesce(a.short_name, l.from_institution) AS from_name,
    l.from_account,
    coalesce(l.to_institution, '') AS to_institution,
    coalesce(b.short_name, l.to_institution, '待分配') AS to_name,
    coalesce(l.to_account, '') AS to_account,
    l.owner,
    f.name AS category,
    l.amount,
    l.available_from,
    l.blocked,
    l.reason,
    l.status,
    coalesce(l.status_reason, '') AS status_reason,
    l.due_on,
    coalesce(l.excused, FALSE) AS excused,
    CAST(l.issued_at AT TIME ZONE 'Asia/Shanghai' AS date) AS issued_on
FROM ops.leg_state AS l
INNER JOIN core.fund_category AS f ON l.fund_category = f.fund_category
LEFT JOIN LATERAL (
    SELECT coalesce(n.short_name, n.name) AS short_name
    FROM raw.standing_submission AS t
    INNER JOIN core.institution AS n ON t.submission_id = n.submission_id
    WHERE t.region = l.region AND n.institution = l.from_institution
    ORDER BY t.period DESC
    LIMIT 1
) AS a ON TRUE
LEFT JOIN LATERAL (
    SELECT coalesce(n.short_name, n.name) AS short_name
    FROM raw.standing_submission AS t
    INNER JOIN core.institution AS n ON t.submission_id = n.submission_id
    WHERE t.region = l.region AND n.institution = l.to_institution
    ORDER BY t.period DESC
    LIMIT 1
) AS b ON TRUE
WHERE
    l.region = %(region)s
    AND l.order_no = coalesce(CAST(%(order_no)s AS text), l.order_no)
    AND (CAST(%(states)s AS text[]) IS NULL OR l.status = ANY(CAST(%(states)s AS text[])))
ORDER BY l.order_id, l.blocked, l.leg_no
