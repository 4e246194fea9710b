-- Banks that are out of the denominator because their deposits are recalled (S11, S21): persons had signed and issued the
-- recall by the base date, and what it rests on is still red by then: the newest figure has not become better, or the
-- event is neither corrected nor closed nor past its months. A ban has its own interval. A recall whose transfers a later
-- order planned anew is not dropped: what takes the bank's money away must not bring it back among those who share.
WITH issued AS (
    SELECT
        o.order_id,
        o.institution,
        o.order_no,
        e.issued_on,
        w.*
    FROM ops.order_state AS o
    INNER JOIN LATERAL (
        SELECT CAST(v.happened_at AT TIME ZONE 'Asia/Shanghai' AS date) AS issued_on
        FROM ops.order_event AS v
        WHERE v.order_id = o.order_id AND v.status = 'issued'
        ORDER BY v.event_id
        LIMIT 1
    ) AS e ON TRUE
    INNER JOIN ops.recall_cause AS c ON o.order_id = c.order_id
    INNER JOIN LATERAL (
        SELECT
            x.warning_id,
            x.region,
            x.institution AS warned,
            x.metric,
            x.scope,
            x.event,
            x.event_name,
            x.rulebook_code
        FROM ops.warning AS x
        WHERE x.warning_id = c.warning_id
    ) AS w ON TRUE
    WHERE
        o.region = %(region)s AND o.kind = 'recall' AND o.status = 'issued'
        AND e.issued_on <= %(as_of)s
        AND (o.standing <> 'cancelled' OR EXISTS (
            SELECT FROM ops.leg_event AS x
            WHERE
                x.order_id = o.order_id AND x.status = 'cancelled' AND x.actor = 'cunfang' AND starts_with(x.reason, '被 ')
        ))
),

figures AS (
    SELECT
        i.institution,
        i.order_id,
        i.order_no,
        i.issued_on,
        i.warning_id,
        format('所据指标 %%s 至 %%s 仍为红色', coalesce(k.name, i.metric), f.as_of) AS ground,
        f.submission_id,
        f.record_no
    FROM issued AS i
    INNER JOIN LATERAL (
        SELECT
            p.as_of,
            p.value,
            p.submission_id,
            p.record_no
        FROM raw.standing_submission AS s
        INNER JOIN core.prudential AS p ON s.submission_id = p.submission_id
        WHERE
            s.region = i.region AND s.feed = 'pboc_prudential' AND p.institution = i.warned AND p.metric = i.metric
            AND p.scope = i.scope AND p.as_of <= %(as_of)s
        ORDER BY p.as_of DESC, s.period DESC
        LIMIT 1
    ) AS f ON TRUE
    INNER JOIN LATERAL (
        SELECT x.level
        FROM ops.warning AS x
        WHERE
            x.region = i.region AND x.institution = i.warned AND x.metric = i.metric AND x.scope = i.scope
            AND x.as_of = f.as_of AND x.value = f.value
        ORDER BY x.warning_id DESC
        LIMIT 1
    ) AS n ON n.level = '红'
    LEFT JOIN LATERAL (
        SELECT l.name
        FROM eval.rulebook AS b
        INNER JOIN eval.warning_limit AS l ON b.rulebook_id = l.rulebook_id
        WHERE b.code = i.rulebook_code AND l.metric = i.metric
        ORDER BY b.rulebook_id DESC
        LIMIT 1
    ) AS k ON TRUE
),

events AS (
    SELECT
        i.institution,
        i.order_id,
        i.order_no,
        i.issued_on,
        i.warning_id,
        format('所据监管事件 %%s（%%s）至 %%s 仍为红色', i.event_name, i.event, %(as_of)s) AS ground,
        s.submission_id,
        s.record_no
    FROM issued AS i
    INNER JOIN ops.event_warnings_on(%(as_of)s) AS s
        ON i.region = s.region AND i.warned = s.institution AND i.event = s.event AND s.stands AND s.level = '红'
)

SELECT DISTINCT ON (g.institution)
    g.institution,
    g.order_no,
    format('收回存款的指令 %%s 已于 %%s 下达，%%s', g.order_no, g.issued_on, g.ground) AS reason,
    g.submission_id,
    g.record_no
FROM (
    SELECT * FROM figures
    UNION ALL
    SELECT * FROM events
) AS g
ORDER BY g.institution, g.order_id DESC, g.warning_id
