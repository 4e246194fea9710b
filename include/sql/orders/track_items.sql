-- What receipts and balances do not agree on.
SELECT
    i.check_id,
    i.order_no,
    i.leg_code,
    i.status,
    coalesce(i.institution, '') AS institution,
    coalesce(i.account, '') AS account,
    i.expected,
    i.found,
    i.difference,
    i.message,
    i.advice
FROM ops.reconciliation AS i
WHERE i.region = %(region)s
ORDER BY i.leg_code, i.check_id, i.account, i.institution
