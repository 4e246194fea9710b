-- What of each difference is ordered, waits for a time deposit or for an account, or is carried to the next quarter, and
-- why (S12). Where less is shared out than there is, what nobody may receive is kept for payments, not carried.
WITH moved AS (
    SELECT
        e.run_id,
        e.institution,
        coalesce(sum(e.amount) FILTER (WHERE e.status = 'planned'), 0) AS planned,
        coalesce(sum(e.amount) FILTER (WHERE e.status = 'scheduled'), 0) AS scheduled,
        coalesce(sum(e.amount) FILTER (WHERE e.status = 'blocked'), 0) AS blocked
    FROM batch AS b
    INNER JOIN eval.leg AS l ON b.run_id = l.run_id
    CROSS JOIN
        LATERAL (
            VALUES (l.run_id, l.from_institution, -l.amount, l.status), (l.run_id, l.to_institution, l.amount, l.status)
        ) AS e (run_id, institution, amount, status)
    GROUP BY e.run_id, e.institution
),

rest AS (
    SELECT
        a.run_id,
        a.institution,
        a.delta,
        coalesce(m.planned, 0) AS planned,
        coalesce(m.scheduled, 0) AS scheduled,
        coalesce(m.blocked, 0) AS blocked,
        a.delta - coalesce(m.planned + m.scheduled + m.blocked, 0) AS carried,
        sum(a.delta) OVER (PARTITION BY a.run_id) < 0 AS reserved,
        sum(greatest(a.delta - coalesce(m.planned + m.scheduled + m.blocked, 0), 0)) OVER (PARTITION BY a.run_id) AS wanted,
        k.min_leg
    FROM batch AS b
    INNER JOIN eval.run AS r ON b.run_id = r.run_id
    INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id
    INNER JOIN eval.allocation AS a ON r.run_id = a.run_id
    LEFT JOIN moved AS m ON a.run_id = m.run_id AND a.institution = m.institution
)

INSERT INTO eval.adjustment (run_id, institution, delta, planned, scheduled, blocked, reason)
SELECT
    t.run_id,
    t.institution,
    t.delta,
    t.planned,
    t.scheduled,
    t.blocked,
    concat_ws(
        '；',
        CASE WHEN t.scheduled <> 0 THEN '部分待定期存款到期后划转' END,
        CASE WHEN t.blocked <> 0 THEN '对方行无同一所有者、同一类别的账户，需开户' END,
        CASE
            WHEN t.carried = 0 THEN NULL
            WHEN t.carried < 0 AND t.reserved AND t.wanted = 0 THEN '应存总量小于存量，无须调入的部分留作支付准备'
            WHEN abs(t.delta) < t.min_leg THEN format('差额低于 %s 元，结转下期', t.min_leg)
            WHEN t.carried < 0 AND t.reserved
                THEN '应存总量小于存量，无须调入的部分留作支付准备，其余资金下季度末前不到期或不足起点，结转下期'
            WHEN t.carried < 0 THEN '其余可调资金下季度末前不到期或不足起点，结转下期'
            ELSE '暂无可调入资金，结转下期'
        END
    )
FROM rest AS t
