-- The indicators of a run's rule book in its order, groups before their members.
SELECT
    i.indicator,
    i.parent,
    i.ordinal,
    i.name,
    i.full_points,
    i.leaf,
    coalesce(i.family, '') AS family,
    coalesce(i.measure, '') AS measure,
    i.over,
    coalesce(i.basis, '') AS basis,
    coalesce(i.method, '') AS method,
    coalesce(i.missing, '') AS missing,
    i.due_workdays,
    i.clause
FROM eval.run AS r
INNER JOIN eval.indicator AS i ON r.rulebook_id = i.rulebook_id
WHERE r.run_id = %(run_id)s
ORDER BY i.ordinal
