-- What each correction of the region changed for each bank, in yuan, and what came of it. Priced once, then only its paper
-- goes on; a run that is not published yet has run -1.
INSERT INTO mart.fact_correction (
    correction_no, correction_id, paper_no, run_key, against_run_key, rule_version_key, submission_key, region_key,
    period_key, date_key, institution_key, treatment_code, treatment_name, paper_status_code, paper_status_name,
    reason_text, priced_on, target_before_amount, target_after_amount, effect_amount, score_before_points,
    score_after_points, rank_before_no, rank_after_no
)
SELECT
    concat_ws('-', c.correction_id, e.institution),
    c.correction_id,
    coalesce(o.order_no, ''),
    coalesce(r.run_key, -1),
    coalesce(a.run_key, -1),
    coalesce(v.rule_version_key, -1),
    -2,
    coalesce(g.region_key, -1),
    coalesce(p.period_key, -1),
    coalesce(d.date_key, -1),
    coalesce(i.institution_key, -1),
    c.treatment,
    CASE c.treatment WHEN 'none' THEN '不变' WHEN 'true_up' THEN '下期补差' WHEN 'superseding' THEN '另行下达' END,
    coalesce(t.status_code, ''),
    coalesce(t.status_name, ''),
    c.reason,
    m.day,
    e.target_before,
    e.target_after,
    e.effect,
    e.score_before,
    e.score_after,
    e.rank_before,
    e.rank_after
FROM ops.run_correction AS c
INNER JOIN ops.run_correction_effect AS e ON c.correction_id = e.correction_id
INNER JOIN eval.run AS n ON c.run_id = n.run_id
CROSS JOIN LATERAL (SELECT CAST(c.priced_at AT TIME ZONE 'Asia/Shanghai' AS date) AS day) AS m
LEFT JOIN ops.order_progress AS o
    ON
        c.run_id = o.run_id
        AND (c.treatment = 'true_up' AND o.kind = 'true_up' OR c.treatment = 'superseding' AND o.kind = 'adjustment')
LEFT JOIN mart.dim_order_status AS t ON o.status = t.status_code
LEFT JOIN mart.dim_run AS r ON c.run_id = r.run_id
LEFT JOIN mart.dim_run AS a ON c.against_run_id = a.run_id
LEFT JOIN mart.dim_rule_version AS v ON n.rulebook_id = v.rulebook_id
LEFT JOIN mart.dim_region AS g ON c.region = g.region_code
LEFT JOIN mart.dim_period AS p ON c.period = p.period_code
LEFT JOIN mart.dim_date AS d ON m.day = d.calendar_date
LEFT JOIN mart.dim_institution AS i
    ON
        c.region = i.region_code AND e.institution = i.institution_code
        AND n.as_of BETWEEN i.valid_from AND i.valid_to
WHERE c.region = %(region)s
ON CONFLICT (correction_no) DO UPDATE SET (paper_no, run_key, paper_status_code, paper_status_name) = (
    excluded.paper_no, excluded.run_key, excluded.paper_status_code, excluded.paper_status_name
)
WHERE (
    mart.fact_correction.paper_no, mart.fact_correction.run_key, mart.fact_correction.paper_status_code
) IS DISTINCT FROM (excluded.paper_no, excluded.run_key, excluded.paper_status_code)
