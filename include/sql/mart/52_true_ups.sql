-- What the run says of true-ups: due, applied and carried on, by paper and bank.
INSERT INTO mart.fact_true_up (
    true_up_no, paper_no, run_key, rule_version_key, submission_key, region_key, period_key, corrected_period_key,
    date_key, institution_key, brought_amount, due_amount, spread_amount, applied_amount, left_amount
)
SELECT
    concat_ws('-', t.run_id, t.order_no, t.institution),
    t.order_no,
    r.run_key,
    r.rule_version_key,
    -2,
    coalesce(g.region_key, -1),
    coalesce(p.period_key, -1),
    coalesce(c.period_key, -1),
    coalesce(d.date_key, -1),
    coalesce(i.institution_key, -1),
    coalesce(b.amount, 0),
    t.amount,
    t.spread,
    t.applied,
    t.remainder
FROM mart.dim_run AS r
INNER JOIN eval.true_up_outcome AS t ON r.run_id = t.run_id
INNER JOIN ops.transfer_order AS o ON t.order_no = o.order_no
LEFT JOIN LATERAL (
    SELECT sum(u.amount) AS amount
    FROM eval.run_true_up AS u
    WHERE
        u.run_id = t.run_id AND u.order_no = t.order_no AND u.institution = t.institution AND u.carried_from IS NOT NULL
) AS b ON TRUE
LEFT JOIN mart.dim_region AS g ON r.region_code = g.region_code
LEFT JOIN mart.dim_period AS p ON r.period_code = p.period_code
LEFT JOIN mart.dim_period AS c ON o.period = c.period_code
LEFT JOIN mart.dim_date AS d ON r.as_of_date = d.calendar_date
LEFT JOIN mart.dim_institution AS i
    ON
        r.region_code = i.region_code AND t.institution = i.institution_code
        AND r.as_of_date BETWEEN i.valid_from AND i.valid_to
WHERE r.run_id = %(run_id)s
ON CONFLICT (true_up_no) DO NOTHING
