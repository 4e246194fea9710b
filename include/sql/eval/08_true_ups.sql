-- Issued true-ups (补差) that a run of this region and period adds to stated amounts: those that a published run of the
-- quarter counted, and, while neither it nor a later quarter is published, those that no quarter has counted yet. So each
-- is counted in one quarter, the first that is evaluated after its issue, by all runs of that quarter.
WITH counted AS (
    SELECT DISTINCT
        t.order_no,
        r.period
    FROM eval.true_up AS t
    INNER JOIN eval.run AS r ON t.run_id = r.run_id AND r.purpose = 'official'
    INNER JOIN eval.run_event AS e ON r.run_id = e.run_id AND e.status = 'published'
    WHERE r.region = %(region)s
)

SELECT
    o.order_no,
    e.institution,
    o.period,
    e.effect AS amount,
    e.correction_id
FROM ops.issued_true_up AS o
INNER JOIN (
    SELECT
        x.run_id,
        max(x.correction_id) AS correction_id
    FROM ops.run_correction AS x
    WHERE x.region = %(region)s AND x.treatment = 'true_up'
    GROUP BY x.run_id
) AS c ON o.run_id = c.run_id
INNER JOIN ops.run_correction_effect AS e ON c.correction_id = e.correction_id AND e.effect <> 0
LEFT JOIN counted AS n ON o.order_no = n.order_no
WHERE
    o.region = %(region)s AND o.period < %(period)s AND o.lapsed_by IS NULL
    AND (
        n.period = %(period)s
        OR (
            n.period IS NULL AND NOT EXISTS (
                SELECT 1 FROM eval.official_run AS f
                WHERE f.region = %(region)s AND f.period >= %(period)s
            )
        )
    )
ORDER BY o.order_no, e.institution
