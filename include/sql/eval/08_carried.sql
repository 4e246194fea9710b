-- What earlier quarters could not make good of their true-ups, for a run of this region and period: what the quarter's
-- published run counts; while neither it nor a later quarter is published, all that no quarter took over yet.
SELECT
    c.from_run_id,
    c.order_no,
    c.institution,
    c.amount
FROM eval.official_run AS f
INNER JOIN eval.true_up_carried AS c ON f.run_id = c.run_id
WHERE f.region = %(region)s AND f.period = %(period)s
UNION ALL
SELECT
    o.run_id,
    o.order_no,
    o.institution,
    o.amount
FROM eval.open_remainder AS o
WHERE
    o.region = %(region)s AND o.period < %(period)s
    AND NOT EXISTS (
        SELECT 1 FROM eval.official_run AS f
        WHERE f.region = %(region)s AND f.period >= %(period)s
    )
ORDER BY from_run_id, order_no, institution
