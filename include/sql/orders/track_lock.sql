-- Nobody else moves the region's transfers meanwhile.
SELECT l.leg_code
FROM ops.transfer_leg AS l
INNER JOIN ops.transfer_order AS o ON l.order_id = o.order_id
WHERE
    o.region = %(region)s AND NOT l.blocked
    AND EXISTS (
        SELECT FROM ops.order_event AS e
        WHERE e.order_id = o.order_id AND e.status = 'issued'
    )
ORDER BY l.order_id, l.leg_no
FOR UPDATE OF l
