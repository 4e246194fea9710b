-- How the plan of each run was made, and what was proved of it.
INSERT INTO eval.transfer_plan (run_id, method, greedy_legs, legs, moved, lower_bound, proved, stopped_by)
SELECT
    q.run_id,
    coalesce(p.method, 'greedy'),
    coalesce(p.greedy_legs, l.legs, 0),
    coalesce(l.legs, 0),
    coalesce(l.moved, 0),
    p.lower_bound,
    coalesce(p.proved, FALSE),
    coalesce(p.stopped_by, '')
FROM batch AS b
INNER JOIN eval.quota AS q ON b.run_id = q.run_id
LEFT JOIN (
    SELECT
        d.run_id,
        count(*) AS legs,
        sum(d.amount) AS moved
    FROM draft_leg AS d
    WHERE d.to_account IS NOT NULL
    GROUP BY d.run_id
) AS l ON q.run_id = l.run_id
LEFT JOIN proof AS p ON q.run_id = p.run_id
