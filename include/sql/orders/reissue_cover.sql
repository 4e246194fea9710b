-- Whether the account of a returned transfer still covers it (S12): a row where its newest balance, with the transfers
-- executed since and without what transfers in force will still take, is less. Without a balance since the order's base
-- date, that of the base date.
SELECT
    n.as_of,
    n.balance,
    c.committed,
    l.from_account AS account,
    l.amount AS ordered
FROM ops.leg_state AS l
INNER JOIN ops.transfer_order AS o ON l.order_id = o.order_id
INNER JOIN ops.transfer_leg AS t ON l.order_id = t.order_id AND l.leg_no = t.leg_no
LEFT JOIN LATERAL (
    SELECT
        a.as_of,
        a.balance
    FROM ops.account_balance AS a
    WHERE a.region = l.region AND a.account = l.from_account AND a.as_of >= o.base_date
    ORDER BY a.as_of DESC
    LIMIT 1
) AS b ON TRUE
CROSS JOIN
    LATERAL (
        SELECT
            coalesce(b.as_of, o.base_date) AS as_of,
            coalesce(b.balance, t.base_balance) AS balance
    ) AS n
CROSS JOIN
    LATERAL (
        SELECT coalesce(sum(CASE s.from_account WHEN l.from_account THEN -s.amount ELSE s.amount END), 0) AS moved
        FROM ops.leg_state AS s
        WHERE
            s.region = l.region AND l.from_account IN (s.from_account, s.to_account)
            AND s.status IN ('executed', 'confirmed') AND CAST(s.executed_at AS date) > n.as_of
    ) AS x
CROSS JOIN
    LATERAL (
        SELECT coalesce(sum(s.amount), 0) AS committed
        FROM ops.leg_state AS s
        WHERE
            s.region = l.region AND s.from_account = l.from_account AND s.status IN ('issued', 'acknowledged', 'overdue')
    ) AS c
WHERE l.leg_code = %(leg_code)s AND n.balance + x.moved - c.committed < l.amount
