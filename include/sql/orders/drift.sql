-- The balances of the accounts that an order takes from, read again (S12): what is there now, what would be if nothing
-- but executed transfers had happened since the base date, and what other orders that are issued will still take. The
-- newest balance counts, of the finance bureau before the bank's own where both speak of one day; without one since the
-- base date, that of the base date.
WITH paying AS (
    SELECT
        l.from_institution AS institution,
        l.from_account AS account,
        min(l.base_balance) AS base_balance,
        sum(l.amount) AS ordered
    FROM ops.transfer_leg AS l
    WHERE l.order_id = %(order_id)s AND NOT l.blocked
    GROUP BY l.from_institution, l.from_account
),

newest AS (
    SELECT DISTINCT ON (b.account)
        b.account,
        b.as_of,
        b.balance
    FROM ops.transfer_order AS o
    INNER JOIN ops.account_balance AS b ON o.region = b.region AND o.base_date <= b.as_of
    WHERE o.order_id = %(order_id)s
    ORDER BY b.account, b.as_of DESC
),

executed AS (
    SELECT
        e.account,
        s.executed_at,
        e.amount
    FROM ops.transfer_order AS o
    INNER JOIN ops.leg_state AS s ON o.region = s.region
    CROSS JOIN LATERAL (VALUES (s.from_account, -s.amount), (s.to_account, s.amount)) AS e (account, amount)
    WHERE o.order_id = %(order_id)s AND s.executed_at IS NOT NULL AND s.status IN ('executed', 'confirmed')
),

-- What the issue of an adjustment cancels (superseded_legs.sql) takes nothing.
committed AS (
    SELECT
        s.from_account AS account,
        sum(s.amount) AS amount
    FROM ops.transfer_order AS o
    INNER JOIN ops.leg_state AS s ON o.region = s.region AND o.order_id <> s.order_id
    WHERE
        o.order_id = %(order_id)s AND s.status IN ('issued', 'acknowledged', 'overdue')
        AND (o.kind <> 'adjustment' OR s.kind <> 'adjustment' AND s.order_id > o.order_id)
    GROUP BY s.from_account
)

SELECT
    p.institution,
    p.account,
    p.ordered,
    p.base_balance,
    n.as_of,
    n.balance,
    p.base_balance + x.until_then AS expected,
    n.balance + x.after_that - n.committed AS available,
    n.committed,
    abs(n.balance - p.base_balance - x.until_then) AS drift,
    o.max_drift * p.ordered AS allowed
FROM paying AS p
INNER JOIN ops.transfer_order AS o ON o.order_id = %(order_id)s
LEFT JOIN newest AS b ON p.account = b.account
LEFT JOIN committed AS c ON p.account = c.account
CROSS JOIN
    LATERAL (
        SELECT
            coalesce(b.as_of, o.base_date) AS as_of,
            coalesce(b.balance, p.base_balance) AS balance,
            coalesce(c.amount, 0) AS committed
    ) AS n
CROSS JOIN
    LATERAL (
        SELECT
            coalesce(sum(e.amount) FILTER (
                WHERE CAST(e.executed_at AS date) > o.base_date AND CAST(e.executed_at AS date) <= n.as_of
            ), 0) AS until_then,
            coalesce(sum(e.amount) FILTER (WHERE CAST(e.executed_at AS date) > n.as_of), 0) AS after_that
        FROM executed AS e
        WHERE e.account = p.account
    ) AS x
WHERE
    abs(n.balance - p.base_balance - x.until_then) > o.max_drift * p.ordered
    OR n.balance + x.after_that - n.committed < p.ordered
ORDER BY p.institution, p.account
