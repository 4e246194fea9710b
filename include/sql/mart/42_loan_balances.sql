-- Deposits, loans and their overlapping tags, one row each (N17).
INSERT INTO mart.fact_loan_balance (
    submission_key, record_no, measure_key, run_key, rule_version_key, region_key, period_key, date_key,
    institution_key, as_of_date, is_period_end, balance_amount
)
SELECT
    s.submission_key,
    k.record_no,
    coalesce(m.measure_key, -1),
    r.run_key,
    r.rule_version_key,
    coalesce(g.region_key, -1),
    coalesce(p.period_key, -1),
    coalesce(d.date_key, -1),
    coalesce(i.institution_key, -1),
    k.as_of,
    to_char(k.as_of, 'MMDD') IN ('0331', '0630', '0930', '1231'),
    v.amount
FROM mart.dim_run AS r
INNER JOIN mart.dim_submission AS s ON s.submission_id = ANY(CAST(%(submissions)s AS bigint[]))
INNER JOIN core.credit AS k ON s.submission_id = k.submission_id
CROSS JOIN
    LATERAL (
        VALUES
        ('deposits', k.deposits), ('loans', k.loans), ('loans_enterprise', k.loans_enterprise),
        ('loans_consumer', k.loans_consumer), ('loans_agri', k.loans_agri), ('loans_sme', k.loans_sme),
        ('loans_micro', k.loans_micro), ('loans_farmer', k.loans_farmer), ('loans_green', k.loans_green),
        ('loans_medium_long', k.loans_medium_long), ('npl', k.npl),
        ('deposits_year_start', k.deposits_year_start), ('loans_year_start', k.loans_year_start)
    ) AS v (measure, amount)
LEFT JOIN mart.dim_measure AS m ON v.measure = m.measure_code
LEFT JOIN mart.dim_region AS g ON r.region_code = g.region_code
LEFT JOIN mart.dim_period AS p ON s.period_code = p.period_code
LEFT JOIN mart.dim_date AS d ON k.as_of = d.calendar_date
LEFT JOIN mart.dim_institution AS i
    ON
        r.region_code = i.region_code AND k.institution = i.institution_code
        AND k.as_of BETWEEN i.valid_from AND i.valid_to
WHERE r.run_id = %(run_id)s AND v.amount IS NOT NULL
ON CONFLICT (submission_key, record_no, measure_key) DO NOTHING
