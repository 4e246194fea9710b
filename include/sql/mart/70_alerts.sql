-- Warnings of the region and period (S20), each with the limit, or the listed event, of the rule book it was judged by.
INSERT INTO mart.fact_alert (
    alert_id, run_key, rule_version_key, submission_key, record_no, region_key, period_key, date_key,
    institution_key, alert_rule_key, metric_code, metric_name, as_of_date, alert_level, level_no, operator_code,
    metric_ratio, limit_ratio, gap_ratio, scope_code, scope_name, reason_text, raised_on, raised_at, cause_code,
    cause_name, institution_type, event_code, event_kind, event_name, severity_code, severity_name, stands_until
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
    coalesce(w.metric, '不适用'),
    coalesce(a.metric_name, w.metric, '不适用'),
    w.as_of,
    w.level,
    CASE w.level WHEN '黄' THEN 1 WHEN '橙' THEN 2 ELSE 3 END,
    coalesce(w.operator, ''),
    CASE WHEN abs(w.value) < 1000000 THEN w.value END,
    CASE WHEN abs(w.limit_value) < 1000000 THEN w.limit_value END,
    CASE WHEN abs(w.value - w.limit_value) < 1000000 THEN w.value - w.limit_value END,
    coalesce(w.scope, ''),
    CASE w.scope WHEN 'legal_person' THEN '法人' WHEN 'branch' THEN '分支机构' ELSE '名录未写明' END,
    w.reason,
    CAST(w.raised_at AT TIME ZONE 'Asia/Shanghai' AS date),
    to_char(w.raised_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS'),
    CASE WHEN w.event IS NULL THEN 'figure' ELSE 'event' END,
    CASE WHEN w.event IS NULL THEN '监管指标' ELSE '监管事件' END,
    w.limit_type,
    coalesce(w.event, ''),
    coalesce(w.event_kind, ''),
    coalesce(w.event_name, ''),
    coalesce(w.event_severity, ''),
    CASE w.event_severity
        WHEN 'note' THEN '记录' WHEN 'deduct' THEN '扣分' WHEN 'disqualify' THEN '取消资格' ELSE coalesce(w.event_severity, '')
    END,
    w.stands_until
FROM ops.warning AS w
-- The rule of the version that was loaded last by then and has one.
LEFT JOIN LATERAL (
    SELECT
        x.alert_rule_key,
        x.rule_version_key,
        x.metric_name
    FROM eval.rulebook AS b
    INNER JOIN mart.dim_rule_version AS y ON b.rulebook_id = y.rulebook_id
    INNER JOIN mart.dim_alert_rule AS x ON y.rule_version_key = x.rule_version_key
    WHERE
        b.code = w.rulebook_code AND b.loaded_at <= w.raised_at
        AND CASE
            WHEN w.event IS NULL
                THEN x.cause_code = 'figure' AND x.metric_code = w.metric AND x.institution_type = w.limit_type
            ELSE
                x.cause_code = 'event' AND x.event_kind IN ('', w.event_kind)
                AND x.severity_code IN ('', w.event_severity)
        END
    ORDER BY b.loaded_at DESC, b.rulebook_id DESC, x.event_kind DESC, x.severity_code DESC
    LIMIT 1
) AS a ON TRUE
LEFT JOIN mart.dim_rule_version AS v ON a.rule_version_key = v.rule_version_key
LEFT JOIN mart.dim_submission AS s ON w.submission_id = s.submission_id
LEFT JOIN mart.dim_region AS g ON w.region = g.region_code
LEFT JOIN mart.dim_period AS p ON w.period = p.period_code
LEFT JOIN mart.dim_date AS d ON w.as_of = d.calendar_date
LEFT JOIN mart.dim_institution AS i
    ON w.region = i.region_code AND w.institution = i.institution_code AND w.as_of BETWEEN i.valid_from AND i.valid_to
WHERE w.region = %(region)s AND w.period = %(period)s
ON CONFLICT (alert_id) DO NOTHING
