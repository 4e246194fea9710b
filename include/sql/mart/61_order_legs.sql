-- The region's transfers as they stand now, each linked to the paying and the receiving bank's order (S13).
INSERT INTO mart.fact_order_leg (
    leg_code, leg_no, paper_no, kind_code, kind_name, region_key, period_key, owner_name, leg_amount, available_from,
    run_key, from_order_key, to_order_key, rule_version_key, submission_key, date_key, from_institution_key,
    to_institution_key, from_account_key, to_account_key, fund_category_key, order_status_key, status_code,
    status_name, reason_text, receipt_submission_key, receipt_text, issued_on, due_on, acknowledged_on, executed_on,
    confirmed_on, counted_on, days_late, is_on_time, is_excused, issued_amount, executed_amount, confirmed_amount
)
SELECT
    g.leg_code,
    g.leg_no,
    a.paper_no,
    a.kind_code,
    a.kind_name,
    a.region_key,
    a.period_key,
    l.owner,
    g.amount,
    g.available_from,
    a.run_key,
    a.order_key AS from_order_key,
    b.order_key AS to_order_key,
    a.rule_version_key,
    coalesce(s.submission_key, a.submission_key),
    coalesce(d.date_key, a.date_key),
    a.institution_key AS from_institution_key,
    b.institution_key AS to_institution_key,
    coalesce(u.account_key, -1),
    coalesce(v.account_key, CASE WHEN g.to_institution IS NULL THEN -2 ELSE -1 END),
    coalesce(c.fund_category_key, -1),
    t.order_status_key,
    t.status_code,
    t.status_name,
    g.reason,
    coalesce(q.submission_key, -2),
    coalesce(g.reference, ''),
    g.issued_on,
    g.due_on,
    g.acknowledged_on,
    g.executed_on,
    g.confirmed_on,
    g.counted_on,
    g.days_late,
    g.on_time,
    g.excused,
    g.issued_amount,
    g.executed_amount,
    g.confirmed_amount
FROM ops.leg_progress AS g
INNER JOIN ops.transfer_leg AS l ON g.order_id = l.order_id AND g.leg_no = l.leg_no
INNER JOIN mart.fact_order AS a ON a.order_no = g.order_no || '-' || g.from_institution
INNER JOIN mart.fact_order AS b ON b.order_no = g.order_no || '-' || coalesce(g.to_institution, '待分配')
INNER JOIN mart.dim_order_status AS t ON g.status = t.status_code
LEFT JOIN eval.holding AS h ON g.run_id = h.run_id AND l.from_account = h.account
LEFT JOIN mart.dim_submission AS s ON h.submission_id = s.submission_id
LEFT JOIN mart.dim_submission AS q ON g.submission_id = q.submission_id
LEFT JOIN mart.dim_date AS d ON g.issued_on = d.calendar_date
LEFT JOIN mart.dim_account AS u ON g.region = u.region_code AND l.from_account = u.account_code
LEFT JOIN mart.dim_account AS v ON g.region = v.region_code AND l.to_account = v.account_code
LEFT JOIN mart.dim_fund_category AS c ON l.fund_category = c.fund_category_code
WHERE g.region = %(region)s
ON CONFLICT (leg_code) DO UPDATE SET (
    run_key, from_order_key, to_order_key, rule_version_key, submission_key, date_key, from_institution_key,
    to_institution_key, from_account_key, to_account_key, fund_category_key, order_status_key, status_code,
    status_name, reason_text, receipt_submission_key, receipt_text, issued_on, due_on, acknowledged_on, executed_on,
    confirmed_on, counted_on, days_late, is_on_time, is_excused, issued_amount, executed_amount, confirmed_amount
) = (
    excluded.run_key, excluded.from_order_key, excluded.to_order_key, excluded.rule_version_key,
    excluded.submission_key, excluded.date_key, excluded.from_institution_key, excluded.to_institution_key,
    excluded.from_account_key, excluded.to_account_key, excluded.fund_category_key, excluded.order_status_key,
    excluded.status_code, excluded.status_name, excluded.reason_text, excluded.receipt_submission_key,
    excluded.receipt_text, excluded.issued_on, excluded.due_on, excluded.acknowledged_on, excluded.executed_on,
    excluded.confirmed_on, excluded.counted_on, excluded.days_late, excluded.is_on_time, excluded.is_excused,
    excluded.issued_amount, excluded.executed_amount, excluded.confirmed_amount
)
WHERE (
    mart.fact_order_leg.run_key, mart.fact_order_leg.from_order_key, mart.fact_order_leg.to_order_key,
    mart.fact_order_leg.rule_version_key, mart.fact_order_leg.submission_key, mart.fact_order_leg.date_key,
    mart.fact_order_leg.from_institution_key, mart.fact_order_leg.to_institution_key,
    mart.fact_order_leg.from_account_key, mart.fact_order_leg.to_account_key, mart.fact_order_leg.fund_category_key,
    mart.fact_order_leg.order_status_key, mart.fact_order_leg.status_code, mart.fact_order_leg.status_name,
    mart.fact_order_leg.reason_text, mart.fact_order_leg.receipt_submission_key, mart.fact_order_leg.receipt_text,
    mart.fact_order_leg.issued_on, mart.fact_order_leg.due_on, mart.fact_order_leg.acknowledged_on,
    mart.fact_order_leg.executed_on, mart.fact_order_leg.confirmed_on, mart.fact_order_leg.counted_on,
    mart.fact_order_leg.days_late, mart.fact_order_leg.is_on_time, mart.fact_order_leg.is_excused,
    mart.fact_order_leg.issued_amount, mart.fact_order_leg.executed_amount, mart.fact_order_leg.confirmed_amount
) IS DISTINCT FROM (
    excluded.run_key, excluded.from_order_key, excluded.to_order_key, excluded.rule_version_key,
    excluded.submission_key, excluded.date_key, excluded.from_institution_key, excluded.to_institution_key,
    excluded.from_account_key, excluded.to_account_key, excluded.fund_category_key, excluded.order_status_key,
    excluded.status_code, excluded.status_name, excluded.reason_text, excluded.receipt_submission_key,
    excluded.receipt_text, excluded.issued_on, excluded.due_on, excluded.acknowledged_on, excluded.executed_on,
    excluded.confirmed_on, excluded.counted_on, excluded.days_late, excluded.is_on_time, excluded.is_excused,
    excluded.issued_amount, excluded.executed_amount, excluded.confirmed_amount
)
