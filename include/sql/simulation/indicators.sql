-- What one bank's indicators are worth in some runs.
SELECT
    t.run_id,
    t.indicator,
    i.name,
    v.value,
    v.as_of,
    t.points,
    i.full_points,
    i.effect
FROM eval.points AS t
INNER JOIN eval.run AS r ON t.run_id = r.run_id
INNER JOIN eval.indicator AS i ON r.rulebook_id = i.rulebook_id AND t.indicator = i.indicator
INNER JOIN eval.indicator_value AS v
    ON t.run_id = v.run_id AND t.institution = v.institution AND t.indicator = v.indicator
WHERE t.run_id = ANY(%(run_ids)s) AND t.institution = %(institution)s
ORDER BY t.run_id, i.ordinal
