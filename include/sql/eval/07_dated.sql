-- Standing submissions of some feeds that hold figures of some dates, as stocks or without a window.
SELECT DISTINCT s.submission_id
FROM raw.standing_submission AS s
CROSS JOIN
    LATERAL (
        SELECT v.as_of
        FROM core.observation AS v
        WHERE v.submission_id = s.submission_id AND v.window_from IS NULL
        OFFSET 0 -- noqa: AM09
    ) AS o
WHERE
    s.region = %(region)s AND s.period <= %(period)s AND s.feed = ANY(%(feeds)s)
    AND o.as_of = ANY(CAST(%(days)s AS date[]))
