-- What a person must settle about banks whose four indicators fall (S16, N13): nothing is reduced by itself.
SELECT
    f.run_id,
    'EVA-M050' AS check_id,
    'macro' AS class,
    format(
        '%s %s年纳税、存贷比、贷款余额、当年新增贷款均低于上年，没有规定减少的比例，%s（%s）', p.name, f.year,
        CASE WHEN f.year < date_part('year', r.as_of) THEN '本期没有减少' ELSE '次年不会减少' END, k.four_falling_clause
    ) AS message,
    '请在决定表中报送事项为 four_falling_rate 的决定（写明金融机构和比率），或由办法规定比例；不减少的，比率写 0' AS advice
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id
INNER JOIN eval.four_falling AS f ON r.run_id = f.run_id AND f.falling AND f.rate IS NULL
INNER JOIN eval.participant AS p ON f.run_id = p.run_id AND f.institution = p.institution
WHERE f.year < date_part('year', r.as_of) OR k.four_falling_rate IS NULL
UNION ALL
SELECT
    f.run_id,
    'EVA-M051',
    'macro',
    format(
        '%s年四项是否均下降无法判断，缺数：%s', f.year,
        string_agg(
            format('%s（%s）', p.name, concat_ws(
                '、',
                CASE WHEN f.tax IS NULL THEN '当年纳税' END,
                CASE WHEN f.tax_before IS NULL THEN '上年纳税' END,
                CASE WHEN f.ratio IS NULL THEN '年末存贷款' END,
                CASE WHEN f.ratio_before IS NULL THEN '上年末存贷款' END,
                CASE WHEN f.new_loans_before IS NULL AND f.loans_before IS NOT NULL THEN '上年初贷款' END
            )), '；' ORDER BY p.sort_no, p.institution
        )
    ),
    '请补报所缺各期的数；确属均下降的，也可就该机构报送事项为 four_falling_rate 的决定'
FROM batch AS b
INNER JOIN eval.four_falling AS f ON b.run_id = f.run_id AND f.falling IS NULL AND f.rate IS NULL
INNER JOIN eval.participant AS p ON f.run_id = p.run_id AND f.institution = p.institution
GROUP BY f.run_id, f.year
ORDER BY run_id, check_id, message
