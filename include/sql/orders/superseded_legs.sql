-- Transfers of the region's earlier adjustment orders that nobody has carried out: the new order plans that money anew.
SELECT
    s.order_id,
    s.leg_no
FROM ops.leg_state AS s
INNER JOIN ops.transfer_order AS o ON o.order_id = %(order_id)s AND s.region = o.region
WHERE
    s.kind = 'adjustment' AND s.order_id <> o.order_id AND s.order_id < o.order_id
    AND s.status IN ('issued', 'acknowledged', 'overdue', 'returned')
ORDER BY s.order_id, s.leg_no
