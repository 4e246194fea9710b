-- Overrides that end within 30 days of a day or ended in the year before it, with what they were about; one that another
-- decision carries on is left out (S15).
SELECT
    s.decision,
    s.kind,
    s.institution,
    s.account,
    s.amount,
    s.rate,
    s.valid_from,
    s.valid_to,
    coalesce(s.reason, '') AS reason,
    s.kind_name,
    k.affects,
    k.afterwards,
    coalesce(i.short_name, i.name, s.institution, '') AS bank
FROM ops.register_state AS s
INNER JOIN core.decision_kind AS k ON s.kind = k.kind AND k.overrides
LEFT JOIN LATERAL (
    SELECT
        v.short_name,
        v.name
    FROM raw.standing_submission AS m
    INNER JOIN core.institution AS v ON m.submission_id = v.submission_id
    WHERE m.region = s.region AND m.feed = 'institutions' AND v.institution = s.institution
    ORDER BY m.period DESC
    LIMIT 1
) AS i ON TRUE
WHERE
    s.region = %(region)s
    AND s.valid_to BETWEEN CAST(%(today)s AS date) - 365 AND CAST(%(today)s AS date) + 30
    AND s.renewed_by IS NULL
ORDER BY s.valid_to, s.decision, s.institution, s.account;
