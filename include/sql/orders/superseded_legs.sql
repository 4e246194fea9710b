-- Transfers that nobody has carried out and whose money the order that is being issued plans anew: all of the region's
-- other adjustments, whichever was laid out first (a correction of an earlier quarter may be issued while this one is
-- signed), and of recalls laid out before it those from accounts that it takes from.
SELECT
    s.order_id,
    s.leg_no
FROM ops.leg_state AS s
INNER JOIN ops.transfer_order AS o ON o.order_id = %(order_id)s AND s.region = o.region
WHERE
    s.order_id <> o.order_id
    AND (
        s.kind = 'adjustment' OR s.order_id < o.order_id AND EXISTS (
            SELECT 1 FROM ops.transfer_leg AS l
            WHERE l.order_id = o.order_id AND NOT l.blocked AND l.from_account = s.from_account
        )
    )
    AND s.status IN ('issued', 'acknowledged', 'overdue', 'returned')
ORDER BY s.order_id, s.leg_no
