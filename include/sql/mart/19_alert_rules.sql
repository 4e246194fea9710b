-- The warning limits of every rule-book version (S20).
INSERT INTO mart.dim_alert_rule (
    rule_version_key, metric_code, metric_name, operator_code, limit_ratio, yellow_margin, red_margin, clause_text
)
SELECT
    v.rule_version_key,
    w.metric,
    w.name,
    w.operator,
    CASE WHEN abs(w.limit_value) < 1000000 THEN w.limit_value END,
    CASE WHEN abs(w.yellow_margin) < 1000000 THEN w.yellow_margin END,
    CASE WHEN abs(w.red_margin) < 1000000 THEN w.red_margin END,
    w.clause
FROM eval.warning_limit AS w
INNER JOIN mart.dim_rule_version AS v ON w.rulebook_id = v.rulebook_id
ON CONFLICT (rule_version_key, metric_code) DO NOTHING
