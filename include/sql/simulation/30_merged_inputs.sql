-- What a run by another rule book reads: all that the run in force read, and what this rule book reads beyond the other
-- one, as both would be pinned now. A file that one of both reads for its own date is not there for history alone.
WITH was AS (
    SELECT submission_id
    FROM eval.run_input
    WHERE run_id = %(was)s
),

template AS (
    SELECT submission_id
    FROM eval.run_input
    WHERE run_id = %(template)s
),

inputs AS (
    SELECT DISTINCT ON (n.submission_id)
        n.*,
        bool_and(n.history) OVER (PARTITION BY n.submission_id) AS only_history
    FROM eval.run_input AS n
    LEFT JOIN was AS w ON n.submission_id = w.submission_id
    LEFT JOIN template AS t ON n.submission_id = t.submission_id
    WHERE
        n.run_id = %(template)s
        OR (n.run_id = %(now)s AND (w.submission_id IS NULL OR t.submission_id IS NOT NULL))
    ORDER BY n.submission_id, n.run_id = %(template)s DESC
),

pinned AS (
    INSERT INTO eval.run_input (run_id, submission_id, feed, family, period, sha256, as_of, history)
    SELECT
        %(merged)s,
        submission_id,
        feed,
        family,
        period,
        sha256,
        as_of,
        only_history
    FROM inputs
    RETURNING run_id
),

ordered AS (
    INSERT INTO eval.run_leg
    SELECT p.*
    FROM eval.run_leg AS g
    CROSS JOIN LATERAL jsonb_populate_record(g, jsonb_build_object('run_id', %(merged)s)) AS p
    WHERE g.run_id = %(template)s
    RETURNING run_id
),

recalled AS (
    INSERT INTO eval.run_recall
    SELECT p.*
    FROM eval.run_recall AS r
    CROSS JOIN LATERAL jsonb_populate_record(r, jsonb_build_object('run_id', %(merged)s)) AS p
    WHERE r.run_id = %(template)s
    RETURNING run_id
)

INSERT INTO eval.run_substitute (run_id, feed, family, name, rule, used_period)
SELECT DISTINCT ON (s.feed)
    %(merged)s,
    s.feed,
    s.family,
    s.name,
    s.rule,
    s.used_period
FROM eval.run_substitute AS s
LEFT JOIN eval.run_substitute AS w ON w.run_id = %(was)s AND s.feed = w.feed
WHERE s.run_id = %(template)s OR (s.run_id = %(now)s AND w.feed IS NULL)
ORDER BY s.feed, s.run_id = %(template)s DESC
