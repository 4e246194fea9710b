-- What was found, where, and what to do.
INSERT INTO mart.fact_finding (
    finding_id, run_key, rule_version_key, submission_key, region_key, period_key, date_key, check_code,
    class_code, class_name, message_text, advice_text, place_text, found_at
)
SELECT
    f.finding_id,
    -2,
    -2,
    coalesce(s.submission_key, -2),
    coalesce(g.region_key, -1),
    coalesce(p.period_key, -1),
    coalesce(d.date_key, -1),
    f.check_id,
    f.class,
    CASE f.class
        WHEN 'syntactical' THEN '语法性'
        WHEN 'validity' THEN '有效性'
        WHEN 'quality' THEN '质量'
        WHEN 'macro' THEN '宏观'
        ELSE f.class
    END,
    f.message,
    f.advice,
    concat_ws(
        ' › ', nullif(f.file_name, ''), nullif(f.sheet, ''), coalesce(nullif(f.cell, ''), nullif(f.column_name, ''))
    ),
    to_char(f.found_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS')
FROM ops.finding AS f
LEFT JOIN mart.dim_submission AS s ON f.submission_id = s.submission_id
LEFT JOIN mart.dim_region AS g ON f.region = g.region_code
LEFT JOIN mart.dim_period AS p ON f.period = p.period_code
LEFT JOIN mart.dim_date AS d ON CAST(f.found_at AT TIME ZONE 'Asia/Shanghai' AS date) = d.calendar_date
WHERE f.region = %(region)s AND f.period = %(period)s
ON CONFLICT (finding_id) DO NOTHING
