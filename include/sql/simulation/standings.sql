-- How each institution of some runs stands: role, score, share, rank, and what it should hold.
SELECT
    p.run_id,
    p.institution,
    p.name,
    p.short_name,
    p.role,
    coalesce(s.score, 0) AS score,
    coalesce(s.share, 0) AS share,
    s.rank,
    coalesce(a.target, 0) AS target,
    coalesce(a.current_amount, 0) AS current,
    coalesce(d.binding, '') AS binding
FROM eval.participant AS p
LEFT JOIN eval.score AS s ON p.run_id = s.run_id AND p.institution = s.institution
LEFT JOIN eval.allocation AS a ON p.run_id = a.run_id AND p.institution = a.institution
LEFT JOIN eval.bounded AS d ON p.run_id = d.run_id AND p.institution = d.institution
WHERE p.run_id = ANY(%(run_ids)s)
ORDER BY p.run_id, p.role <> 'commercial', p.role, p.sort_no, p.institution
