-- What the run stands on.
INSERT INTO mart.fact_run_input (run_key, submission_key, rule_version_key, region_key, period_key, family_code)
SELECT
    r.run_key,
    s.submission_key,
    r.rule_version_key,
    coalesce(g.region_key, -1),
    coalesce(p.period_key, -1),
    n.family
FROM mart.dim_run AS r
INNER JOIN eval.run_input AS n ON r.run_id = n.run_id
INNER JOIN mart.dim_submission AS s ON n.submission_id = s.submission_id
LEFT JOIN mart.dim_region AS g ON r.region_code = g.region_code
LEFT JOIN mart.dim_period AS p ON r.period_code = p.period_code
WHERE r.run_id = %(run_id)s
ON CONFLICT (run_key, submission_key) DO NOTHING
