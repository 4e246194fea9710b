-- What the last reading and the last check after it said. All rows of a round carry the time of its event.
WITH reading AS (
    SELECT DISTINCT ON (e.submission_id)
        e.submission_id,
        e.event_id,
        e.happened_at
    FROM raw.submission_event AS e
    WHERE e.status = 'read'
    ORDER BY e.submission_id ASC, e.event_id DESC
),

checking AS (
    SELECT DISTINCT ON (e.submission_id)
        e.submission_id,
        e.happened_at
    FROM raw.submission_event AS e
    INNER JOIN reading AS r ON e.submission_id = r.submission_id AND e.event_id > r.event_id
    WHERE e.status = 'checked'
    ORDER BY e.submission_id ASC, e.event_id DESC
)

SELECT
    f.submission_id,
    s.feed,
    f.found_at = r.happened_at AS at_reading,
    f.check_id,
    f.class,
    f.message,
    f.advice,
    f.file_name,
    f.sheet,
    f.cell,
    f.column_name,
    f.record_no
FROM ops.finding AS f
INNER JOIN raw.submission AS s ON f.submission_id = s.submission_id
INNER JOIN reading AS r ON f.submission_id = r.submission_id
LEFT JOIN checking AS c ON f.submission_id = c.submission_id
WHERE
    f.found_at IN (r.happened_at, c.happened_at)
    AND (%(submission)s IS NULL OR f.submission_id = %(submission)s)
    AND (%(region)s IS NULL OR f.region = %(region)s)
    AND (%(period)s IS NULL OR f.period = %(period)s)
ORDER BY f.finding_id;
