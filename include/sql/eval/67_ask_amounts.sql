-- What the rule book leaves open for the amounts of this quarter, before anything is shared out.
WITH placed AS (
    SELECT
        p.run_id,
        p.institution,
        p.name,
        k.rulebook_id,
        k.allocation,
        k.top,
        s.rank,
        round(coalesce(s.score, 0), 20) AS score,
        count(*) OVER (PARTITION BY p.run_id, s.rank) AS sharing,
        m.amount
    FROM stock AS p
    INNER JOIN eval.run AS r ON p.run_id = r.run_id
    INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id AND k.allocation IN ('top', 'by_rank', 'tiers')
    LEFT JOIN eval.score AS s ON p.run_id = s.run_id AND p.institution = s.institution
    LEFT JOIN eval.rank_amount AS m ON k.rulebook_id = m.rulebook_id AND s.rank = m.rank
    WHERE p.role = 'commercial'
)

-- Several banks in one place, and the amount hangs on who of them stands there.
SELECT
    p.run_id,
    'EVA-V043' AS check_id,
    'validity' AS class,
    format('前 %s 名参加分配，%s 并列第 %s 名', p.top, string_agg(p.name, '、' ORDER BY p.name), p.rank) AS message,
    '请在考核办法的 scoring.tie_break 写明得分相同时先比哪项指标，或由县政府决定名次' AS advice
FROM placed AS p
WHERE p.allocation = 'top' AND p.sharing > 1 AND p.rank <= p.top AND p.rank + p.sharing - 1 > p.top
GROUP BY p.run_id, p.top, p.rank
UNION ALL
SELECT
    p.run_id,
    'EVA-V043',
    'validity',
    format('%s 并列第 %s 名，各名次的定额不同', string_agg(p.name, '、' ORDER BY p.name), p.rank),
    '请在考核办法的 scoring.tie_break 写明得分相同时先比哪项指标，或由县政府决定名次'
FROM placed AS p
WHERE
    p.allocation = 'by_rank' AND p.sharing > 1
    AND EXISTS (
        SELECT 1
        FROM generate_series(p.rank, p.rank + p.sharing - 1) AS n (place)
        LEFT JOIN eval.rank_amount AS o ON p.rulebook_id = o.rulebook_id AND n.place = o.rank
        WHERE coalesce(o.amount, 0) <> coalesce(p.amount, 0)
    )
GROUP BY p.run_id, p.rank
UNION ALL
SELECT
    p.run_id,
    'EVA-V045',
    'validity',
    format('%s 得分 %s，不在考核办法的任何分配档次内', p.name, round(p.score, 4)),
    '请补全考核办法 allocation.tiers 的档次'
FROM placed AS p
INNER JOIN bound AS w ON p.run_id = w.run_id AND p.institution = w.institution AND w.pass_no = 1
WHERE p.allocation = 'tiers' AND w.weight IS NULL
UNION ALL
SELECT
    p.run_id,
    'EVA-V046',
    'validity',
    format('%s 没有 %s 的存款数（%s，%s），无法计算按自身存款的上限', p.name, r.as_of, k.deposits_family, k.deposits_measure),
    '请补报这家银行的存款余额'
FROM stock AS p
INNER JOIN eval.run AS r ON p.run_id = r.run_id
INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id AND k.deposits_cap IS NOT NULL
INNER JOIN bound AS w ON p.run_id = w.run_id AND p.institution = w.institution AND w.pass_no = 1
WHERE w.deposits IS NULL
UNION ALL
SELECT
    p.run_id,
    'EVA-V049',
    'validity',
    format('%s 单独考核，但所用的办法没有一项达标指标（pass_fail），无从判断是否完成考核', s.name),
    '请在政策性银行的考核办法中写明达标指标'
FROM policy_bank AS p
INNER JOIN stock AS s ON p.run_id = s.run_id AND p.institution = s.institution
WHERE p.tests = 0
ORDER BY run_id, check_id, message
