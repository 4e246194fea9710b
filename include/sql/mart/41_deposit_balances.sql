-- Balances with bank, category and adjustability as the register of their time says.
INSERT INTO mart.fact_deposit_balance (
    submission_key, record_no, run_key, rule_version_key, region_key, period_key, date_key, account_key,
    institution_key, fund_category_key, as_of_date, is_period_end, is_adjustable, matures_on, balance_amount
)
SELECT
    s.submission_key,
    b.record_no,
    r.run_key,
    r.rule_version_key,
    coalesce(g.region_key, -1),
    coalesce(p.period_key, -1),
    coalesce(d.date_key, -1),
    coalesce(a.account_key, -1),
    coalesce(i.institution_key, -1),
    coalesce(c.fund_category_key, -1),
    b.as_of,
    to_char(b.as_of, 'MMDD') IN ('0331', '0630', '0930', '1231'),
    coalesce(h.adjustable, x.adjustable, c.is_adjustable),
    b.matures_on,
    b.balance
FROM mart.dim_run AS r
INNER JOIN mart.dim_submission AS s ON s.submission_id = ANY(CAST(%(submissions)s AS bigint[]))
INNER JOIN core.balance AS b ON s.submission_id = b.submission_id
LEFT JOIN LATERAL (
    SELECT
        t.institution,
        t.fund_category,
        t.adjustable
    FROM raw.submission AS o
    INNER JOIN core.account AS t ON o.submission_id = t.submission_id AND b.account = t.account
    WHERE o.submission_id = ANY(CAST(%(submissions)s AS bigint[]))
    ORDER BY
        o.period <= s.period_code DESC,
        CASE WHEN o.period <= s.period_code THEN o.period END DESC,
        o.period
    LIMIT 1
) AS x ON TRUE
LEFT JOIN eval.holding AS h ON r.run_id = h.run_id AND b.account = h.account AND r.as_of_date = b.as_of
LEFT JOIN mart.dim_region AS g ON r.region_code = g.region_code
LEFT JOIN mart.dim_period AS p ON s.period_code = p.period_code
LEFT JOIN mart.dim_date AS d ON b.as_of = d.calendar_date
LEFT JOIN mart.dim_account AS a ON r.region_code = a.region_code AND b.account = a.account_code
LEFT JOIN mart.dim_institution AS i
    ON
        r.region_code = i.region_code AND i.institution_code = coalesce(h.institution, x.institution)
        AND b.as_of BETWEEN i.valid_from AND i.valid_to
LEFT JOIN mart.dim_fund_category AS c ON c.fund_category_code = coalesce(h.fund_category, x.fund_category)
WHERE r.run_id = %(run_id)s
ON CONFLICT (submission_key, record_no) DO NOTHING
