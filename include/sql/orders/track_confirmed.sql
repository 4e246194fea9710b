-- A receipt says that the money moved, and the balances of both accounts say so too (S13).
WITH settled AS (
    SELECT
        b.order_id,
        b.leg_no,
        string_agg(
            concat('账户 ', b.account, ' ', b.before_on, ' 至 ', b.after_on, ' 相差 ', abs(b.difference), ' 元'),
            '；' ORDER BY b.side DESC
        ) AS said
    FROM ops.leg_balance AS b
    WHERE b.region = %(region)s
    GROUP BY b.order_id, b.leg_no
    HAVING count(*) FILTER (WHERE b.agrees) = 2
),

moved AS (
    INSERT INTO ops.leg_event (order_id, leg_no, status, actor, reason)
    SELECT
        s.order_id,
        s.leg_no,
        'confirmed',
        %(actor)s,
        '回执与余额一致：' || t.said
    FROM ops.leg_state AS s
    INNER JOIN settled AS t ON s.order_id = t.order_id AND s.leg_no = t.leg_no
    WHERE
        s.status = 'executed'
        AND EXISTS (
            SELECT FROM ops.leg_receipt AS r
            WHERE
                r.region = s.region AND r.leg_code = s.leg_code AND r.outcome = 'executed' AND r.fits
                AND CAST(r.executed_at AS date) >= CAST(s.issued_at AT TIME ZONE 'Asia/Shanghai' AS date)
        )
    ORDER BY s.order_id, s.leg_no
    RETURNING order_id, leg_no
)

SELECT l.leg_code
FROM moved AS m
INNER JOIN ops.transfer_leg AS l ON m.order_id = l.order_id AND m.leg_no = l.leg_no
ORDER BY l.leg_code
