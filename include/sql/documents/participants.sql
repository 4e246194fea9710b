-- Every institution of a run with its score, its bounds, its amount and what becomes of the difference; and what beside
-- its score moved its amount: added or taken off by decision of the rule book, four falling (S16), policy support (S19).
SELECT
    p.institution,
    p.name,
    p.short_name,
    p.predecessor_names AS predecessors,
    p.type,
    p.role,
    p.reason,
    p.sort_no,
    s.rank,
    coalesce(s.score, 0) AS score,
    coalesce(s.share, 0) AS share,
    coalesce(d.current_amount, 0) AS current,
    coalesce(d.rigid_amount, 0) AS rigid,
    coalesce(d.floor_amount, 0) AS floor,
    d.cap_amount AS cap,
    coalesce(d.raw_target, 0) AS raw_target,
    coalesce(d.bounded_target, 0) AS bounded_target,
    coalesce(d.binding, 'fixed') AS binding,
    coalesce(d.stated_amount, 0) AS stated,
    coalesce(m.amount, 0) AS true_up,
    coalesce(n.amount, 0) AS true_up_left,
    coalesce(d.weight, 0) AS weight,
    coalesce(a.target, 0) AS target,
    coalesce(a.delta, 0) AS delta,
    coalesce(j.planned, 0) AS planned,
    coalesce(j.scheduled, 0) AS scheduled,
    coalesce(j.blocked, 0) AS blocked,
    coalesce(j.carried, 0) AS carried,
    concat_ws('；', x.reason, m.reason, n.reason, f.reason, o.reason, nullif(j.reason, '')) AS remark,
    coalesce(l.decision, '') AS decision,
    coalesce(l.clause, '') AS clause
FROM eval.participant AS p
LEFT JOIN eval.allocation_ladder AS l ON p.run_id = l.run_id AND p.institution = l.institution
LEFT JOIN eval.bounded AS d ON p.run_id = d.run_id AND p.institution = d.institution
LEFT JOIN eval.allocation AS a ON p.run_id = a.run_id AND p.institution = a.institution
LEFT JOIN eval.score AS s ON p.run_id = s.run_id AND p.institution = s.institution
LEFT JOIN eval.adjustment AS j ON p.run_id = j.run_id AND p.institution = j.institution
LEFT JOIN eval.policy_support AS o ON p.run_id = o.run_id AND p.institution = o.institution
LEFT JOIN LATERAL (
    SELECT
        string_agg(
            format('%%s %%s 元（%%s）', i.name, to_char(u.amount, 'FMSG999,999,999,990.00'), u.flag), '；' ORDER BY i.ordinal
        ) AS reason
    FROM eval.supplement AS u
    INNER JOIN eval.run AS r ON u.run_id = r.run_id
    INNER JOIN eval.indicator AS i ON r.rulebook_id = i.rulebook_id AND u.indicator = i.indicator
    WHERE u.run_id = p.run_id AND u.institution = p.institution AND u.amount <> 0
) AS x ON TRUE
-- What issued corrections of earlier quarters still owe, or why it is not counted.
LEFT JOIN LATERAL (
    SELECT
        sum(t.amount) FILTER (WHERE t.counted) AS amount,
        string_agg(
            format(
                '补差 %%s 元（更正 %%s，%%s%%s%%s）', to_char(t.amount, 'FMSG999,999,999,990.00'), t.period, t.order_no,
                '；结转自 ' || t.carried_from,
                CASE WHEN t.counted THEN '' ELSE '；本期不参加按得分分配，没有计入' END
            ),
            '；' ORDER BY t.order_no, t.carried_from NULLS FIRST, t.corrected_institution
        ) AS reason
    FROM eval.run_true_up AS t
    WHERE t.run_id = p.run_id AND t.institution = p.institution
) AS m ON TRUE
-- What is left of them for the next quarter, at this bank or because of another one's bound.
LEFT JOIN LATERAL (
    SELECT
        sum(t.remainder) AS amount,
        string_agg(
            format('补差结转下季 %%s 元（%%s）', to_char(t.remainder, 'FMSG999,999,999,990.00'), t.order_no),
            '；' ORDER BY t.order_no
        ) AS reason
    FROM eval.true_up_outcome AS t
    WHERE t.run_id = p.run_id AND t.institution = p.institution AND t.remainder <> 0
) AS n ON TRUE
LEFT JOIN LATERAL (
    SELECT
        string_agg(
            format('%%s 年纳税、存贷比、贷款余额、新增贷款均下降', v.year)
            || CASE
                WHEN v.rate > 0 THEN format('，应存额度减少 %%s%%%%', trim_scale(v.rate * 100)) || coalesce('（' || v.decision || '）', '')
                ELSE '，没有减少'
            END,
            '；' ORDER BY v.year
        ) AS reason
    FROM eval.four_falling AS v
    WHERE v.run_id = p.run_id AND v.institution = p.institution AND v.falling
) AS f ON TRUE
WHERE p.run_id = %(run_id)s
ORDER BY p.role <> 'commercial', p.role, p.sort_no, p.institution
