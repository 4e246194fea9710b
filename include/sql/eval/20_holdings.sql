-- What each bank holds at the base date, account by account, and what of it may move (S01, S02, S12). An account that
-- is still in the name of a predecessor is its successor's (S32). Transfers made since are `moved`; one between accounts
-- that the register does not both know is left where the balances have it, so that the total stays the total.
INSERT INTO eval.holding (
    run_id, account, institution, owner, fund_category, balance, moved, adjustable, available, matures_on, pooled, basis,
    submission_id, record_no
)
WITH movement AS (
    SELECT
        g.run_id,
        e.account,
        sum(e.amount) AS moved
    FROM batch AS b
    INNER JOIN eval.run_leg AS g ON b.run_id = g.run_id AND g.moved
    INNER JOIN eval.run_input AS na ON g.run_id = na.run_id AND na.feed = 'accounts'
    INNER JOIN core.account AS p ON na.submission_id = p.submission_id AND g.from_account = p.account
    INNER JOIN core.account AS q ON na.submission_id = q.submission_id AND g.to_account = q.account
    CROSS JOIN LATERAL (VALUES (g.from_account, -g.amount), (g.to_account, g.amount)) AS e (account, amount)
    GROUP BY g.run_id, e.account
)

SELECT
    r.run_id,
    a.account,
    coalesce(g.heir, a.institution),
    a.owner,
    a.fund_category,
    coalesce(h.balance, 0),
    coalesce(v.moved, 0),
    m.adjustable,
    m.adjustable AND coalesce(h.matures_on, '-infinity') <= r.as_of,
    h.matures_on,
    coalesce(a.role = 'pool', FALSE),
    concat_ws('；', m.basis, '户开在' || g.name),
    coalesce(h.submission_id, a.submission_id),
    coalesce(h.record_no, a.record_no)
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
INNER JOIN eval.run_input AS na ON r.run_id = na.run_id AND na.feed = 'accounts'
INNER JOIN eval.run_input AS nb ON r.run_id = nb.run_id AND nb.feed = 'balances'
INNER JOIN core.account AS a ON na.submission_id = a.submission_id
LEFT JOIN movement AS v ON r.run_id = v.run_id AND a.account = v.account
LEFT JOIN core.balance AS h
    ON nb.submission_id = h.submission_id AND a.account = h.account AND h.as_of = coalesce(nb.as_of, r.as_of)
INNER JOIN core.fund_category AS c ON a.fund_category = c.fund_category
LEFT JOIN eval.lineage AS g ON r.run_id = g.run_id AND a.institution = g.institution
LEFT JOIN LATERAL (
    SELECT d.decision
    FROM eval.run_decision AS d
    WHERE
        d.run_id = r.run_id AND d.account = a.account AND d.kind = 'adjustable'
        AND r.as_of BETWEEN d.valid_from AND coalesce(d.valid_to, 'infinity')
    ORDER BY d.decided_on DESC, d.submission_id DESC, d.record_no DESC
    LIMIT 1
) AS ruling ON TRUE
CROSS JOIN
    LATERAL (
        SELECT
            CASE
                WHEN a.role = 'pool' OR ruling.decision IS NOT NULL THEN TRUE
                ELSE coalesce(a.adjustable, c.adjustable)
            END AS adjustable,
            CASE
                WHEN a.role = 'pool' THEN '待分配账户：可调整'
                WHEN ruling.decision IS NOT NULL THEN '决定 ' || ruling.decision
                WHEN a.adjustable IS NOT NULL THEN coalesce(nullif(a.basis, ''), '账户约定')
                ELSE c.name || CASE WHEN c.adjustable THEN '：可调整' ELSE '：存量不调整' END
            END AS basis
    ) AS m
WHERE h.account IS NOT NULL OR v.moved IS NOT NULL
