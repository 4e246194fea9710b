-- The policy bank's amount and how it came to be (S18, S19). P is cut down to the fen: 可达 is an upper bound.
INSERT INTO eval.policy_support (run_id, institution, project_capital, support_cap, passed, amount, reason)
SELECT
    p.run_id,
    p.institution,
    p.capital,
    c.support_cap,
    p.passed,
    a.amount,
    concat_ws(
        '；',
        CASE
            WHEN p.passed THEN '已完成考核指标：' || p.tested
            ELSE '未完成考核指标：' || p.failed || '，没有支持额度'
        END,
        CASE WHEN p.capital > 0 THEN format('项目资本金 %s 元先行计入', p.capital) END,
        CASE WHEN p.rigid > p.capital THEN format('不调整存量 %s 元', p.rigid) END,
        CASE
            WHEN NOT p.passed THEN NULL
            WHEN a.amount > c.support_cap THEN format('已超过平均数上限 %s 元，不再支持', c.support_cap)
            WHEN p.brought THEN format('存放到平均数 %s 元', c.support_cap)
            WHEN a.amount = c.support_cap THEN format('现存 %s 元，以平均数 %s 元为限', p.held, c.support_cap)
            ELSE format('现存 %s 元，不超过平均数 %s 元', p.held, c.support_cap)
        END
    )
FROM policy_bank AS p
INNER JOIN bound AS b ON p.run_id = b.run_id AND p.institution = b.institution AND b.pass_no = 0
INNER JOIN solved AS s ON p.run_id = s.run_id AND p.institution = s.institution AND s.pass_no = 0
CROSS JOIN LATERAL (SELECT round(coalesce(floor(round(s.lambda, 12) * 100) / 100, 0), 2) AS support_cap) AS c
CROSS JOIN LATERAL (SELECT least(greatest(c.support_cap, b.lower), b.upper) AS amount) AS a
