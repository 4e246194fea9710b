-- Questions about who takes part that only the office can answer.
SELECT
    p.run_id,
    'EVA-V001' AS check_id,
    'validity' AS class,
    p.name || ' 的一事一议决定没有写明金额' AS message,
    '请在决定表中补充金额（元）后重新报送' AS advice
FROM batch AS b
INNER JOIN eval.participant AS p ON b.run_id = p.run_id
WHERE p.role = 'carved_out' AND p.carve_out_amount IS NULL
UNION ALL
SELECT
    r.run_id,
    'EVA-V002',
    'validity',
    CASE k.scheme WHEN 'index' THEN '名册中没有可评价的乡镇或县市区' ELSE '没有可参加考核的商业银行' END,
    CASE k.scheme
        WHEN 'index' THEN '请在金融机构名册中列入评价对象，类型写“乡镇”或“县市区”'
        ELSE '请核对金融机构名册的类型、开业与撤并日期，以及取消资格和一事一议的决定'
    END
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id
WHERE
    NOT EXISTS (
        SELECT 1 FROM eval.participant AS p
        WHERE p.run_id = b.run_id AND p.role = 'commercial'
    )
UNION ALL
-- Nobody has a figure where the whole feed has not come: that is the feed's fault, not the banks'.
SELECT DISTINCT
    s.run_id,
    'EVA-V007',
    'validity',
    format('自 %s 起没有报送 %s 的机构暂停参加，而今年还没有收到任何 %s 的报送', s.day, s.measure, s.family),
    '请先由报送单位报送，再判断哪家机构没有数'
FROM suspended AS s
WHERE s.submission_id IS NULL
UNION ALL
-- A bank of this year is placed case by case (S15); without a decision it takes part like any other, and that is said.
SELECT
    c.run_id,
    'EVA-M003',
    'macro',
    format('%s 于 %s 开业，属当年新设，没有一事一议的决定，%s', c.name, c.opened_on, CASE k.first_year
        WHEN 'impute' THEN '按办法补入全辖平均后参加考核'
        ELSE '按普通商业银行参加考核'
    END),
    '请确认；应一事一议的，请在决定表中补充决定文号和金额后重新报送'
FROM candidate AS c
INNER JOIN eval.rulebook AS k ON c.rules_id = k.rulebook_id AND k.scheme <> 'index'
INNER JOIN eval.participant AS p ON c.run_id = p.run_id AND c.institution = p.institution AND p.role = 'commercial'
WHERE c.opened_on >= c.year_start
UNION ALL
-- What was decided for a bank was decided for that bank; whether it holds for the one that took it over is not ours.
SELECT
    d.run_id,
    'EVA-M004',
    'macro',
    format('决定 %s 是就 %s 作出的，该机构已并入 %s，决定未予适用', d.decision, g.name, p.name),
    '如对承继机构仍然适用，请就承继机构重新作出决定后报送'
FROM ruling AS d
INNER JOIN eval.lineage AS g ON d.run_id = g.run_id AND d.institution = g.institution
INNER JOIN eval.participant AS p ON g.run_id = p.run_id AND g.heir = p.institution
WHERE d.kind IN ('carve_out', 'exclude') AND d.in_force
UNION ALL
-- A rule about age needs the day of opening.
SELECT
    c.run_id,
    'EVA-M009',
    'macro',
    format('办法对开业时间有要求（%s），名册没有 %s 的开业日期，按早已开业对待', coalesce(m.clause, f.clause), c.name),
    '请在金融机构名册中补填开业日期后重新报送'
FROM candidate AS c
INNER JOIN eval.rulebook AS k ON c.rules_id = k.rulebook_id
INNER JOIN eval.participant AS p ON c.run_id = p.run_id AND c.institution = p.institution AND p.role = 'commercial'
LEFT JOIN eval.parameter AS m ON k.rulebook_id = m.rulebook_id AND m.path = 'participation.minimum_months'
LEFT JOIN eval.parameter AS f ON k.rulebook_id = f.rulebook_id AND f.path = 'participation.first_year'
WHERE c.opened_on IS NULL AND (k.minimum_months IS NOT NULL OR k.first_year <> 'take_part')
ORDER BY run_id, check_id, message
