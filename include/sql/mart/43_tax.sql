-- Tax paid into the treasury and the part that stays in the county (S06).
INSERT INTO mart.fact_tax (
    submission_key, record_no, run_key, rule_version_key, region_key, period_key, date_key, institution_key,
    tax_type_name, window_from, window_to, is_period_end, is_year_to_date, paid_amount, local_amount
)
SELECT
    s.submission_key,
    t.record_no,
    r.run_key,
    r.rule_version_key,
    coalesce(g.region_key, -1),
    coalesce(p.period_key, -1),
    coalesce(d.date_key, -1),
    coalesce(i.institution_key, -1),
    t.tax_type,
    t.window_from,
    t.window_to,
    to_char(t.window_to, 'MMDD') IN ('0331', '0630', '0930', '1231'),
    to_char(t.window_from, 'MMDD') = '0101' AND extract(MONTH FROM t.window_to) > 1,
    t.paid,
    t.local_part
FROM mart.dim_run AS r
INNER JOIN mart.dim_submission AS s ON s.submission_id = ANY(CAST(%(submissions)s AS bigint[]))
INNER JOIN core.tax AS t ON s.submission_id = t.submission_id
LEFT JOIN mart.dim_region AS g ON r.region_code = g.region_code
LEFT JOIN mart.dim_period AS p ON s.period_code = p.period_code
LEFT JOIN mart.dim_date AS d ON t.window_to = d.calendar_date
LEFT JOIN mart.dim_institution AS i
    ON
        r.region_code = i.region_code AND t.institution = i.institution_code
        AND t.window_to BETWEEN i.valid_from AND i.valid_to
WHERE r.run_id = %(run_id)s
ON CONFLICT (submission_key, record_no) DO NOTHING
