-- One adjustment order per bank that has legs (S12). An order once issued keeps its number, date and state.
WITH moved AS (
    SELECT
        e.institution,
        count(*) AS legs,
        count(*) FILTER (WHERE l.status = 'blocked') AS blocked_legs,
        coalesce(sum(e.taken) FILTER (WHERE l.status = 'planned'), 0) AS in_amount,
        coalesce(sum(e.given) FILTER (WHERE l.status = 'planned'), 0) AS out_amount
    FROM eval.leg AS l
    CROSS JOIN
        LATERAL (
            VALUES (l.from_institution, 0, l.amount), (l.to_institution, l.amount, 0)
        ) AS e (institution, taken, given)
    WHERE l.run_id = %(run_id)s
    GROUP BY e.institution
)

INSERT INTO mart.fact_order (
    order_no, run_key, institution_key, rule_version_key, submission_key, region_key, period_key, date_key,
    due_date_key, status_code, status_name, issued_on, due_on, due_workdays, leg_count, blocked_leg_count,
    in_amount, out_amount, net_amount, blocked_amount, carried_amount, reason_text
)
SELECT
    concat_ws('-', r.region_code, replace(r.period_code, '-', ''), 'R' || r.run_id, m.institution),
    r.run_key,
    f.institution_key,
    r.rule_version_key,
    f.submission_key,
    f.region_key,
    f.period_key,
    coalesce(d.date_key, -1),
    coalesce(u.date_key, -1),
    'issued',
    '已下达',
    %(issued_on)s,
    %(due_on)s,
    %(due_workdays)s,
    m.legs,
    m.blocked_legs,
    m.in_amount,
    m.out_amount,
    m.in_amount - m.out_amount,
    j.blocked,
    j.carried,
    j.reason
FROM mart.dim_run AS r
INNER JOIN moved AS m ON TRUE
INNER JOIN eval.adjustment AS j ON r.run_id = j.run_id AND m.institution = j.institution
INNER JOIN mart.dim_institution AS i
    ON
        r.region_code = i.region_code AND m.institution = i.institution_code
        AND r.as_of_date BETWEEN i.valid_from AND i.valid_to
INNER JOIN mart.fact_allocation AS f ON r.run_key = f.run_key AND i.institution_key = f.institution_key
LEFT JOIN mart.dim_date AS d ON d.calendar_date = %(issued_on)s
LEFT JOIN mart.dim_date AS u ON u.calendar_date = %(due_on)s
WHERE r.run_id = %(run_id)s
ON CONFLICT DO NOTHING
