-- Papers on their way to the issue: the signature that is due, if any, since when, and which run asked for it last.
-- sent_back: the balances had moved when it was to be issued.
SELECT
    p.order_id,
    p.region,
    p.period,
    p.order_no,
    p.kind,
    p.round,
    s.step_no,
    s.status AS brings,
    s.title,
    s.signers,
    q.dag_run,
    CAST(greatest(p.status_at, a.decided_at) AT TIME ZONE 'Asia/Shanghai' AS date) AS since,
    p.status = 'draft' AND p.round > 1 AND p.status_actor = %(system)s AS sent_back
FROM ops.order_paper AS p
LEFT JOIN LATERAL (
    SELECT d.* FROM ops.sign_step AS d
    WHERE
        d.order_id = p.order_id AND NOT EXISTS (
            SELECT FROM ops.approval AS v
            WHERE v.order_id = d.order_id AND v.step_no = d.step_no AND v.round = p.round AND v.verdict = 'approved'
        )
    ORDER BY d.step_no
    LIMIT 1
) AS s ON TRUE
LEFT JOIN LATERAL (
    SELECT r.dag_run FROM ops.sign_request AS r
    WHERE r.order_id = p.order_id AND r.round = p.round AND r.step_no = s.step_no
    ORDER BY r.request_id DESC
    LIMIT 1
) AS q ON TRUE
LEFT JOIN LATERAL (
    SELECT max(v.decided_at) AS decided_at FROM ops.approval AS v
    WHERE v.order_id = p.order_id AND v.round = p.round
) AS a ON TRUE
WHERE p.status IN ('draft', 'reviewed', 'signed')
ORDER BY p.order_id
