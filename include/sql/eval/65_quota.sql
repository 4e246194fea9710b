-- The controlled total T and what is set aside before the rest is shared by score (S04, S15, S17, S19, S22).
INSERT INTO eval.quota (run_id, stock, reserve, total, set_aside, derivation)
SELECT
    t.run_id,
    t.stock,
    t.reserve,
    t.total,
    sum(
        CASE s.role
            WHEN 'policy' THEN coalesce(p.amount, s.own)
            WHEN 'carved_out' THEN s.carve_out_amount
            WHEN 'excluded' THEN s.rigid
            ELSE 0
        END
    ),
    t.derivation
FROM controlled AS t
INNER JOIN stock AS s ON t.run_id = s.run_id
LEFT JOIN eval.policy_support AS p ON s.run_id = p.run_id AND s.institution = p.institution
WHERE t.total >= 0
GROUP BY t.run_id, t.stock, t.reserve, t.total, t.derivation
