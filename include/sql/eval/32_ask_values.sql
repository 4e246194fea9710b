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
LEFT JOIN late AS t ON r.run_id = t.run_id AND i.family = t.family AND t.left_out
WHERE v.institution IS NULL AND t.run_id IS NULL
UNION ALL
-- A feed may be left out by its contract; whether a score may do without it is for the rule book to say.
SELECT
    r.run_id,
    'EVA-V025',
    'validity',
    format('%s；指标“%s”要用它，考核办法没有写明缺数时的处理', t.reason, i.name),
    '请催报；或在考核办法中为该指标写明 missing（zero 或 mean），其权重即由其余指标分担'
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
INNER JOIN late AS t ON r.run_id = t.run_id AND t.left_out
INNER JOIN eval.indicator AS i
    ON r.rulebook_id = i.rulebook_id AND i.leaf AND i.missing = 'stop' AND t.family = i.family
UNION ALL
-- After a merger the same money must not be counted twice, nor one of two outlets be lost (S32).
SELECT
    o.run_id,
    'EVA-V024',
    'validity',
    format('%s 的 %s（报送内容 %s）另有其前身 %s 的数，无法判断相加是否重复', p.name, o.measure, o.feed, o.predecessors),
    '请由报送单位合并报在承继机构名下'
FROM batch AS b
INNER JOIN observed AS o ON b.run_id = o.run_id AND o.doubtful
INNER JOIN eval.participant AS p ON o.run_id = p.run_id AND o.institution = p.institution
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
