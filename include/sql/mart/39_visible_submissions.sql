-- What the run could see: its pinned submissions, and beside them, for the series before it and for feeds that its
-- rule book does not read, those that stood when it was computed.
WITH pinned AS (
    SELECT
        s.submission_id,
        s.period,
        s.feed,
        s.reporter
    FROM eval.run_input AS n
    INNER JOIN raw.submission AS s ON n.submission_id = s.submission_id
    WHERE n.run_id = %(run_id)s
),

stood AS (
    SELECT DISTINCT ON (s.period, s.feed, s.reporter)
        s.submission_id,
        s.period,
        s.feed,
        s.reporter
    FROM eval.run AS r
    INNER JOIN raw.submission AS s ON r.region = s.region AND r.period >= s.period
    CROSS JOIN
        LATERAL (
            SELECT e.status
            FROM raw.submission_event AS e
            WHERE e.submission_id = s.submission_id AND e.happened_at <= r.computed_at
            ORDER BY e.event_id DESC
            LIMIT 1
        ) AS then_state
    WHERE r.run_id = %(run_id)s AND then_state.status = 'accepted'
    ORDER BY s.period, s.feed, s.reporter, s.sequence DESC
)

SELECT p.submission_id
FROM pinned AS p
UNION ALL
SELECT t.submission_id
FROM stood AS t
WHERE NOT EXISTS (
    SELECT FROM pinned AS p
    WHERE p.period = t.period AND p.feed = t.feed AND p.reporter = t.reporter
)
