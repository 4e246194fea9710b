-- The price of a run's correction as it was recorded last, and the paper that came of it.
SELECT
    c.correction_id,
    c.against_run_id,
    c.treatment,
    c.reason,
    c.threshold,
    c.priced_at,
    o.order_no,
    o.status AS order_status,
    b.order_no AS superseded_order
FROM ops.run_correction AS c
LEFT JOIN ops.order_paper AS o
    ON c.run_id = o.run_id AND o.kind = CASE c.treatment WHEN 'true_up' THEN 'true_up' ELSE 'adjustment' END
LEFT JOIN ops.transfer_order AS b ON o.supersedes = b.order_id
WHERE c.run_id = %(run_id)s
ORDER BY c.correction_id DESC
LIMIT 1
