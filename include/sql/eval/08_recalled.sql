-- Banks that are out of the denominator because their deposits are recalled (S11, S21): persons had signed and issued the
-- recall by the base date, and the red figure that it rests on has not become better by then. A ban has its own interval.
SELECT DISTINCT ON (o.institution)
    o.institution,
    o.order_no,
    format(
        '收回存款的指令 %%s 已于 %%s 下达，所据指标 %%s 至 %%s 仍为红色',
        o.order_no, e.issued_on, coalesce(k.name, w.metric), f.as_of
    ) AS reason,
    f.submission_id,
    f.record_no
FROM ops.order_state AS o
INNER JOIN LATERAL (
    SELECT CAST(v.happened_at AT TIME ZONE 'Asia/Shanghai' AS date) AS issued_on
    FROM ops.order_event AS v
    WHERE v.order_id = o.order_id AND v.status = 'issued'
    ORDER BY v.event_id
    LIMIT 1
) AS e ON TRUE
INNER JOIN ops.recall_cause AS c ON o.order_id = c.order_id
INNER JOIN ops.warning AS w ON c.warning_id = w.warning_id
INNER JOIN LATERAL (
    SELECT
        p.as_of,
        p.value,
        p.submission_id,
        p.record_no
    FROM raw.standing_submission AS s
    INNER JOIN core.prudential AS p ON s.submission_id = p.submission_id
    WHERE
        s.region = w.region AND s.feed = 'pboc_prudential' AND p.institution = w.institution AND p.metric = w.metric
        AND p.scope = w.scope AND p.as_of <= %(as_of)s
    ORDER BY p.as_of DESC, s.period DESC
    LIMIT 1
) AS f ON TRUE
INNER JOIN LATERAL (
    SELECT x.level
    FROM ops.warning AS x
    WHERE
        x.region = w.region AND x.institution = w.institution AND x.metric = w.metric AND x.scope = w.scope
        AND x.as_of = f.as_of AND x.value = f.value
    ORDER BY x.warning_id DESC
    LIMIT 1
) AS n ON n.level = '红'
LEFT JOIN LATERAL (
    SELECT l.name
    FROM eval.rulebook AS b
    INNER JOIN eval.warning_limit AS l ON b.rulebook_id = l.rulebook_id
    WHERE b.code = w.rulebook_code AND l.metric = w.metric
    ORDER BY b.rulebook_id DESC
    LIMIT 1
) AS k ON TRUE
WHERE
    o.region = %(region)s AND o.kind = 'recall' AND o.status = 'issued' AND o.standing <> 'cancelled'
    AND e.issued_on <= %(as_of)s
ORDER BY o.institution, o.order_id DESC, w.warning_id
