DROP VIEW ops.standing_warning;
CREATE VIEW ops.standing_warning AS
SELECT
    f.region,
    f.institution,
    f.metric,
    f.scope,
    f.as_of,
    f.value,
    w.level,
    w.warning_id
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
) AS w ON TRUE;
COMMENT ON VIEW ops.standing_warning IS '各机构各项监管指标的最新一期及其预警级别；没有触及限值的级别为空';
DROP FUNCTION ops.event_warnings_on;
DROP FUNCTION core.supervisory_events_on;
DROP FUNCTION core.register_of;
