-- The region's orders, one row per bank that has transfers in it, as they stand now (S12, S13). A transfer that nobody
-- receives yet belongs to institution -2. An order of a run that is not published yet has run -1, a recall has -2.
INSERT INTO mart.fact_order (
    order_no, paper_no, kind_code, kind_name, run_key, institution_key, rule_version_key, submission_key, region_key,
    period_key, date_key, due_date_key, order_status_key, status_code, status_name, paper_status_code,
    paper_status_name, supersedes_no, superseded_by_no, cause_text, drafted_on, signed_on, issued_on, due_on,
    executed_on, confirmed_on, due_workdays, issue_workdays, office_workdays, is_excused, days_late, leg_count,
    blocked_leg_count, cancelled_leg_count, late_leg_count, in_amount, out_amount, net_amount, blocked_amount,
    scheduled_amount, carried_amount, issued_amount, executed_amount, confirmed_amount, confirmed_ratio, reason_text
)
SELECT
    o.order_no || '-' || coalesce(b.institution, '待分配'),
    o.order_no,
    o.kind,
    o.kind_name,
    coalesce(r.run_key, CASE WHEN o.run_id IS NULL THEN -2 ELSE -1 END),
    coalesce(i.institution_key, CASE WHEN b.institution IS NULL THEN -2 ELSE -1 END),
    coalesce(v.rule_version_key, -2),
    h.submission_key,
    coalesce(n.region_key, -1),
    coalesce(p.period_key, -1),
    coalesce(d.date_key, CASE WHEN o.issued_on IS NULL THEN -2 ELSE -1 END),
    coalesce(u.date_key, CASE WHEN b.due_on IS NULL THEN -2 ELSE -1 END),
    s.order_status_key,
    s.status_code,
    s.status_name,
    o.status,
    t.status_name AS paper_status_name,
    o.supersedes_no,
    o.superseded_by_no,
    o.cause,
    o.drafted_on,
    o.signed_on,
    o.issued_on,
    b.due_on,
    b.executed_on,
    b.confirmed_on,
    o.execute_workdays,
    o.issue_workdays,
    o.office_workdays,
    b.excused,
    b.days_late,
    b.legs,
    b.blocked,
    b.cancelled,
    b.late,
    b.taken,
    b.given,
    b.taken - b.given,
    b.obstructed,
    coalesce(j.scheduled, 0),
    coalesce(j.carried, 0),
    b.issued_amount,
    b.executed_amount,
    b.confirmed_amount,
    b.confirmed_amount / nullif(b.issued_amount, 0),
    coalesce(j.reason, '')
FROM ops.order_progress AS o
INNER JOIN ops.order_bank AS b ON o.order_id = b.order_id
INNER JOIN mart.dim_order_status AS t ON o.status = t.status_code
INNER JOIN mart.dim_order_status AS s ON b.status = s.status_code
LEFT JOIN mart.dim_run AS r ON o.run_id = r.run_id
LEFT JOIN mart.dim_rule_version AS v ON o.rulebook_id = v.rulebook_id
LEFT JOIN mart.dim_region AS n ON o.region = n.region_code
LEFT JOIN mart.dim_period AS p ON o.period = p.period_code
LEFT JOIN mart.dim_date AS d ON o.issued_on = d.calendar_date
LEFT JOIN mart.dim_date AS u ON b.due_on = u.calendar_date
LEFT JOIN mart.dim_institution AS i
    ON
        o.region = i.region_code AND b.institution = i.institution_code
        AND o.base_date BETWEEN i.valid_from AND i.valid_to
LEFT JOIN eval.adjustment AS j ON o.run_id = j.run_id AND b.institution = j.institution
CROSS JOIN
    LATERAL (
        SELECT CASE WHEN count(DISTINCT k.submission_key) = 1 THEN min(k.submission_key) ELSE -2 END AS submission_key
        FROM eval.holding AS l
        INNER JOIN mart.dim_submission AS k ON l.submission_id = k.submission_id
        WHERE l.run_id = o.run_id
    ) AS h
WHERE o.region = %(region)s
ON CONFLICT (order_no) DO UPDATE SET (
    run_key, institution_key, rule_version_key, submission_key, date_key, due_date_key, order_status_key, status_code,
    status_name, paper_status_code, paper_status_name, superseded_by_no, signed_on, issued_on, due_on, executed_on,
    confirmed_on, office_workdays, is_excused, days_late, leg_count, blocked_leg_count, cancelled_leg_count,
    late_leg_count, in_amount, out_amount, net_amount, blocked_amount, scheduled_amount, carried_amount, issued_amount,
    executed_amount, confirmed_amount, confirmed_ratio, reason_text
) = (
    excluded.run_key, excluded.institution_key, excluded.rule_version_key, excluded.submission_key, excluded.date_key,
    excluded.due_date_key, excluded.order_status_key, excluded.status_code, excluded.status_name,
    excluded.paper_status_code, excluded.paper_status_name, excluded.superseded_by_no, excluded.signed_on,
    excluded.issued_on, excluded.due_on, excluded.executed_on, excluded.confirmed_on, excluded.office_workdays,
    excluded.is_excused, excluded.days_late, excluded.leg_count, excluded.blocked_leg_count,
    excluded.cancelled_leg_count, excluded.late_leg_count, excluded.in_amount, excluded.out_amount,
    excluded.net_amount, excluded.blocked_amount, excluded.scheduled_amount, excluded.carried_amount,
    excluded.issued_amount, excluded.executed_amount, excluded.confirmed_amount, excluded.confirmed_ratio,
    excluded.reason_text
)
WHERE (
    mart.fact_order.run_key, mart.fact_order.institution_key, mart.fact_order.rule_version_key,
    mart.fact_order.submission_key, mart.fact_order.date_key, mart.fact_order.due_date_key,
    mart.fact_order.order_status_key, mart.fact_order.status_code, mart.fact_order.status_name,
    mart.fact_order.paper_status_code, mart.fact_order.paper_status_name, mart.fact_order.superseded_by_no,
    mart.fact_order.signed_on, mart.fact_order.issued_on, mart.fact_order.due_on, mart.fact_order.executed_on,
    mart.fact_order.confirmed_on, mart.fact_order.office_workdays, mart.fact_order.is_excused,
    mart.fact_order.days_late, mart.fact_order.leg_count, mart.fact_order.blocked_leg_count,
    mart.fact_order.cancelled_leg_count, mart.fact_order.late_leg_count, mart.fact_order.in_amount,
    mart.fact_order.out_amount, mart.fact_order.net_amount, mart.fact_order.blocked_amount,
    mart.fact_order.scheduled_amount, mart.fact_order.carried_amount, mart.fact_order.issued_amount,
    mart.fact_order.executed_amount, mart.fact_order.confirmed_amount, mart.fact_order.confirmed_ratio,
    mart.fact_order.reason_text
) IS DISTINCT FROM (
    excluded.run_key, excluded.institution_key, excluded.rule_version_key, excluded.submission_key, excluded.date_key,
    excluded.due_date_key, excluded.order_status_key, excluded.status_code, excluded.status_name,
    excluded.paper_status_code, excluded.paper_status_name, excluded.superseded_by_no, excluded.signed_on,
    excluded.issued_on, excluded.due_on, excluded.executed_on, excluded.confirmed_on, excluded.office_workdays,
    excluded.is_excused, excluded.days_late, excluded.leg_count, excluded.blocked_leg_count,
    excluded.cancelled_leg_count, excluded.late_leg_count, excluded.in_amount, excluded.out_amount,
    excluded.net_amount, excluded.blocked_amount, excluded.scheduled_amount, excluded.carried_amount,
    excluded.issued_amount, excluded.executed_amount, excluded.confirmed_amount, excluded.confirmed_ratio,
    excluded.reason_text
)
