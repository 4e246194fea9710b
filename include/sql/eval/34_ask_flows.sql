-- Flows of the year must be whole and free of overlaps. The quarters up to the last file of an earlier arrangement (two
-- bureaus before they merged) are owed by its feeds, the others by those that deliver for the base date (S25).
WITH input AS (
    SELECT
        u.run_id,
        n.family,
        n.feed,
        n.period,
        coalesce(n.as_of, u.as_of) AS as_of,
        bool_or(n.period = to_char(coalesce(n.as_of, u.as_of), 'YYYY"-Q"Q')) OVER (
            PARTITION BY u.run_id, n.feed
        ) AS speaks_now
    FROM batch AS b
    INNER JOIN eval.run AS u ON b.run_id = u.run_id
    INNER JOIN eval.run_input AS n ON u.run_id = n.run_id
    WHERE
        EXISTS (
            SELECT 1 FROM eval.indicator AS i
            WHERE i.rulebook_id = u.rulebook_id AND i.flow_window = 'ytd' AND i.family = n.family
        )
        AND NOT EXISTS (
            SELECT 1 FROM late AS t
            WHERE t.run_id = u.run_id AND t.family = n.family AND t.left_out
        )
),

owed AS (
    SELECT
        f.run_id,
        f.family,
        f.feed,
        range_agg(daterange(CAST(q.day AS date), CAST(q.day + interval '3 months' AS date))) AS required
    FROM (
        SELECT DISTINCT
            run_id,
            family,
            feed,
            as_of,
            speaks_now
        FROM input
    ) AS f
    CROSS JOIN LATERAL generate_series(date_trunc('year', f.as_of), f.as_of, interval '3 months') AS q (day)
    CROSS JOIN
        LATERAL (
            SELECT count(*) > 0 AS otherwise FROM input AS o
            WHERE
                o.run_id = f.run_id AND o.family = f.family AND NOT o.speaks_now
                AND o.period >= to_char(q.day, 'YYYY"-Q"Q')
        ) AS e
    WHERE f.speaks_now <> e.otherwise
    GROUP BY f.run_id, f.family, f.feed
),

covered AS (
    SELECT
        o.run_id,
        o.feed,
        i.measure,
        o.required,
        coalesce(range_agg(daterange(f.window_from, f.window_to, '[]')), '{}') AS covered
    FROM owed AS o
    INNER JOIN eval.run AS u ON o.run_id = u.run_id
    INNER JOIN eval.indicator AS i ON u.rulebook_id = i.rulebook_id AND i.flow_window = 'ytd' AND o.family = i.family
    LEFT JOIN flow AS f ON o.run_id = f.run_id AND o.feed = f.feed AND i.measure = f.measure
    GROUP BY o.run_id, o.feed, i.measure, o.required
)

SELECT
    c.run_id,
    'EVA-V021' AS check_id,
    'validity' AS class,
    format(
        '报送内容 %s 的 %s 未覆盖 %s 至 %s 的全部期间', c.feed, c.measure, lower(c.required), CAST(upper(c.required) - 1 AS date)
    ) AS message,
    '请报送年初至期末的累计数，或补齐缺少的月份、季度' AS advice
FROM batch AS b
INNER JOIN covered AS c ON b.run_id = c.run_id
WHERE NOT c.covered @> c.required
UNION ALL
SELECT DISTINCT
    x.run_id,
    'EVA-V022',
    'validity',
    format('%s 的 %s 期间重叠：%s 至 %s 与 %s 至 %s', x.reported, x.part, x.window_from, x.window_to, y.window_from, y.window_to),
    '同一税种只报累计数，或报互不重叠的期间'
FROM batch AS b
INNER JOIN flow AS x ON b.run_id = x.run_id
INNER JOIN flow AS y
    ON
        x.run_id = y.run_id AND x.feed = y.feed AND x.measure = y.measure AND x.reported = y.reported
        AND x.part IS NOT DISTINCT FROM y.part
        AND (x.window_from, x.window_to) < (y.window_from, y.window_to)
        AND x.window_to >= y.window_from
ORDER BY run_id, check_id, message
