-- A disqualification that is accepted is referred to the PBOC branch, once (S23). A month to answer is ours: no source
-- says how long it may take.
WITH opened AS (
    INSERT INTO ops.referral (region, event, institution, decision, due_on, submission_id, record_no)
    SELECT
        e.region,
        e.event,
        e.institution,
        coalesce(e.decision, ''),
        CAST(e.decided_on + interval '1 month' AS date),
        e.submission_id,
        e.record_no
    FROM core.supervisory_event AS e
    WHERE e.submission_id = %(submission)s AND e.severity = 'disqualify' AND e.decided_on IS NOT NULL
    ON CONFLICT (region, event) DO NOTHING
    RETURNING referral_id
)

INSERT INTO ops.referral_event (referral_id, state, actor)
SELECT
    referral_id,
    'open',
    'cunfang'
FROM opened;
