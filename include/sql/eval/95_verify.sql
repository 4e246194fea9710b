-- What must hold of a stored run, whoever computed it: every row that comes back is a breach.
SELECT format('应存合计 %%s 元不等于总量 %%s 元', sum(a.target), q.total) AS breach
FROM eval.quota AS q
LEFT JOIN eval.allocation AS a ON q.run_id = a.run_id
WHERE q.run_id = %(run_id)s
GROUP BY q.run_id, q.total
HAVING sum(a.target) IS DISTINCT FROM q.total
UNION ALL
SELECT format('%%s 应存 %%s 元，低于下限 %%s 元或高于上限 %%s 元', a.institution, a.target, d.floor_amount, d.cap_amount)
FROM eval.allocation AS a
INNER JOIN eval.bounded AS d ON a.run_id = d.run_id AND a.institution = d.institution
WHERE a.run_id = %(run_id)s AND (a.target < d.floor_amount OR a.target > coalesce(d.cap_amount, 'Infinity'))
UNION ALL
SELECT format('先行列支合计 %%s 元，各行列支之和为 %%s 元', q.set_aside, coalesce(sum(a.target), 0))
FROM eval.quota AS q
LEFT JOIN eval.bounded AS d ON q.run_id = d.run_id AND d.binding = 'fixed'
LEFT JOIN eval.allocation AS a ON d.run_id = a.run_id AND d.institution = a.institution
WHERE q.run_id = %(run_id)s
GROUP BY q.run_id, q.set_aside
HAVING coalesce(sum(a.target), 0) <> q.set_aside
UNION ALL
-- A bank that a bound or a stated amount holds has that amount, to the fen.
SELECT format('%%s 应存 %%s 元，不是起作用的约束 %%s 所定的 %%s 元', d.institution, a.target, d.binding, d.bounded_target)
FROM eval.bounded AS d
INNER JOIN eval.allocation AS a ON d.run_id = a.run_id AND d.institution = a.institution
WHERE d.run_id = %(run_id)s AND d.binding <> 'none' AND a.target <> d.bounded_target
UNION ALL
SELECT format('%%s 加减存款额 %%s 元，超过考核办法的限额', x.institution, sum(x.amount))
FROM eval.supplement AS x
INNER JOIN eval.run AS r ON x.run_id = r.run_id
INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id
INNER JOIN eval.indicator AS i ON i.rulebook_id IN (k.rulebook_id, k.policy_rulebook_id) AND x.indicator = i.indicator
INNER JOIN eval.rulebook AS b ON i.rulebook_id = b.rulebook_id
WHERE x.run_id = %(run_id)s
GROUP BY x.institution, b.bonus_amount_cap, b.penalty_amount_cap
HAVING
    sum(x.amount) FILTER (WHERE i.effect = 'bonus_amount') > b.bonus_amount_cap
    OR -sum(x.amount) FILTER (WHERE i.effect = 'penalty_amount') > b.penalty_amount_cap
UNION ALL
SELECT format('%%s 应存 %%s 元，与政策性银行的核定额 %%s 元不符', p.institution, a.target, p.amount)
FROM eval.policy_support AS p
LEFT JOIN eval.allocation AS a ON p.run_id = a.run_id AND p.institution = a.institution
WHERE p.run_id = %(run_id)s AND a.target IS DISTINCT FROM p.amount
UNION ALL
-- S19: 可达 is an upper bound; only project capital and stock that may not move may exceed it.
SELECT format('%%s 核定 %%s 元，超过商业银行应存额度的平均数 %%s 元', p.institution, p.amount, m.mean)
FROM eval.policy_support AS p
INNER JOIN eval.bounded AS d ON p.run_id = d.run_id AND p.institution = d.institution
CROSS JOIN
    LATERAL (
        SELECT avg(a.target) AS mean
        FROM eval.allocation AS a
        INNER JOIN eval.participant AS i ON a.run_id = i.run_id AND a.institution = i.institution AND i.role = 'commercial'
        WHERE a.run_id = p.run_id
    ) AS m
WHERE
    p.run_id = %(run_id)s
    AND p.amount > greatest(p.project_capital, d.rigid_amount, CASE WHEN p.passed THEN least(m.mean, p.support_cap) ELSE 0 END)
UNION ALL
SELECT format('参加分配的银行得分比例合计为 %%s', sum(s.share))
FROM eval.score AS s
INNER JOIN eval.participant AS p ON s.run_id = p.run_id AND s.institution = p.institution
WHERE s.run_id = %(run_id)s AND p.role = 'commercial'
HAVING abs(sum(s.share) - 1) > 1e-20
UNION ALL
SELECT format('划转明细第 %%s 笔与账户的机构、所有者或资金类别不符', l.leg_no)
FROM eval.leg AS l
LEFT JOIN eval.holding AS h ON l.run_id = h.run_id AND l.from_account = h.account
LEFT JOIN eval.run_input AS n ON l.run_id = n.run_id AND n.feed = 'accounts'
LEFT JOIN core.account AS a ON n.submission_id = a.submission_id AND l.to_account = a.account
LEFT JOIN eval.lineage AS g ON l.run_id = g.run_id AND a.institution = g.institution
WHERE
    l.run_id = %(run_id)s
    AND (
        (h.institution, h.owner, h.fund_category, h.adjustable)
        IS DISTINCT FROM (l.from_institution, l.owner, l.fund_category, TRUE)
        OR l.available_from IS DISTINCT FROM CASE WHEN NOT h.available THEN h.matures_on END
        OR (l.status = 'planned' AND l.available_from IS NOT NULL)
        OR (
            l.status <> 'blocked'
            AND (coalesce(g.heir, a.institution), a.owner, a.fund_category)
            IS DISTINCT FROM (l.to_institution, l.owner, l.fund_category)
        )
    )
UNION ALL
SELECT format('账户 %%s 划出 %%s 元，超过余额 %%s 元', h.account, sum(l.amount), h.balance + h.moved)
FROM eval.leg AS l
INNER JOIN eval.holding AS h ON l.run_id = h.run_id AND l.from_account = h.account
WHERE l.run_id = %(run_id)s
GROUP BY h.account, h.balance, h.moved
HAVING sum(l.amount) > h.balance + h.moved
UNION ALL
-- A true-up is what its correction was priced at, the whole of it.
SELECT
    format(
        '补差 %%s 中 %%s 计入 %%s 元，更正的影响是 %%s 元', i.order_no, e.institution, coalesce(t.amount, 0), e.effect
    )
FROM (
    SELECT DISTINCT
        u.order_no,
        u.correction_id
    FROM eval.true_up AS u
    WHERE u.run_id = %(run_id)s
) AS i
INNER JOIN ops.run_correction_effect AS e ON i.correction_id = e.correction_id
LEFT JOIN eval.true_up AS t ON t.run_id = %(run_id)s AND i.order_no = t.order_no AND e.institution = t.institution
WHERE coalesce(t.amount, 0) <> e.effect
UNION ALL
-- And nothing of it is lost: what is not applied is carried on.
SELECT format('补差没有如数落实或结转：%%s', t.order_nos)
FROM eval.true_up_unsettled(%(run_id)s) AS t (order_nos)
WHERE t.order_nos IS NOT NULL
UNION ALL
SELECT format('计入的结转补差不对：%%s', t.order_nos)
FROM eval.carried_wrongly(%(run_id)s) AS t (order_nos)
WHERE t.order_nos IS NOT NULL
UNION ALL
SELECT format('%%s 已安排、待到期、受阻与结转之和不等于差额', j.institution)
FROM eval.adjustment AS j
INNER JOIN eval.allocation AS a ON j.run_id = a.run_id AND j.institution = a.institution
WHERE j.run_id = %(run_id)s AND (j.delta <> a.delta OR j.planned + j.scheduled + j.blocked + j.carried <> a.delta)
