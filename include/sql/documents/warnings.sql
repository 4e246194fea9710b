-- Warnings by id, or those of a region and period that rest on a submission still standing. What an event's record
-- says besides its kind and severity (document, closing) is as last reported.
SELECT
    w.warning_id,
    w.region,
    w.period,
    w.institution,
    coalesce(i.short_name, i.name, w.institution) AS short_name,
    w.metric,
    coalesce(w.event_name, m.name, w.metric) AS metric_name,
    w.as_of,
    w.level,
    w.value,
    w.limit_value AS "limit",
    w.limit_type,
    w.operator,
    w.scope,
    w.event,
    w.event_kind,
    w.event_severity,
    w.stands_until,
    coalesce(n.decision, e.decision, '') AS decision,
    coalesce(n.note, e.note, '') AS note,
    n.closed_on,
    w.reason,
    w.submission_id,
    s.file_name AS file,
    coalesce(c.sheet, '') AS sheet,
    coalesce(c.cells ->> CASE WHEN w.event IS NULL THEN 'value' ELSE 'kind' END, '') AS cell,
    c.row_no
FROM ops.warning AS w
INNER JOIN raw.submission AS s ON w.submission_id = s.submission_id
LEFT JOIN raw.record AS c ON w.submission_id = c.submission_id AND w.record_no = c.record_no
LEFT JOIN core.supervisory_event AS e ON w.submission_id = e.submission_id AND w.event = e.event
LEFT JOIN core.supervisory_events_on(ops.today()) AS n ON w.region = n.region AND w.event = n.event
LEFT JOIN LATERAL (
    SELECT
        r.name,
        r.short_name
    FROM raw.standing_submission AS t
    INNER JOIN core.institution AS r ON t.submission_id = r.submission_id
    WHERE t.region = w.region AND r.institution = w.institution AND t.period <= w.period
    ORDER BY t.period DESC
    LIMIT 1
) AS i ON TRUE
LEFT JOIN LATERAL (
    SELECT k.name
    FROM eval.rulebook AS b
    INNER JOIN eval.warning_limit AS k ON b.rulebook_id = k.rulebook_id
    WHERE b.code = w.rulebook_code AND k.metric = w.metric
    ORDER BY b.rulebook_id DESC
    LIMIT 1
) AS m ON TRUE
WHERE
    w.warning_id = any(cast(%(warning_ids)s AS bigint[]))
    OR (
        w.region = %(region)s AND w.period = %(period)s
        -- A figure judged again (the quarter before came in later) has the level of its last judgement.
        AND NOT EXISTS (
            SELECT 1
            FROM ops.warning AS x
            WHERE
                x.region = w.region AND x.institution = w.institution AND x.as_of = w.as_of
                AND x.warning_id > w.warning_id
                AND (
                    (x.metric = w.metric AND x.scope = w.scope AND x.value = w.value)
                    OR (x.event = w.event AND x.event_kind = w.event_kind AND x.event_severity = w.event_severity)
                )
        )
        AND (
            EXISTS (
                -- A figure that was delivered again unchanged still stands.
                SELECT 1
                FROM raw.standing_submission AS t
                INNER JOIN core.prudential AS p ON t.submission_id = p.submission_id
                WHERE
                    t.region = w.region AND t.period = w.period AND t.feed = 'pboc_prudential'
                    AND p.institution = w.institution AND p.metric = w.metric AND p.as_of = w.as_of
                    AND p.scope = w.scope AND p.value = w.value
            )
            -- An event that was reported again stands while it says the same.
            OR (n.institution, n.kind, n.severity, n.event_on)
            = (w.institution, w.event_kind, w.event_severity, w.as_of)
        )
    )
ORDER BY array_position(ARRAY['红', '橙', '黄'], w.level), w.institution, w.metric, w.event, w.as_of, w.warning_id
