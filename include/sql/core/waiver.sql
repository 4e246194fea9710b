-- The decision that waives a quarter, with the run published last before it; none for a quarter published itself (S14).
SELECT
    d.decision,
    coalesce(d.reason, '') AS reason,
    d.decided_on,
    d.submission_id,
    d.record_no,
    r.run_id AS run_in_force,
    r.period AS in_force_period
FROM ops.standing_decision AS d
LEFT JOIN LATERAL (
    SELECT
        s.run_id,
        s.period
    FROM eval.run_state AS s
    WHERE
        s.region = d.region AND s.period <= %(period)s
        AND s.purpose = 'official' AND s.status = 'published'
    ORDER BY s.period DESC, s.run_id DESC
    LIMIT 1
) AS r ON TRUE
WHERE
    d.region = %(region)s AND d.kind = 'waive_period'
    AND CAST(%(last_day)s AS date) BETWEEN d.valid_from AND d.valid_to
    AND r.period IS DISTINCT FROM %(period)s
ORDER BY d.decided_on DESC, d.decision
LIMIT 1;
