-- The run that stands for the quarter of a run: that of the adjustment or true-up issued last, else the published one. And
-- what decides how a correction of it is treated: the rule book's threshold, and the last quarter that is published.
SELECT
    r.region,
    r.period,
    r.status,
    r.rulebook_id,
    k.true_up_threshold AS threshold,
    f.published_run_id,
    coalesce(i.run_id, f.published_run_id) AS against_run_id,
    s.order_no AS standing_order,
    t.order_nos AS lapsing,
    (
        SELECT max(l.period) FROM eval.official_run AS l
        WHERE l.region = r.region AND l.period > r.period
    ) AS later
FROM eval.run_state AS r
INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id
LEFT JOIN LATERAL (
    SELECT o.run_id AS published_run_id
    FROM eval.official_run AS o
    WHERE o.region = r.region AND o.period = r.period
) AS f ON TRUE
LEFT JOIN LATERAL (
    SELECT o.run_id
    FROM ops.transfer_order AS o
    INNER JOIN ops.order_event AS e ON o.order_id = e.order_id AND e.status = 'issued'
    WHERE o.region = r.region AND o.period = r.period AND o.kind IN ('adjustment', 'true_up')
    ORDER BY e.event_id DESC
    LIMIT 1
) AS i ON TRUE
-- The order whose transfers a new one would cancel.
LEFT JOIN LATERAL (
    SELECT o.order_no
    FROM ops.order_paper AS o
    WHERE o.region = r.region AND o.period = r.period AND o.kind = 'adjustment' AND o.status = 'issued'
    ORDER BY o.order_id DESC
    LIMIT 1
) AS s ON TRUE
-- True-ups that an order of this run takes over, or took over when it was issued.
LEFT JOIN LATERAL (
    SELECT string_agg(u.order_no, '、' ORDER BY u.event_id) AS order_nos
    FROM ops.issued_true_up AS u
    LEFT JOIN ops.transfer_order AS w ON u.lapsed_by = w.order_no
    WHERE
        u.region = r.region AND u.period = r.period AND u.run_id <> r.run_id
        AND coalesce(w.run_id, r.run_id) = r.run_id
) AS t ON TRUE
WHERE r.run_id = %(run_id)s AND r.purpose = 'official'
