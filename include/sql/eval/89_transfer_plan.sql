-- How the plan of each run was made, and what was proved of it.
INSERT INTO eval.transfer_plan (run_id, method, greedy_legs, legs, moved, lower_bound, proved, stopped_by)
SELECT
    q.run_id,
    coalesce(p.method, 'greedy'),
    coalesce(p.greedy_legs, l.legs),
    l.legs,
    l.moved,
    p.lower_bound,
    coalesce(p.proved, FALSE),
    coalesce(p.stopped_by, '')
FROM batch AS b
INNER JOIN eval.quota AS q ON b.run_id = q.run_id
CROSS JOIN
    LATERAL (
        SELECT
            count(*) AS legs,
            coalesce(sum(x.amount), 0) AS moved
        FROM eval.leg AS x
        WHERE x.run_id = q.run_id AND x.status <> 'blocked'
    ) AS l
LEFT JOIN proof AS p ON q.run_id = p.run_id
