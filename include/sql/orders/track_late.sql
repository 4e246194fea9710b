-- Transfers whose last day has passed and that were not made.
SELECT
    t.order_no,
    t.leg_code,
    t.institution,
    t.to_institution,
    t.amount,
    t.status,
    t.issued_on,
    t.due_on,
    t.days_late,
    t.excused
FROM ops.leg_timeliness AS t
WHERE
    t.region = %(region)s AND t.due_on < ops.today()
    AND t.status IN ('issued', 'acknowledged', 'overdue', 'returned')
ORDER BY t.due_on, t.leg_code
