-- The legs, each linked to the paying and the receiving bank's order.
INSERT INTO mart.fact_order_leg (
    run_key, leg_no, leg_code, from_order_key, to_order_key, rule_version_key, submission_key, region_key,
    period_key, date_key, from_institution_key, to_institution_key, from_account_key, to_account_key,
    fund_category_key, owner_name, status_code, status_name, reason_text, leg_amount
)
SELECT
    r.run_key,
    l.leg_no,
    concat_ws('-', r.region_code, replace(r.period_code, '-', ''), 'R' || r.run_id, 'L' || lpad(CAST(l.leg_no AS text), 3, '0')),
    a.order_key AS from_order_key,
    b.order_key AS to_order_key,
    r.rule_version_key,
    coalesce(s.submission_key, -1),
    a.region_key,
    a.period_key,
    a.date_key,
    a.institution_key AS from_institution_key,
    b.institution_key AS to_institution_key,
    coalesce(u.account_key, -1),
    coalesce(v.account_key, -1),
    coalesce(c.fund_category_key, -1),
    l.owner,
    l.status,
    CASE l.status WHEN 'planned' THEN '已安排' WHEN 'blocked' THEN '受阻' ELSE l.status END,
    l.reason,
    l.amount
FROM mart.dim_run AS r
INNER JOIN eval.leg AS l ON r.run_id = l.run_id
INNER JOIN mart.dim_institution AS x
    ON
        r.region_code = x.region_code AND l.from_institution = x.institution_code
        AND r.as_of_date BETWEEN x.valid_from AND x.valid_to
INNER JOIN mart.dim_institution AS y
    ON
        r.region_code = y.region_code AND l.to_institution = y.institution_code
        AND r.as_of_date BETWEEN y.valid_from AND y.valid_to
INNER JOIN mart.fact_order AS a ON r.run_key = a.run_key AND x.institution_key = a.institution_key
INNER JOIN mart.fact_order AS b ON r.run_key = b.run_key AND y.institution_key = b.institution_key
LEFT JOIN eval.holding AS h ON l.run_id = h.run_id AND l.from_account = h.account
LEFT JOIN mart.dim_submission AS s ON h.submission_id = s.submission_id
LEFT JOIN mart.dim_account AS u ON r.region_code = u.region_code AND l.from_account = u.account_code
LEFT JOIN mart.dim_account AS v ON r.region_code = v.region_code AND l.to_account = v.account_code
LEFT JOIN mart.dim_fund_category AS c ON l.fund_category = c.fund_category_code
WHERE r.run_id = %(run_id)s
ON CONFLICT DO NOTHING
