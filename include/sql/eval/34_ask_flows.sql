-- Flows must be whole and free of overlaps up to every date that an indicator needs them for (S06).
WITH asked AS (
    SELECT DISTINCT
        m.run_id,
        m.feed,
        m.measure,
        m.day
    FROM batch AS b
    INNER JOIN eval.moment AS m ON b.run_id = m.run_id AND m.kind = 'flow' AND m.indicator <> ''
)

SELECT
    g.run_id,
    'EVA-V021' AS check_id,
    'validity' AS class,
    format(
        '报送内容 %s 的 %s 未覆盖 %s 至 %s 的全部期间', g.feed, g.measure, lower(g.required), CAST(upper(g.required) - 1 AS date)
    ) AS message,
    '请报送年初至期末的累计数，或补齐缺少的月份、季度' AS advice
FROM flow_gap AS g
INNER JOIN asked AS a ON g.run_id = a.run_id AND g.feed = a.feed AND g.measure = a.measure AND g.day = a.day
UNION
SELECT
    x.run_id,
    'EVA-V022',
    'validity',
    format('%s 的 %s 期间重叠：%s 至 %s 与 %s 至 %s', x.reported, x.part, x.window_from, x.window_to, y.window_from, y.window_to),
    '同一税种只报累计数，或报互不重叠的期间'
FROM flow AS x
INNER JOIN asked AS a ON x.run_id = a.run_id AND x.feed = a.feed AND x.measure = a.measure AND x.base = a.day
INNER JOIN flow AS y
    ON
        x.run_id = y.run_id AND x.feed = y.feed AND x.measure = y.measure AND x.base = y.base AND x.reported = y.reported
        AND x.part IS NOT DISTINCT FROM y.part
        AND (x.window_from, x.window_to) < (y.window_from, y.window_to)
        AND x.window_to >= y.window_from
ORDER BY run_id, check_id, message
