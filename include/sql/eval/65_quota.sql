-- The controlled total T and what is set aside before the rest is shared by score (S04, S15, S17, S19, S22).
INSERT INTO eval.quota (run_id, stock, reserve, total, set_aside, derivation)
SELECT
    t.run_id,
    t.stock,
    t.reserve,
    t.total,
    a.amount,
    t.derivation
FROM controlled AS t
INNER JOIN (
    SELECT
        s.run_id,
        sum(
            CASE s.role
                WHEN 'policy' THEN coalesce(p.amount, s.own)
                WHEN 'carved_out' THEN s.carve_out_amount
                WHEN 'excluded' THEN s.rigid
                ELSE 0
            END
        ) AS amount
    FROM stock AS s
    LEFT JOIN eval.policy_support AS p ON s.run_id = p.run_id AND s.institution = p.institution
    GROUP BY s.run_id
) AS a ON t.run_id = a.run_id
WHERE t.total >= 0
ORDER BY t.run_id
