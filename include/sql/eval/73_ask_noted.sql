-- What the office should know of the amounts; none of it stops the run.
SELECT
    p.run_id,
    'EVA-M043' AS check_id,
    'macro' AS class,
    format('%s 的一事一议金额 %s 元低于其不调整存量 %s 元，差额无法划出', p.name, p.carve_out_amount, p.rigid) AS message,
    '请核对决定金额，或另行决定这部分存量能否调整' AS advice
FROM stock AS p
WHERE p.role = 'carved_out' AND p.rigid > p.carve_out_amount
UNION ALL
SELECT
    p.run_id,
    'EVA-M044',
    'macro',
    format('%s 单独考核，但没有信贷项目报送（credit_projects），项目资本金按 0 计', s.name),
    '如有项目资本金，请报送信贷项目表；没有的也请零报送'
FROM policy_bank AS p
INNER JOIN stock AS s ON p.run_id = s.run_id AND p.institution = s.institution
WHERE
    NOT EXISTS (
        SELECT 1 FROM eval.run_input AS n
        WHERE n.run_id = p.run_id AND n.feed = 'credit_projects' AND NOT n.history
    )
UNION ALL
SELECT
    b.run_id,
    'EVA-M045',
    'macro',
    format(
        '%s 四项均下降，应由 %s 元减为 %s 元，但不调整存量为 %s 元，只能减到这里', p.name, round(s.amount, 2), b.cap, b.rigid
    ),
    '请另行决定这部分存量能否调整'
FROM bound AS b
INNER JOIN stock AS p ON b.run_id = p.run_id AND b.institution = p.institution
INNER JOIN solved AS s ON b.run_id = s.run_id AND b.institution = s.institution AND s.pass_no = 1
WHERE b.pass_no = 2 AND b.cap_name = 'four_falling' AND b.rigid > b.cap
UNION ALL
SELECT
    b.run_id,
    'EVA-M046',
    'macro',
    format('%s 的最低额度 %s 元高于其上限 %s 元，以上限为准', p.name, b.minimum, b.cap),
    '请核对考核办法的最低额度与上限'
FROM bound AS b
INNER JOIN stock AS p ON b.run_id = p.run_id AND b.institution = p.institution
WHERE b.pass_no = 1 AND b.minimum > b.cap
UNION ALL
SELECT
    t.run_id,
    'EVA-M060',
    'macro',
    format('%s 的额度 %s 元超过存量 %s 元，差 %s 元没有资金可调', t.derivation, t.total, t.stock, t.total - t.stock),
    '请核对额度决定的金额'
FROM controlled AS t
INNER JOIN eval.rulebook AS k ON t.rulebook_id = k.rulebook_id AND k.quota_mode = 'fixed'
WHERE t.total > t.stock
UNION ALL
SELECT
    t.run_id,
    'EVA-M060',
    'macro',
    format('%s 的额度 %s 元低于存量 %s 元，差 %s 元不参加分配，留在原处', t.derivation, t.total, t.stock, t.stock - t.total),
    '请核对额度决定的金额'
FROM controlled AS t
INNER JOIN eval.rulebook AS k ON t.rulebook_id = k.rulebook_id AND k.quota_mode = 'fixed'
WHERE t.total < t.stock
ORDER BY run_id, check_id, message
