-- The true-ups that a run counts, oldest paper first, and by bank: each is held against the run without it and without
-- those after it.
CREATE TEMPORARY TABLE turn_of_true_up ON COMMIT DROP AS
SELECT
    u.run_id,
    u.order_no,
    u.institution,
    dense_rank() OVER (PARTITION BY u.run_id ORDER BY o.order_id) AS turn_no,
    sum(u.amount) AS amount,
    sum(u.amount) FILTER (WHERE u.counted) AS counted
FROM batch AS b
INNER JOIN eval.run_true_up AS u ON b.run_id = u.run_id
INNER JOIN ops.transfer_order AS o ON u.order_no = o.order_no
GROUP BY u.run_id, u.order_no, o.order_id, u.institution;
