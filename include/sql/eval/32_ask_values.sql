-- A value that the rule book needs and nobody delivered is a question, never a guess.
SELECT
    p.run_id,
    'EVA-V020' AS check_id,
    'validity' AS class,
    format(
        '%s 缺少指标“%s”的数据（报送内容 %s，计量 %s，时点 %s%s）', p.name, i.name, i.family, i.measure, r.as_of,
        '；或其分母 ' || i.over || ' 为 0'
    ) AS message,
    '请由报送单位补报，或由考核办法写明缺数时的处理' AS advice
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
INNER JOIN eval.participant AS p ON r.run_id = p.run_id AND p.role = 'commercial'
INNER JOIN eval.indicator AS i ON r.rulebook_id = i.rulebook_id AND i.leaf AND i.missing = 'stop'
LEFT JOIN eval.indicator_value AS v
    ON p.run_id = v.run_id AND p.institution = v.institution AND i.indicator = v.indicator
WHERE v.institution IS NULL
UNION ALL
SELECT
    c.run_id,
    'EVA-V021',
    'validity',
    format('报送内容 %s 的 %s 未覆盖 %s 至 %s 的全部期间', c.feed, c.measure, r.year_start, r.as_of),
    '请报送年初至期末的累计数，或补齐缺少的月份、季度'
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
INNER JOIN (
    SELECT
        n.run_id,
        n.feed,
        i.measure,
        coalesce(range_agg(daterange(f.window_from, f.window_to, '[]')), '{}') AS covered
    FROM batch AS m
    INNER JOIN eval.run AS u ON m.run_id = u.run_id
    INNER JOIN eval.indicator AS i ON u.rulebook_id = i.rulebook_id AND i.basis = 'ytd'
    INNER JOIN eval.run_input AS n ON u.run_id = n.run_id AND i.family = n.family AND u.period = n.period
    LEFT JOIN flow AS f ON n.run_id = f.run_id AND n.feed = f.feed AND i.measure = f.measure
    GROUP BY n.run_id, n.feed, i.measure
) AS c ON r.run_id = c.run_id
WHERE NOT c.covered @> daterange(r.year_start, r.as_of, '[]')
UNION ALL
SELECT DISTINCT
    x.run_id,
    'EVA-V022',
    'validity',
    format('%s 的 %s 期间重叠：%s 至 %s 与 %s 至 %s', x.institution, x.part, x.window_from, x.window_to, y.window_from, y.window_to),
    '同一税种只报累计数，或报互不重叠的期间'
FROM batch AS b
INNER JOIN flow AS x ON b.run_id = x.run_id
INNER JOIN flow AS y
    ON
        x.run_id = y.run_id AND x.feed = y.feed AND x.measure = y.measure AND x.institution = y.institution
        AND x.part IS NOT DISTINCT FROM y.part
        AND (x.window_from, x.window_to) < (y.window_from, y.window_to)
        AND x.window_to >= y.window_from
UNION ALL
-- A time limit in working days cannot be told where the calendar has a hole.
SELECT
    r.run_id,
    'EVA-V023',
    'validity',
    format(
        '%s 至 %s 的工作日历没有载入或有缺日，无法推算 %s 件事项的时限', min(CAST(e.issued_at AS date)), r.as_of, count(DISTINCT e.event)
    ),
    '请载入国务院公布的工作日历，或在及时性事件中填写应完成时间'
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
INNER JOIN eval.indicator AS i ON r.rulebook_id = i.rulebook_id AND i.basis = 'on_time_rate'
INNER JOIN eval.run_input AS n ON r.run_id = n.run_id AND i.family = n.family AND r.period = n.period
INNER JOIN core.timeliness_event AS e
    ON n.submission_id = e.submission_id AND e.kind = ANY(string_to_array(i.measure, ','))
WHERE
    e.due_at IS NULL
    AND (
        SELECT count(*)
        FROM core.workday AS w
        WHERE w.day > CAST(e.issued_at AS date) AND w.day <= r.as_of
    ) < r.as_of - CAST(e.issued_at AS date)
GROUP BY r.run_id, r.as_of
ORDER BY run_id, check_id, message
