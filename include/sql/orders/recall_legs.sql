-- The money of a bank, account by account, and where it goes when it is recalled (S03, S21, S32): what is adjustable to
-- a pool account of the same owner and category elsewhere, demand money first, then time deposits at their maturity; what
-- is rigid is listed, and so is what matures so late that the working calendar knows no last day for it: proposed by
-- itself once it does. Of each account the newest balance counts, with what was executed since, less what transfers
-- already issued will take.
WITH home AS (
    SELECT * FROM core.accounts_on(%(region)s, %(today)s)
),

ruled AS (
    SELECT
        d.account,
        bool_or(d.kind = 'adjustable') AS adjustable,
        bool_or(d.kind = 'break_deposit') AS broken
    FROM ops.standing_decision AS d
    WHERE d.region = %(region)s AND %(today)s BETWEEN d.valid_from AND coalesce(d.valid_to, 'infinity')
    GROUP BY d.account
),

moved AS (
    SELECT
        e.account,
        e.amount,
        CAST(l.executed_at AS date) AS executed_on
    FROM ops.leg_state AS l
    CROSS JOIN LATERAL (VALUES (l.from_account, -l.amount), (l.to_account, l.amount)) AS e (account, amount)
    WHERE l.region = %(region)s AND l.executed_at IS NOT NULL
),

own AS (
    SELECT
        h.*,
        n.as_of,
        n.balance,
        max(n.as_of) OVER () AS base_date,
        h.role = 'pool' OR coalesce(r.adjustable, FALSE) OR coalesce(h.adjustable, c.adjustable) AS moves,
        CASE WHEN n.matures_on > %(today)s AND NOT coalesce(r.broken, FALSE) THEN n.matures_on END AS matures_on,
        coalesce(r.broken AND n.matures_on > %(today)s, FALSE) AS broken,
        n.balance
        + coalesce((
            SELECT sum(m.amount) FROM moved AS m
            WHERE m.account = h.account AND m.executed_on > n.as_of
        ), 0)
        - coalesce((
            SELECT sum(l.amount) FROM ops.leg_state AS l
            WHERE
                l.region = %(region)s AND l.from_account = h.account AND l.status IN ('issued', 'acknowledged', 'overdue')
        ), 0) AS amount
    FROM home AS h
    INNER JOIN core.balances_on(%(region)s, %(today)s) AS n ON h.account = n.account
    INNER JOIN core.fund_category AS c ON h.fund_category = c.fund_category
    LEFT JOIN ruled AS r ON h.account = r.account
    WHERE h.institution = %(institution)s
),

pool AS (
    SELECT DISTINCT ON (h.owner, h.fund_category)
        h.owner,
        h.fund_category,
        h.institution,
        h.account
    FROM home AS h
    INNER JOIN raw.standing_submission AS s ON s.region = %(region)s AND s.feed = 'institutions'
    INNER JOIN core.institution AS i ON s.submission_id = i.submission_id AND h.institution = i.institution
    WHERE
        h.role = 'pool' AND h.institution <> %(institution)s
        AND s.period = (
            SELECT max(n.period) FROM raw.standing_submission AS n
            WHERE n.region = %(region)s AND n.feed = 'institutions'
        )
        AND coalesce(i.opened_on, '-infinity') <= %(today)s AND coalesce(i.closed_on, 'infinity') > %(today)s
        AND NOT h.institution = ANY(CAST(%(shunned)s AS text[]))
    ORDER BY h.owner, h.fund_category, i.sort_no NULLS LAST, h.institution, h.account
)

SELECT
    o.institution AS from_institution,
    p.institution AS to_institution,
    o.account AS from_account,
    p.account AS to_account,
    o.owner,
    o.fund_category,
    o.amount,
    coalesce(o.matures_on, %(today)s) AS available_from,
    o.balance
    + coalesce((
        SELECT sum(m.amount) FROM moved AS m
        WHERE m.account = o.account AND m.executed_on > o.as_of AND m.executed_on <= o.base_date
    ), 0) AS base_balance,
    p.account IS NULL AS blocked,
    CASE
        WHEN NOT o.moves THEN '须另行办理'
        WHEN t.too_late THEN '工作日历未及到期日'
        WHEN p.account IS NULL THEN '需开立待分配账户'
        WHEN o.broken THEN '按决定提前支取'
        WHEN o.matures_on IS NOT NULL THEN to_char(o.matures_on, 'YYYY-MM-DD') || ' 到期划转'
        ELSE ''
    END AS reason,
    o.base_date
FROM own AS o
CROSS JOIN
    LATERAL (
        SELECT
            o.matures_on IS NOT NULL AND (
                SELECT count(*) FROM core.workday AS w
                WHERE w.is_workday AND w.day > o.matures_on
            ) < %(workdays)s AS too_late
    ) AS t
LEFT JOIN pool AS p
    ON o.moves AND NOT t.too_late AND o.owner = p.owner AND o.fund_category = p.fund_category
WHERE o.amount > 0
ORDER BY NOT o.moves, o.matures_on IS NOT NULL OR o.broken, available_from, o.amount DESC, o.account
