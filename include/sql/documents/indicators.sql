-- The indicators of a run's rule book in its order, groups before their members; then those of its policy banks' (S17).
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
    i.clause
FROM eval.run AS r
INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id
INNER JOIN eval.indicator AS i ON i.rulebook_id IN (k.rulebook_id, k.policy_rulebook_id)
WHERE r.run_id = %(run_id)s
ORDER BY i.rulebook_id <> k.rulebook_id, i.ordinal
