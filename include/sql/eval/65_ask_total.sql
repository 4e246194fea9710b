-- What the total leaves open: no decided amount, a reserve that cannot be left, more set aside than there is (S04, S15).
SELECT
    r.run_id,
    'EVA-V040' AS check_id,
    'validity' AS class,
    '额度总控为“决定数”，但没有有效的额度决定' AS message,
    '请在决定表中补充种类为 quota 的决定及金额' AS advice
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id AND k.scheme <> 'index' AND k.quota_mode = 'fixed'
LEFT JOIN eval.quota AS q ON r.run_id = q.run_id
WHERE q.run_id IS NULL
UNION ALL
SELECT
    t.run_id,
    'EVA-V060',
    'validity',
    format('支付准备 %s 元超过存量合计 %s 元，差 %s 元，没有可以分配的资金', t.reserve, t.stock, t.reserve - t.stock),
    '请核对考核办法的 allocation.reserve_amount'
FROM controlled AS t
WHERE t.total < 0
UNION ALL
SELECT
    t.run_id,
    'EVA-V061',
    'validity',
    format(
        '支付准备 %s 元留不出来：不调整存量合计 %s 元，超过存量减支付准备后的总量 %s 元，差 %s 元：%s',
        t.reserve, t.rigid, t.total, t.rigid - t.total,
        (
            SELECT string_agg(s.name || ' ' || s.rigid, '、' ORDER BY s.rigid DESC, s.name)
            FROM stock AS s
            WHERE s.run_id = t.run_id AND s.rigid > 0
        )
    ),
    '请调低支付准备，或核对账户的可调整标志'
FROM controlled AS t
WHERE t.reserve > 0 AND t.total >= 0 AND t.rigid > t.total
UNION ALL
SELECT
    q.run_id,
    'EVA-V062',
    'validity',
    format(
        '先行列支合计 %s 元超过总量 %s 元，差 %s 元：%s',
        q.set_aside, q.total, q.set_aside - q.total,
        (
            SELECT string_agg(s.name || ' ' || a.amount, '、' ORDER BY a.amount DESC, s.name)
            FROM stock AS s
            LEFT JOIN eval.policy_support AS p ON s.run_id = p.run_id AND s.institution = p.institution
            CROSS JOIN
                LATERAL (
                    SELECT
                        CASE s.role
                            WHEN 'policy' THEN coalesce(p.amount, s.held) WHEN 'carved_out' THEN s.carve_out_amount ELSE s.rigid
                        END AS amount
                ) AS a
            WHERE s.run_id = q.run_id AND s.role <> 'commercial' AND a.amount > 0
        )
    ),
    '请核对一事一议金额、额度决定与不参加分配的存量'
FROM batch AS b
INNER JOIN eval.quota AS q ON b.run_id = q.run_id
WHERE q.distributable < 0
ORDER BY run_id, check_id
