-- Warnings of a region and period whose figure still stands, the gravest first.
SELECT
    w.warning_id,
    w.institution,
    w.metric,
    w.as_of,
    w.level,
    w.value,
    w.limit_value,
    w.operator,
    w.scope,
    w.reason
FROM ops.warning AS w
WHERE
    w.region = %(region)s AND w.period = %(period)s
    AND EXISTS (
        SELECT 1
        FROM raw.standing_submission AS s
        INNER JOIN core.prudential AS p ON s.submission_id = p.submission_id
        WHERE
            s.region = w.region AND s.period = w.period AND s.feed = 'pboc_prudential'
            AND p.institution = w.institution AND p.metric = w.metric AND p.as_of = w.as_of
            AND p.scope = w.scope AND p.value = w.value
    )
ORDER BY array_position(ARRAY['红', '橙', '黄'], w.level), w.institution, w.metric, w.warning_id
