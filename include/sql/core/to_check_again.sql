-- Rejected submissions of some feeds that might pass now that a register was renewed, and that nothing newer replaced.
SELECT s.submission_id
FROM raw.submission_state AS s
WHERE
    s.region = %(region)s
    AND s.period >= %(period)s
    AND s.feed IN (SELECT leaning.feed FROM unnest(%(feeds)s) AS leaning (feed))
    AND s.status = 'rejected'
    AND NOT EXISTS (
        SELECT 1
        FROM raw.submission AS newer
        WHERE
            (newer.region, newer.period, newer.feed, newer.reporter) = (s.region, s.period, s.feed, s.reporter)
            AND newer.sequence > s.sequence
    )
ORDER BY s.period, s.feed, s.reporter;
