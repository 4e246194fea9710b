-- Warnings of the region and period (S20), each with the limit of the rule book it was judged by.
INSERT INTO mart.fact_alert (
    alert_id, run_key, rule_version_key, submission_key, record_no, region_key, period_key, date_key,
    institution_key, alert_rule_key, metric_code, metric_name, as_of_date, alert_level, level_no, operator_code,
    metric_ratio, limit_ratio, gap_ratio, scope_code, scope_name, reason_text, raised_on, raised_at
)
SELECT
    w.warning_id,
    -2,
    coalesce(v.rule_version_key, -1),
    coalesce(s.submission_key, -1),
    w.record_no,
    coalesce(g.region_key, -1),
    coalesce(p.period_key, -1),
    coalesce(d.date_key, -1),
    coalesce(i.institution_key, -1),
    coalesce(a.alert_rule_key, -1),
    w.metric,
    coalesce(a.metric_name, w.metric),
    w.as_of,
    w.level,
    CASE w.level WHEN '黄' THEN 1 WHEN '橙' THEN 2 ELSE 3 END,
    w.operator,
    CASE WHEN abs(w.value) < 1000000 THEN w.value END,
    CASE WHEN abs(w.limit_value) < 1000000 THEN w.limit_value END,
    CASE WHEN abs(w.value - w.limit_value) < 1000000 THEN w.value - w.limit_value END,
    w.scope,
    CASE w.scope WHEN 'legal_person' THEN '法人' WHEN 'branch' THEN '分支机构' ELSE w.scope END,
    w.reason,
    CAST(w.raised_at AT TIME ZONE 'Asia/Shanghai' AS date),
    to_char(w.raised_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS')
FROM ops.warning AS w
LEFT JOIN LATERAL (
    SELECT b.rulebook_id
    FROM eval.rulebook AS b
    INNER JOIN eval.warning_limit AS l ON b.rulebook_id = l.rulebook_id AND w.metric = l.metric
    WHERE b.code = w.rulebook_code AND b.loaded_at <= w.raised_at
    ORDER BY b.loaded_at DESC, b.rulebook_id DESC
    LIMIT 1
) AS k ON TRUE
LEFT JOIN mart.dim_rule_version AS v ON k.rulebook_id = v.rulebook_id
LEFT JOIN mart.dim_alert_rule AS a ON v.rule_version_key = a.rule_version_key AND w.metric = a.metric_code
LEFT JOIN mart.dim_submission AS s ON w.submission_id = s.submission_id
LEFT JOIN mart.dim_region AS g ON w.region = g.region_code
LEFT JOIN mart.dim_period AS p ON w.period = p.period_code
LEFT JOIN mart.dim_date AS d ON w.as_of = d.calendar_date
LEFT JOIN mart.dim_institution AS i
    ON w.region = i.region_code AND w.institution = i.institution_code AND w.as_of BETWEEN i.valid_from AND i.valid_to
WHERE w.region = %(region)s AND w.period = %(period)s
ON CONFLICT (alert_id) DO NOTHING
