-- The controlled total T and what is set aside before the proportional part (S04, S15, S17, S22).
WITH held AS (
    SELECT
        h.run_id,
        h.institution,
        sum(h.balance) AS held,
        coalesce(sum(h.balance) FILTER (WHERE NOT h.adjustable), 0) AS rigid
    FROM batch AS b
    INNER JOIN eval.holding AS h ON b.run_id = h.run_id
    GROUP BY h.run_id, h.institution
),

stock AS (
    SELECT
        run_id,
        sum(held) AS total
    FROM held
    GROUP BY run_id
),

set_aside AS (
    SELECT
        p.run_id,
        sum(
            CASE p.role
                WHEN 'policy' THEN coalesce(h.held, 0)
                WHEN 'carved_out' THEN p.carve_out_amount
                WHEN 'excluded' THEN coalesce(h.rigid, 0)
                ELSE 0
            END
        ) AS amount
    FROM batch AS b
    INNER JOIN eval.participant AS p ON b.run_id = p.run_id
    LEFT JOIN held AS h ON p.run_id = h.run_id AND p.institution = h.institution
    GROUP BY p.run_id
)

INSERT INTO eval.quota (run_id, total, set_aside, derivation)
SELECT
    r.run_id,
    q.total,
    s.amount,
    q.derivation
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id
INNER JOIN set_aside AS s ON r.run_id = s.run_id
LEFT JOIN stock AS t ON r.run_id = t.run_id
INNER JOIN LATERAL (
    SELECT
        t.total,
        to_char(r.as_of, 'YYYY-MM-DD') || ' 范围内存量合计' AS derivation
    WHERE k.quota_mode = 'stock'
    UNION ALL
    (
        SELECT
            d.amount,
            '决定 ' || d.decision
        FROM eval.run_decision AS d
        WHERE
            d.run_id = r.run_id AND d.kind = 'quota' AND k.quota_mode = 'fixed'
            AND r.as_of BETWEEN d.valid_from AND coalesce(d.valid_to, 'infinity')
        ORDER BY d.decided_on DESC, d.submission_id DESC, d.record_no DESC
        LIMIT 1
    )
) AS q ON TRUE
WHERE q.total IS NOT NULL
