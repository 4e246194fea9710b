-- Value and points of each bank for each indicator that was scored.
SELECT
    t.institution,
    t.indicator,
    v.value,
    v.numerator,
    v.denominator,
    t.points,
    t.rank,
    t.reference,
    t.gate,
    t.basis,
    v.class AS klass,
    v.flag AS value_flag,
    t.flag
FROM eval.points AS t
INNER JOIN eval.run AS r ON t.run_id = r.run_id
INNER JOIN eval.indicator_value AS v
    ON t.run_id = v.run_id AND t.institution = v.institution AND t.indicator = v.indicator
INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id
INNER JOIN eval.indicator AS i
    ON i.rulebook_id IN (k.rulebook_id, k.policy_rulebook_id) AND t.indicator = i.indicator
INNER JOIN eval.participant AS p ON t.run_id = p.run_id AND t.institution = p.institution
WHERE t.run_id = %(run_id)s
ORDER BY i.rulebook_id <> k.rulebook_id, i.ordinal, p.role <> 'commercial', p.role, p.sort_no, p.institution
