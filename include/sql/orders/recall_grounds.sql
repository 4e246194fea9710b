-- What each cause of a recall says, and whether it still stands today: a red warning with the newest figure of its limit
-- (one of an event: by its newest record, while that is neither closed nor past its months),
-- a decision with the interval of the ban that it is part of (S20, S22).
SELECT
    c.cause,
    c.later,
    CASE WHEN w.warning_id IS NULL THEN 'decision' ELSE 'warning' END AS kind,
    w.warning_id,
    coalesce(s.level = '红', b.whole @> CAST(%(today)s AS date), FALSE) AS standing,
    s.as_of AS newest_as_of,
    s.value AS newest_value,
    s.level AS newest_level,
    coalesce(e.decision, '') AS decision,
    e.decided_on,
    coalesce(e.note, '') AS note,
    upper(b.during) AS own_end,
    upper(b.whole) AS ban_end,
    coalesce(b.predecessor, '') AS predecessor
FROM
    unnest(
        CAST(%(causes)s AS text[]), CAST(%(warnings)s AS bigint[]), CAST(%(submissions)s AS bigint[]),
        CAST(%(records)s AS integer[]), CAST(%(later)s AS boolean[])
    ) WITH ORDINALITY AS c (cause, warning_id, submission_id, record_no, later, place)
LEFT JOIN ops.warning AS w ON c.warning_id = w.warning_id
LEFT JOIN ops.standing_warning AS s
    ON
        w.region = s.region AND w.institution = s.institution
        AND ((w.metric = s.metric AND w.scope = s.scope) OR w.event = s.event)
LEFT JOIN core.supervisory_event AS e
    ON c.warning_id IS NULL AND c.submission_id = e.submission_id AND c.record_no = e.record_no
LEFT JOIN core.bans(%(region)s, %(today)s, %(years)s) AS b ON e.event = b.event
ORDER BY c.place
