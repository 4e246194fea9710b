-- The last day has passed and no bank has reported the transfer as made.
WITH moved AS (
    INSERT INTO ops.leg_event (order_id, leg_no, status, actor, reason)
    SELECT
        s.order_id,
        s.leg_no,
        'overdue',
        %(actor)s,
        concat('应于 ', s.due_on, ' 前执行，未收到执行回执')
    FROM ops.leg_state AS s
    WHERE s.region = %(region)s AND s.status IN ('issued', 'acknowledged') AND s.due_on < ops.today()
    ORDER BY s.order_id, s.leg_no
    RETURNING order_id, leg_no
)

SELECT l.leg_code
FROM moved AS m
INNER JOIN ops.transfer_leg AS l ON m.order_id = l.order_id AND m.leg_no = l.leg_no
ORDER BY l.leg_code
