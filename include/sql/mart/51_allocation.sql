-- Scores, shares and amounts per bank; Σ target_amount is the run's total to the fen.
WITH adjustable AS (
    SELECT
        institution,
        sum(balance) AS amount
    FROM eval.holding
    WHERE run_id = %(run_id)s AND adjustable
    GROUP BY institution
),

base AS (
    SELECT CASE WHEN count(DISTINCT s.submission_key) = 1 THEN min(s.submission_key) ELSE -2 END AS submission_key
    FROM eval.holding AS h
    INNER JOIN mart.dim_submission AS s ON h.submission_id = s.submission_id
    WHERE h.run_id = %(run_id)s
),

eligible AS (
    SELECT sum(s.score) AS score_total
    FROM eval.score AS s
    INNER JOIN eval.participant AS p ON s.run_id = p.run_id AND s.institution = p.institution
    WHERE s.run_id = %(run_id)s AND p.role = 'commercial'
)

INSERT INTO mart.fact_allocation (
    run_key, institution_key, rule_version_key, submission_key, region_key, period_key, date_key, is_period_end,
    role_code, role_name, reason_text, rank_no, score_points, score_total, share_ratio, current_amount,
    rigid_amount, adjustable_amount, floor_amount, cap_amount, raw_target_amount, bounded_target_amount,
    binding_code, binding_name, target_amount, delta_amount, planned_amount, scheduled_amount, blocked_amount,
    carried_amount, stated_amount, weight_points, rounding_amount, basis_text
)
SELECT
    r.run_key,
    coalesce(i.institution_key, -1),
    r.rule_version_key,
    base.submission_key,
    coalesce(g.region_key, -1),
    coalesce(p.period_key, -1),
    coalesce(d.date_key, -1),
    TRUE,
    m.role,
    CASE m.role
        WHEN 'commercial' THEN '参评'
        WHEN 'policy' THEN '政策性单列'
        WHEN 'carved_out' THEN '一事一议'
        WHEN 'excluded' THEN '不参评'
        ELSE m.role
    END,
    m.reason,
    s.rank,
    s.score,
    CASE WHEN m.role = 'commercial' THEN eligible.score_total END,
    s.share,
    a.current_amount,
    b.rigid_amount,
    coalesce(x.amount, 0),
    b.floor_amount,
    b.cap_amount,
    b.raw_target,
    b.bounded_target,
    coalesce(b.binding, 'none'),
    CASE b.binding
        WHEN 'floor' THEN '下限'
        WHEN 'minimum' THEN '最低额度'
        WHEN 'cap' THEN '上限'
        WHEN 'deposits_cap' THEN '自身存款比例上限'
        WHEN 'maximum' THEN '最高额度'
        WHEN 'four_falling' THEN '四项均下降'
        WHEN 'by_rank' THEN '名次定额'
        WHEN 'fixed' THEN '先行扣除'
        ELSE '按得分'
    END,
    a.target,
    a.delta,
    j.planned,
    j.scheduled,
    j.blocked,
    j.carried,
    b.stated_amount,
    b.weight,
    a.target - round(b.bounded_target, 2),
    concat_ws('；', l.decision, l.clause)
FROM mart.dim_run AS r
INNER JOIN eval.allocation AS a ON r.run_id = a.run_id
INNER JOIN eval.participant AS m ON a.run_id = m.run_id AND a.institution = m.institution
LEFT JOIN eval.bounded AS b ON a.run_id = b.run_id AND a.institution = b.institution
LEFT JOIN eval.allocation_ladder AS l ON a.run_id = l.run_id AND a.institution = l.institution
LEFT JOIN eval.score AS s ON a.run_id = s.run_id AND a.institution = s.institution
LEFT JOIN eval.adjustment AS j ON a.run_id = j.run_id AND a.institution = j.institution
LEFT JOIN adjustable AS x ON a.institution = x.institution
CROSS JOIN base
CROSS JOIN eligible
LEFT JOIN mart.dim_region AS g ON r.region_code = g.region_code
LEFT JOIN mart.dim_period AS p ON r.period_code = p.period_code
LEFT JOIN mart.dim_date AS d ON r.as_of_date = d.calendar_date
LEFT JOIN mart.dim_institution AS i
    ON
        r.region_code = i.region_code AND a.institution = i.institution_code
        AND r.as_of_date BETWEEN i.valid_from AND i.valid_to
WHERE r.run_id = %(run_id)s
ON CONFLICT (run_key, institution_key) DO NOTHING
