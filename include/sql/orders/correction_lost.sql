-- The newest run of each quarter, where its correction was to be an order that supersedes, a later quarter cancelled
-- that order before it was issued, and nothing has taken its place.
SELECT n.run_id
FROM (
    SELECT DISTINCT ON (r.period)
        r.run_id,
        r.period,
        r.status
    FROM eval.run_state AS r
    WHERE r.region = %(region)s AND r.purpose = 'official'
    ORDER BY r.period, r.run_id DESC
) AS n
INNER JOIN ops.order_paper AS o ON n.run_id = o.run_id AND o.kind = 'adjustment' AND o.status = 'cancelled'
WHERE
    n.status IN ('draft', 'approved')
    AND EXISTS (
        SELECT 1 FROM ops.run_correction AS c
        WHERE c.run_id = n.run_id AND c.treatment = 'superseding'
    )
    AND EXISTS (
        SELECT 1 FROM eval.official_run AS f
        WHERE f.region = %(region)s AND f.period > n.period
    )
    AND NOT EXISTS (
        SELECT 1 FROM ops.transfer_order AS t
        WHERE t.run_id = n.run_id AND t.kind = 'true_up'
    )
ORDER BY n.period
