-- The stock must be complete and every yuan of it held by a bank that takes part in some role.
SELECT
    h.run_id,
    'EVA-V010' AS check_id,
    'validity' AS class,
    format('账户 %s 的开户机构 %s 在 %s 已不在名册有效期内，余额 %s 元', h.account, h.institution, r.as_of, h.balance) AS message,
    '请核对金融机构名册的开业、撤并日期，或更正账户的开户机构' AS advice
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
INNER JOIN eval.holding AS h ON r.run_id = h.run_id
LEFT JOIN eval.participant AS p ON h.run_id = p.run_id AND h.institution = p.institution
WHERE p.institution IS NULL AND h.balance <> 0
UNION ALL
SELECT
    r.run_id,
    'EVA-V011',
    'validity',
    format('账户余额表中没有 %s 的余额', r.as_of),
    '请报送考核期末的账户余额'
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id AND k.scheme <> 'index'
WHERE
    NOT EXISTS (
        SELECT 1 FROM eval.holding AS h
        WHERE h.run_id = r.run_id
    )
UNION ALL
SELECT
    r.run_id,
    'EVA-V013',
    'validity',
    format('账户 %s 在 %s 有余额 %s 元，但账户名录中没有这个账户', o.account, r.as_of, o.balance),
    '请把账户补入账户名录（含开户机构、所有者、资金类别），或更正余额表的账号'
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
INNER JOIN eval.run_input AS n ON r.run_id = n.run_id AND n.feed = 'balances'
INNER JOIN core.balance AS o
    ON n.submission_id = o.submission_id AND o.as_of = coalesce(n.as_of, r.as_of) AND o.balance <> 0
LEFT JOIN eval.holding AS h ON r.run_id = h.run_id AND o.account = h.account
WHERE h.account IS NULL
UNION ALL
SELECT
    r.run_id,
    'EVA-M012',
    'macro',
    format('账户 %s（%s）在 %s 没有余额记录，按 0 计', a.account, a.owner, r.as_of),
    '如确无余额请在余额表中填 0；如遗漏请更正余额表'
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
INNER JOIN eval.run_input AS n ON r.run_id = n.run_id AND n.feed = 'accounts'
INNER JOIN core.account AS a ON n.submission_id = a.submission_id
LEFT JOIN eval.holding AS h ON r.run_id = h.run_id AND a.account = h.account
WHERE
    h.account IS NULL
    AND coalesce(a.opened_on, '-infinity') <= r.as_of AND coalesce(a.closed_on, 'infinity') > r.as_of
ORDER BY run_id, check_id, message
