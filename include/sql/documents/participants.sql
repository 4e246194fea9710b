-- Every institution of a run with its score, its bounds, its amount and what becomes of the difference.
SELECT
    p.institution,
    p.name,
    p.short_name,
    p.predecessor_names AS predecessors,
    p.type,
    p.role,
    p.reason,
    p.sort_no,
    s.rank,
    coalesce(s.score, 0) AS score,
    coalesce(s.share, 0) AS share,
    d.current_amount AS current,
    d.rigid_amount AS rigid,
    d.floor_amount AS floor,
    d.cap_amount AS cap,
    d.raw_target,
    d.bounded_target,
    d.binding,
    d.stated_amount AS stated,
    d.weight,
    a.target,
    a.delta,
    coalesce(j.planned, 0) AS planned,
    coalesce(j.blocked, 0) AS blocked,
    coalesce(j.carried, 0) AS carried,
    coalesce(j.reason, '') AS remark
FROM eval.participant AS p
INNER JOIN eval.bounded AS d ON p.run_id = d.run_id AND p.institution = d.institution
INNER JOIN eval.allocation AS a ON p.run_id = a.run_id AND p.institution = a.institution
LEFT JOIN eval.score AS s ON p.run_id = s.run_id AND p.institution = s.institution
LEFT JOIN eval.adjustment AS j ON p.run_id = j.run_id AND p.institution = j.institution
WHERE p.run_id = %(run_id)s
ORDER BY p.role <> 'commercial', p.role, p.sort_no, p.institution
