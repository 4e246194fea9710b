-- The latest version of a feed at or before a period that was accepted before a given event.
SELECT
    s.submission_id,
    s.period
FROM raw.submission AS s
WHERE
    s.region = %(region)s
    AND s.feed = %(feed)s
    AND s.period BETWEEN %(first)s AND %(last)s
    AND EXISTS (
        SELECT 1
        FROM raw.submission_event AS e
        WHERE e.submission_id = s.submission_id AND e.status = 'accepted' AND e.event_id < %(watermark)s
    )
ORDER BY s.period DESC, s.sequence DESC
LIMIT 1;
