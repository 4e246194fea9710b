-- The warning limits, general and by type of bank, and the listed events of every rule-book version (S20).
INSERT INTO mart.dim_alert_rule (
    rule_version_key, cause_code, metric_code, metric_name, institution_type, operator_code, limit_ratio, yellow_margin,
    red_margin, event_kind, event_name, severity_code, alert_level, standing_months, clause_text
)
SELECT
    v.rule_version_key,
    'figure',
    w.metric,
    w.name,
    w.institution_type,
    w.operator,
    CASE WHEN abs(w.limit_value) < 1000000 THEN w.limit_value END,
    CASE WHEN abs(w.yellow_margin) < 1000000 THEN w.yellow_margin END,
    CASE WHEN abs(w.red_margin) < 1000000 THEN w.red_margin END,
    '',
    '',
    '',
    '',
    CAST(NULL AS integer),
    w.clause
FROM eval.warning_limit AS w
INNER JOIN mart.dim_rule_version AS v ON w.rulebook_id = v.rulebook_id
UNION ALL
SELECT
    v.rule_version_key,
    'event',
    '不适用',
    '不适用',
    '',
    '',
    NULL,
    NULL,
    NULL,
    w.kind,
    w.name,
    w.severity,
    w.level,
    w.months,
    w.clause
FROM eval.warning_event AS w
INNER JOIN mart.dim_rule_version AS v ON w.rulebook_id = v.rulebook_id
ON CONFLICT (rule_version_key, metric_code, institution_type, event_kind, severity_code) DO NOTHING
