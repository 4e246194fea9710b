-- What the checks said of the region's files of the period.
INSERT INTO mart.fact_dq_result (
    check_result_id, run_key, rule_version_key, submission_key, region_key, period_key, date_key, check_code,
    class_code, class_name, is_passed, evaluated_count, unexpected_count, checked_at
)
SELECT
    c.check_result_id,
    -2,
    -2,
    s.submission_key,
    coalesce(g.region_key, -1),
    coalesce(p.period_key, -1),
    coalesce(d.date_key, -1),
    c.check_id,
    c.class,
    CASE c.class
        WHEN 'syntactical' THEN '语法性'
        WHEN 'validity' THEN '有效性'
        WHEN 'quality' THEN '质量'
        WHEN 'macro' THEN '宏观'
        ELSE c.class
    END,
    c.passed,
    c.evaluated_count,
    c.unexpected_count,
    to_char(c.checked_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS')
FROM ops.check_result AS c
INNER JOIN mart.dim_submission AS s ON c.submission_id = s.submission_id
LEFT JOIN mart.dim_region AS g ON s.region_code = g.region_code
LEFT JOIN mart.dim_period AS p ON s.period_code = p.period_code
LEFT JOIN mart.dim_date AS d ON CAST(c.checked_at AT TIME ZONE 'Asia/Shanghai' AS date) = d.calendar_date
WHERE s.region_code = %(region)s AND s.period_code = %(period)s
ON CONFLICT (check_result_id) DO NOTHING
