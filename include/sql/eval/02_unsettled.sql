-- Feeds delivered for a region and period of which no version was accepted: refused, or not yet judged.
SELECT DISTINCT s.feed
FROM raw.submission AS s
WHERE
    s.region = %(region)s AND s.period = %(period)s
    AND NOT EXISTS (
        SELECT 1
        FROM raw.standing_submission AS a
        WHERE (a.region, a.period, a.feed) = (s.region, s.period, s.feed)
    )
ORDER BY s.feed
