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
SELECT format('参加分配的银行得分比例合计为 %%s', sum(s.share))
FROM eval.score AS s
INNER JOIN eval.participant AS p ON s.run_id = p.run_id AND s.institution = p.institution
WHERE s.run_id = %(run_id)s AND p.role = 'commercial'
HAVING abs(sum(s.share) - 1) > 1e-20
UNION ALL
SELECT format('划转明细第 %%s 笔与账户的机构、所有者或资金类别不符', l.leg_no)
FROM eval.leg AS l
INNER JOIN eval.holding AS h ON l.run_id = h.run_id AND l.from_account = h.account
LEFT JOIN eval.run_input AS n ON l.run_id = n.run_id AND n.feed = 'accounts'
LEFT JOIN core.account AS a ON n.submission_id = a.submission_id AND l.to_account = a.account
LEFT JOIN eval.lineage AS g ON l.run_id = g.run_id AND a.institution = g.institution
WHERE
    l.run_id = %(run_id)s
    AND (
        (h.institution, h.owner, h.fund_category) <> (l.from_institution, l.owner, l.fund_category)
        OR NOT h.available
        OR (
            l.status = 'planned'
            AND (coalesce(g.heir, a.institution), a.owner, a.fund_category)
            <> (l.to_institution, l.owner, l.fund_category)
        )
    )
UNION ALL
SELECT format('账户 %%s 划出 %%s 元，超过余额 %%s 元', h.account, sum(l.amount), h.balance)
FROM eval.leg AS l
INNER JOIN eval.holding AS h ON l.run_id = h.run_id AND l.from_account = h.account
WHERE l.run_id = %(run_id)s
GROUP BY h.account, h.balance
HAVING sum(l.amount) > h.balance
UNION ALL
SELECT format('%%s 已安排、受阻与结转之和不等于差额', j.institution)
FROM eval.adjustment AS j
INNER JOIN eval.allocation AS a ON j.run_id = a.run_id AND j.institution = a.institution
WHERE j.run_id = %(run_id)s AND (j.delta <> a.delta OR j.planned + j.blocked + j.carried <> a.delta)
