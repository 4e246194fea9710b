-- Of each feed asked for, the latest version in a span of periods that was accepted before a given event.
SELECT
    w.part,
    s.submission_id
FROM unnest(%(parts)s, %(feeds)s, %(firsts)s, %(lasts)s) AS w (part, feed, first, last)
CROSS JOIN LATERAL (
    SELECT r.submission_id
    FROM raw.submission AS r
    WHERE
        r.region = %(region)s
        AND r.feed = w.feed
        AND r.period BETWEEN w.first AND w.last
        AND EXISTS (
            SELECT 1
            FROM raw.submission_event AS e
            WHERE e.submission_id = r.submission_id AND e.status = 'accepted' AND e.event_id < %(watermark)s
        )
    ORDER BY r.period DESC, r.sequence DESC
    LIMIT 1
) AS s;
