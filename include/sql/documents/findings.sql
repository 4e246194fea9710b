-- What checks said in a region and period; the exact place first.
SELECT
    f.finding_id,
    f.check_id AS "check",
    f.class AS klass,
    f.submission_id,
    coalesce(s.feed, '') AS feed,
    coalesce(s.status, '') AS status,
    f.message,
    f.advice,
    f.file_name AS file,
    f.sheet,
    f.cell,
    f.column_name AS "column"
FROM ops.finding AS f
LEFT JOIN raw.submission_state AS s ON f.submission_id = s.submission_id
WHERE
    f.submission_id = %(submission_id)s
    OR (f.region = %(region)s AND f.period = %(period)s)
ORDER BY f.class IN ('quality', 'macro'), f.finding_id
