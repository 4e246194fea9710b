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
    b.run_id,
    'EVA-V002',
    'validity',
    '没有可参加考核的商业银行',
    '请核对金融机构名册的类型、开业与撤并日期，以及取消资格和一事一议的决定'
FROM batch AS b
WHERE
    NOT EXISTS (
        SELECT 1 FROM eval.participant AS p
        WHERE p.run_id = b.run_id AND p.role = 'commercial'
    )
UNION ALL
-- A bank of this year is placed case by case (S15); without a decision it takes part like any other, and that is said.
SELECT
    r.run_id,
    'EVA-M003',
    'macro',
    format('%s 于 %s 开业，属当年新设，没有一事一议的决定，按普通商业银行参加考核', p.name, i.opened_on),
    '请确认；应一事一议的，请在决定表中补充决定文号和金额后重新报送'
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
INNER JOIN eval.participant AS p ON r.run_id = p.run_id AND p.role = 'commercial'
INNER JOIN eval.run_input AS n ON r.run_id = n.run_id AND n.feed = 'institutions'
INNER JOIN core.institution AS i ON n.submission_id = i.submission_id AND p.institution = i.institution
WHERE i.opened_on >= r.year_start AND p.predecessor_names = ''
UNION ALL
-- What was decided for a bank was decided for that bank; whether it holds for the one that took it over is not ours.
SELECT
    r.run_id,
    'EVA-M004',
    'macro',
    format('决定 %s 是就 %s 作出的，该机构已并入 %s，决定未予适用', d.decision, g.name, p.name),
    '如对承继机构仍然适用，请就承继机构重新作出决定后报送'
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
INNER JOIN eval.lineage AS g ON r.run_id = g.run_id
INNER JOIN eval.participant AS p ON g.run_id = p.run_id AND g.heir = p.institution
INNER JOIN eval.run_decision AS d
    ON
        r.run_id = d.run_id AND g.institution = d.institution AND d.kind IN ('carve_out', 'exclude')
        AND r.as_of BETWEEN d.valid_from AND coalesce(d.valid_to, 'infinity')
ORDER BY run_id, check_id, message
