-- The objections to the result of a region and period; late are those raised after the window of the order asked for.
SELECT
    o.objection,
    o.institution,
    o.matter,
    o.raised_on,
    CASE
        WHEN o.outcome IS NOT NULL THEN o.outcome
        WHEN o.raised_on > CAST(%(closes_on)s AS date) THEN 'late'
        ELSE 'open'
    END AS state,
    o.answered_on,
    coalesce(o.answer, '') AS answer
FROM ops.objection_state AS o
WHERE o.region = %(region)s AND o.about_period = %(period)s
ORDER BY o.raised_on, o.objection;
