-- Sums of a year that are not whole up to a date they are needed for. The quarters up to the last file of an earlier
-- arrangement (two bureaus before they merged) are owed by its feeds, the others by those that deliver for the date
-- itself (S25); where nobody does, by all. A file without any row is a nil return, and whole.
CREATE TEMPORARY TABLE flow_gap ON COMMIT DROP AS
WITH wanted AS (
    SELECT DISTINCT
        m.run_id,
        m.family,
        m.feed,
        m.measure,
        m.day
    FROM batch AS b
    INNER JOIN eval.moment AS m ON b.run_id = m.run_id AND m.kind = 'flow'
),

input AS (
    SELECT
        d.run_id,
        d.family,
        d.feed,
        d.day,
        n.period,
        bool_or(n.period = d.period) OVER (PARTITION BY d.run_id, d.feed, d.day) AS speaks,
        bool_or(n.period = d.period) OVER (PARTITION BY d.run_id, d.family, d.day) AS spoken_for
    FROM (
        SELECT DISTINCT
            w.run_id,
            w.family,
            w.feed,
            w.day,
            to_char(w.day, 'YYYY"-Q"Q') AS period
        FROM wanted AS w
    ) AS d
    LEFT JOIN eval.run_input AS n
        ON
            d.run_id = n.run_id AND d.feed = n.feed AND d.period >= n.period
            AND n.period >= to_char(date_trunc('year', d.day), 'YYYY"-Q"Q')
),

-- Up to which quarter another arrangement delivered.
other AS (
    SELECT
        i.run_id,
        i.family,
        i.day,
        max(i.period) AS last
    FROM input AS i
    WHERE i.spoken_for AND NOT coalesce(i.speaks, FALSE)
    GROUP BY i.run_id, i.family, i.day
),

owed AS (
    SELECT
        f.run_id,
        f.feed,
        f.day,
        f.spoken_for,
        range_agg(daterange(CAST(q.day AS date), least(CAST(q.day + interval '3 months' AS date), f.day + 1))) AS required
    FROM (
        SELECT DISTINCT
            i.run_id,
            i.family,
            i.feed,
            i.day,
            coalesce(i.spoken_for, FALSE) AS spoken_for,
            coalesce(i.speaks, FALSE) OR NOT coalesce(i.spoken_for, FALSE) AS speaks
        FROM input AS i
    ) AS f
    LEFT JOIN other AS o ON f.run_id = o.run_id AND f.family = o.family AND f.day = o.day
    CROSS JOIN LATERAL generate_series(date_trunc('year', f.day), f.day, interval '3 months') AS q (day)
    WHERE f.speaks <> coalesce(o.last >= to_char(q.day, 'YYYY"-Q"Q'), FALSE)
    GROUP BY f.run_id, f.feed, f.day, f.spoken_for
),

covered AS (
    SELECT
        w.run_id,
        w.feed,
        w.measure,
        w.day,
        o.required,
        coalesce(
            range_agg(daterange(f.window_from, f.window_to, '[]')) FILTER (WHERE f.run_id IS NOT NULL),
            CAST(CASE WHEN o.spoken_for THEN '{(,)}' ELSE '{}' END AS datemultirange)
        ) AS covered
    FROM wanted AS w
    INNER JOIN owed AS o ON w.run_id = o.run_id AND w.feed = o.feed AND w.day = o.day
    LEFT JOIN flow AS f
        ON w.run_id = f.run_id AND w.feed = f.feed AND w.measure = f.measure AND w.day = f.base
    GROUP BY w.run_id, w.feed, w.measure, w.day, o.required, o.spoken_for
)

SELECT
    c.run_id,
    c.feed,
    c.measure,
    c.day,
    c.required
FROM covered AS c
WHERE NOT c.covered @> c.required
