-- Warn of the supervisory events that a period's file reports and the rule book lists (S20). Kind with severity goes
-- before kind alone, that before severity alone. The same event is told once; one whose months were over before the
-- period began is not told at all.
WITH reported AS (
    SELECT
        n.*,
        r.name,
        r.level,
        k.code,
        CAST(n.event_on + make_interval(months => r.months) AS date) AS stands_until
    FROM core.supervisory_events_on(%(as_of)s) AS n
    INNER JOIN raw.submission AS s ON n.submission_id = s.submission_id
    INNER JOIN eval.rulebook AS k ON k.rulebook_id = %(rulebook_id)s
    INNER JOIN LATERAL (
        SELECT e.*
        FROM eval.warning_event AS e
        WHERE e.rulebook_id = k.rulebook_id AND e.kind IN ('', n.kind) AND e.severity IN ('', n.severity)
        ORDER BY e.kind DESC, e.severity DESC
        LIMIT 1
    ) AS r ON TRUE
    WHERE n.region = %(region)s AND s.period = %(period)s
)

INSERT INTO ops.warning (
    region, period, institution, as_of, level, scope, event, event_kind, event_severity, event_name, stands_until,
    reason, rulebook_code, submission_id, record_no
)
SELECT
    n.region,
    %(period)s,
    n.institution,
    n.event_on,
    n.level,
    CASE g.legal_person WHEN 'local' THEN 'legal_person' WHEN 'branch' THEN 'branch' END,
    n.event,
    n.kind,
    n.severity,
    n.name,
    n.stands_until,
    concat_ws(
        '；',
        '考核办法列入预警的事件',
        coalesce('预警至 ' || n.stands_until || ' 之前', '预警至更正或办结')
    ),
    n.code,
    n.submission_id,
    n.record_no
FROM reported AS n
LEFT JOIN core.register_of(%(region)s, %(period)s) AS g ON n.institution = g.institution
WHERE
    coalesce(n.stands_until > CAST(%(start)s AS date), TRUE) AND coalesce(n.closed_on > CAST(%(start)s AS date), TRUE)
ON CONFLICT DO NOTHING
RETURNING warning_id
