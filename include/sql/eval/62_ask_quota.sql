-- The bounded allocation must have a solution (N9): floors within T', caps not below it; else the names and the gap.
WITH bound AS (
    SELECT
        p.run_id,
        q.total,
        q.distributable,
        round(ceil(k.concentration_cap * q.total * 100) / 100, 2) AS cap_amount,
        p.name,
        -- A bank without a score stays at its floor, so its cap gives no room.
        coalesce(s.score, 0) > 0 AS scored,
        coalesce(sum(h.balance) FILTER (WHERE NOT h.adjustable), 0) AS floor_amount
    FROM batch AS b
    INNER JOIN eval.run AS r ON b.run_id = r.run_id
    INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id
    INNER JOIN eval.quota AS q ON b.run_id = q.run_id
    INNER JOIN eval.participant AS p ON q.run_id = p.run_id AND p.role = 'commercial'
    LEFT JOIN eval.score AS s ON p.run_id = s.run_id AND p.institution = s.institution
    LEFT JOIN eval.holding AS h ON p.run_id = h.run_id AND p.institution = h.institution
    GROUP BY p.run_id, q.total, q.distributable, k.concentration_cap, p.institution, p.name, s.score
)

SELECT
    r.run_id,
    'EVA-V040' AS check_id,
    'validity' AS class,
    '额度总控为“决定数”，但没有有效的额度决定' AS message,
    '请在决定表中补充种类为 quota 的决定及金额' AS advice
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
LEFT JOIN eval.quota AS q ON r.run_id = q.run_id
WHERE q.run_id IS NULL
UNION ALL
SELECT
    f.run_id,
    'EVA-V041',
    'validity',
    format(
        '不调整存量合计 %s 元超过可分配总量 %s 元，差 %s 元：%s', sum(f.floor_amount), f.distributable,
        sum(f.floor_amount) - f.distributable,
        string_agg(f.name || ' ' || f.floor_amount, '、' ORDER BY f.floor_amount DESC, f.name) FILTER (WHERE f.floor_amount > 0)
    ),
    '请核对一事一议金额、额度决定与账户的可调整标志'
FROM bound AS f
GROUP BY f.run_id, f.distributable
HAVING sum(f.floor_amount) > f.distributable
UNION ALL
SELECT
    f.run_id,
    'EVA-V042',
    'validity',
    format(
        '有得分银行的上限与无得分银行的不调整存量合计 %s 元，低于可分配总量 %s 元',
        sum(CASE WHEN f.scored THEN greatest(f.cap_amount, f.floor_amount) ELSE f.floor_amount END), f.distributable
    ),
    '请提高集中度上限，或由县政府决定超出部分的存放'
FROM bound AS f
WHERE f.cap_amount IS NOT NULL
GROUP BY f.run_id, f.distributable
HAVING sum(CASE WHEN f.scored THEN greatest(f.cap_amount, f.floor_amount) ELSE f.floor_amount END) < f.distributable
UNION ALL
SELECT
    p.run_id,
    'EVA-M043',
    'macro',
    format('%s 的一事一议金额 %s 元低于其不调整存量 %s 元，差额无法划出', p.name, p.carve_out_amount, sum(h.balance)),
    '请核对决定金额，或另行决定这部分存量能否调整'
FROM batch AS b
INNER JOIN eval.participant AS p ON b.run_id = p.run_id AND p.role = 'carved_out'
INNER JOIN eval.holding AS h ON p.run_id = h.run_id AND p.institution = h.institution AND NOT h.adjustable
GROUP BY p.run_id, p.institution, p.name, p.carve_out_amount
HAVING sum(h.balance) > p.carve_out_amount
ORDER BY run_id, check_id, message
