-- Transfers that are still on their way into a bank.
SELECT
    l.leg_code,
    l.amount,
    l.due_on
FROM ops.leg_state AS l
WHERE
    l.region = %(region)s AND l.to_institution = %(institution)s
    AND l.status IN ('issued', 'acknowledged', 'overdue')
ORDER BY l.leg_code
