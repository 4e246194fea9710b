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
WHERE i.opened_on >= r.year_start
ORDER BY run_id, check_id, message
