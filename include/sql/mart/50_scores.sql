-- Points of every bank on every indicator, with the value they rest on. Ratios keep numerator and denominator. A policy
-- bank's stand under the rule version that it is judged by (S17).
INSERT INTO mart.fact_score (
    run_key, institution_key, indicator_key, rule_version_key, submission_key, region_key, period_key, date_key,
    is_leaf, value_amount, value_ratio, numerator, denominator, points, full_points, rank_no, basis_text, flag_text
)
SELECT
    r.run_key,
    coalesce(i.institution_key, -1),
    n.indicator_key,
    w.rule_version_key,
    coalesce(f.submission_key, -2),
    coalesce(g.region_key, -1),
    coalesce(p.period_key, -1),
    coalesce(d.date_key, -1),
    n.is_leaf,
    CASE WHEN NOT o.is_ratio THEN v.value END,
    CASE WHEN o.is_ratio AND abs(v.value) < 1000000 THEN v.value END,
    v.numerator,
    v.denominator,
    t.points,
    n.full_points,
    t.rank,
    coalesce(t.basis, ''),
    concat_ws('；', nullif(v.flag, ''), nullif(nullif(t.flag, ''), v.flag))
FROM mart.dim_run AS r
INNER JOIN (
    SELECT
        run_id,
        institution,
        indicator
    FROM eval.points
    WHERE run_id = %(run_id)s
    UNION
    SELECT
        run_id,
        institution,
        indicator
    FROM eval.indicator_value
    WHERE run_id = %(run_id)s
) AS k ON r.run_id = k.run_id
INNER JOIN mart.dim_rule_version AS c ON r.rule_version_key = c.rule_version_key
INNER JOIN eval.rulebook AS b ON c.rulebook_id = b.rulebook_id
INNER JOIN eval.participant AS h ON k.run_id = h.run_id AND k.institution = h.institution
INNER JOIN mart.dim_rule_version AS w
    ON CASE WHEN h.role = 'policy' THEN b.policy_rulebook_id ELSE b.rulebook_id END = w.rulebook_id
INNER JOIN mart.dim_indicator AS n ON w.rule_version_key = n.rule_version_key AND k.indicator = n.indicator_code
LEFT JOIN eval.points AS t
    ON k.run_id = t.run_id AND k.institution = t.institution AND k.indicator = t.indicator
LEFT JOIN eval.indicator_value AS v
    ON k.run_id = v.run_id AND k.institution = v.institution AND k.indicator = v.indicator
CROSS JOIN
    LATERAL (
        SELECT n.over_measure_code <> '' OR n.basis_code IN ('growth', 'on_time_rate') AS is_ratio
    ) AS o
LEFT JOIN LATERAL (
    SELECT min(s.submission_key) AS submission_key
    FROM mart.fact_run_input AS s
    WHERE s.run_key = r.run_key AND s.family_code = n.family_code
    HAVING count(*) = 1
) AS f ON TRUE
LEFT JOIN mart.dim_region AS g ON r.region_code = g.region_code
LEFT JOIN mart.dim_period AS p ON r.period_code = p.period_code
LEFT JOIN mart.dim_date AS d ON r.as_of_date = d.calendar_date
LEFT JOIN mart.dim_institution AS i
    ON
        r.region_code = i.region_code AND k.institution = i.institution_code
        AND r.as_of_date BETWEEN i.valid_from AND i.valid_to
ON CONFLICT (run_key, institution_key, indicator_key) DO NOTHING
