-- After a merger the same money must not be counted twice, nor one of two outlets be lost (S32).
SELECT
    o.run_id,
    'EVA-V024' AS check_id,
    'validity' AS class,
    format(
        '%s 的 %s（报送内容 %s%s）另有其前身 %s 的数，无法判断相加是否重复', p.name, o.measure, o.feed,
        CASE WHEN o.day <> r.as_of THEN '，时点 ' || o.day ELSE '' END,
        array_to_string(
            ARRAY(
                SELECT u.name FROM unnest(o.predecessors) AS u (name)
                ORDER BY u.name
            ), '、'
        )
    ) AS message,
    '请由报送单位合并报在承继机构名下' AS advice
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
INNER JOIN observed AS o ON r.run_id = o.run_id AND o.doubtful
INNER JOIN eval.participant AS p ON o.run_id = p.run_id AND o.institution = p.institution
WHERE
    EXISTS (
        SELECT FROM eval.moment AS m
        WHERE m.run_id = o.run_id AND m.feed = o.feed AND m.measure = o.measure AND m.day = o.day AND m.indicator <> ''
    )
UNION ALL
-- What two banks were before they merged is known only where both were reported.
SELECT
    o.run_id,
    'EVA-V027',
    'validity',
    format(
        '%s 由几家机构合并而来，%s 的 %s（报送内容 %s）只有 %s 的数，缺前身 %s 的', p.name, o.day, o.measure, o.feed,
        array_to_string(
            ARRAY(
                SELECT u.name FROM unnest(o.predecessors) AS u (name)
                ORDER BY u.name
            ), '、'
        ),
        string_agg(g.name, '、' ORDER BY g.name)
    ),
    '请由报送单位补报，或把当时各前身的合计报在承继机构名下'
FROM batch AS b
INNER JOIN observed AS o ON b.run_id = o.run_id AND o.heirlooms IS NOT NULL AND NOT o.own
INNER JOIN eval.participant AS p ON o.run_id = p.run_id AND o.institution = p.institution
INNER JOIN eval.lineage AS g
    ON o.run_id = g.run_id AND o.institution = g.heir AND g.institution <> ALL(o.heirlooms)
INNER JOIN eval.run_input AS n ON o.run_id = n.run_id AND n.feed = 'institutions' AND NOT n.history
INNER JOIN core.institution AS i
    ON
        n.submission_id = i.submission_id AND g.institution = i.institution
        AND coalesce(i.opened_on, '-infinity') <= o.day AND o.day < i.closed_on
WHERE
    EXISTS (
        SELECT FROM eval.moment AS m
        WHERE m.run_id = o.run_id AND m.feed = o.feed AND m.measure = o.measure AND m.day = o.day AND m.indicator <> ''
    )
GROUP BY o.run_id, p.name, o.day, o.measure, o.feed, o.predecessors
UNION ALL
-- A time limit in working days cannot be told where the calendar has a hole.
SELECT
    l.run_id,
    'EVA-V023',
    'validity',
    format(
        '%s 至 %s 的工作日历没有载入或有缺日，无法推算 %s 件事项的时限', min(CAST(e.issued_at AS date)), l.as_of, count(DISTINCT e.event)
    ),
    '请载入国务院公布的工作日历，或在及时性事件中填写应完成时间'
FROM leaf AS l
INNER JOIN eval.run AS r ON l.run_id = r.run_id
INNER JOIN eval.run_input AS n
    ON l.run_id = n.run_id AND l.family = n.family AND r.period = n.period AND NOT n.history
INNER JOIN core.timeliness_event AS e
    ON n.submission_id = e.submission_id AND e.kind = ANY(string_to_array(l.measure, ','))
WHERE
    l.basis = 'on_time_rate' AND e.due_at IS NULL
    AND (
        SELECT count(*)
        FROM core.workday AS w
        WHERE w.day > CAST(e.issued_at AS date) AND w.day <= l.as_of
    ) < l.as_of - CAST(e.issued_at AS date)
GROUP BY l.run_id, l.as_of
ORDER BY run_id, check_id, message
