-- Which warnings stand: a figure's by its newest value, an event's by its newest record, up to a day (S20).

-- What each bank is in a quarter: by the newest register by then, else by the first one after.
CREATE FUNCTION core.register_of(of_region text, of_period text) RETURNS TABLE (
    institution text, type text, legal_person text
) LANGUAGE sql STABLE AS $$
SELECT i.institution, i.type, i.legal_person
FROM (
    SELECT s.submission_id FROM raw.standing_submission AS s
    WHERE s.region = of_region AND s.feed = 'institutions'
    ORDER BY s.period <= of_period DESC, CASE WHEN s.period <= of_period THEN s.period END DESC, s.period ASC
    LIMIT 1
) AS r
INNER JOIN core.institution AS i ON r.submission_id = i.submission_id
$$;
COMMENT ON FUNCTION core.register_of IS '某考核期各机构的类型和法人性质：按当时最新的名录，当时没有的按其后最早的';

-- Each event as it was last reported for a quarter up to that day. Its own day is that of the decision, else of the
-- finding, else the end of the quarter in which it was first reported.
CREATE FUNCTION core.supervisory_events_on(on_day date) RETURNS TABLE (
    region text, event text, institution text, kind text, severity text, decision text, note text, closed_on date,
    event_on date, submission_id bigint, record_no integer
) LANGUAGE sql STABLE AS $$
SELECT DISTINCT ON (n.region, n.event)
    n.region, n.event, n.institution, n.kind, n.severity, n.decision, n.note, n.closed_on,
    coalesce(n.decided_on, n.found_on, CAST(
        make_date(CAST(left(n.since, 4) AS integer), 3 * CAST(right(n.since, 1) AS integer), 1)
        + INTERVAL '1 month' - INTERVAL '1 day' AS date
    )),
    n.submission_id, n.record_no
FROM (
    SELECT e.*, s.period, min(s.period) OVER (PARTITION BY s.region, e.event) AS since
    FROM raw.standing_submission AS s
    INNER JOIN core.supervisory_event AS e ON s.submission_id = e.submission_id
    WHERE s.feed = 'supervisory_events' AND s.period <= to_char(on_day, 'YYYY"-Q"Q')
) AS n
ORDER BY n.region ASC, n.event ASC, n.period DESC, n.submission_id DESC
$$;
COMMENT ON FUNCTION core.supervisory_events_on IS '每件监管事件到某日为止最近一次报送的内容';

-- The warning of each event's newest record, and whether it stands that day.
CREATE FUNCTION ops.event_warnings_on(on_day date) RETURNS TABLE (
    region text, institution text, scope text, event text, event_on date, level text, warning_id bigint, stands boolean,
    submission_id bigint, record_no integer
) LANGUAGE sql STABLE AS $$
SELECT
    e.region, e.institution, w.scope, e.event, e.event_on, w.level, w.warning_id,
    coalesce(on_day < w.stands_until, TRUE) AND coalesce(on_day < e.closed_on, TRUE),
    e.submission_id, e.record_no
FROM core.supervisory_events_on(on_day) AS e
INNER JOIN LATERAL (
    SELECT x.scope, x.level, x.warning_id, x.stands_until
    FROM ops.warning AS x
    WHERE
        x.region = e.region AND x.event = e.event AND x.institution = e.institution AND x.event_kind = e.kind
        AND x.event_severity = e.severity AND x.as_of = e.event_on
    ORDER BY x.warning_id DESC
    LIMIT 1
) AS w ON TRUE
$$;
COMMENT ON FUNCTION ops.event_warnings_on IS '每件事件按最近一次报送的预警，及某日是否仍在预警：没有更正、没有办结、没有过期';

CREATE OR REPLACE VIEW ops.standing_warning AS
SELECT
    f.region,
    f.institution,
    f.metric,
    f.scope,
    f.as_of,
    f.value,
    w.level,
    w.warning_id,
    CAST(NULL AS text) AS event
FROM (
    SELECT DISTINCT ON (s.region, p.institution, p.metric, p.scope)
        s.region,
        p.institution,
        p.metric,
        p.scope,
        p.as_of,
        p.value
    FROM raw.standing_submission AS s
    INNER JOIN core.prudential AS p ON s.submission_id = p.submission_id
    WHERE s.feed = 'pboc_prudential'
    ORDER BY s.region, p.institution, p.metric, p.scope, p.as_of DESC, s.period DESC
) AS f
LEFT JOIN LATERAL (
    SELECT
        x.level,
        x.warning_id
    FROM ops.warning AS x
    WHERE
        x.region = f.region AND x.institution = f.institution AND x.metric = f.metric AND x.scope = f.scope
        AND x.as_of = f.as_of AND x.value = f.value
    ORDER BY x.warning_id DESC
    LIMIT 1
) AS w ON TRUE
UNION ALL
SELECT
    e.region,
    e.institution,
    CAST(NULL AS text) AS metric,
    e.scope,
    e.event_on AS as_of,
    CAST(NULL AS numeric) AS value,
    CASE WHEN e.stands THEN e.level END AS level,
    e.warning_id,
    e.event
FROM ops.event_warnings_on(ops.today()) AS e;
COMMENT ON VIEW ops.standing_warning IS
'各机构各项监管指标的最新一期及其预警级别，没有触及限值的级别为空；列入预警的监管事件，已办结或过期的级别为空';
