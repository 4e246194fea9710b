-- The transfers that the orders of a region list, each with the day it was first issued; none before any was issued.
SELECT
    s.leg_code,
    s.from_institution AS payer,
    coalesce(s.to_institution, '') AS payee,
    s.amount,
    s.status,
    f.issued_on,
    min(f.issued_on) OVER () AS since
FROM ops.leg_state AS s
LEFT JOIN LATERAL (
    SELECT min(CAST(e.happened_at AT TIME ZONE 'Asia/Shanghai' AS date)) AS issued_on
    FROM ops.leg_event AS e
    WHERE e.order_id = s.order_id AND e.leg_no = s.leg_no AND e.status = 'issued'
) AS f ON TRUE
WHERE s.region = %(region)s
ORDER BY s.leg_code
