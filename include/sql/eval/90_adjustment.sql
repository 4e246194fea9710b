-- What of each difference is ordered, blocked, or carried to the next quarter, and why (S12).
WITH moved AS (
    SELECT
        e.run_id,
        e.institution,
        coalesce(sum(e.amount) FILTER (WHERE e.status = 'planned'), 0) AS planned,
        coalesce(sum(e.amount) FILTER (WHERE e.status = 'blocked'), 0) AS blocked
    FROM batch AS b
    INNER JOIN eval.leg AS l ON b.run_id = l.run_id
    INNER JOIN LATERAL (
        VALUES (l.run_id, l.from_institution, -l.amount, l.status), (l.run_id, l.to_institution, l.amount, l.status)
    ) AS e (run_id, institution, amount, status) ON TRUE
    GROUP BY e.run_id, e.institution
)

INSERT INTO eval.adjustment (run_id, institution, delta, planned, blocked, reason)
SELECT
    a.run_id,
    a.institution,
    a.delta,
    coalesce(m.planned, 0),
    coalesce(m.blocked, 0),
    concat_ws(
        '；',
        CASE WHEN m.blocked <> 0 THEN '对方行无同一所有者、同一类别的账户，需开户' END,
        CASE
            WHEN a.delta - coalesce(m.planned, 0) - coalesce(m.blocked, 0) = 0 THEN NULL
            WHEN abs(a.delta) < k.min_leg THEN format('差额低于 %s 元，结转下期', k.min_leg)
            WHEN a.delta < 0 THEN '其余可调资金未到期或不足起点，结转下期'
            ELSE '暂无可调入资金，结转下期'
        END
    )
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id
INNER JOIN eval.allocation AS a ON r.run_id = a.run_id
LEFT JOIN moved AS m ON a.run_id = m.run_id AND a.institution = m.institution
