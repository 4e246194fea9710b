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
    f.column_name AS "column",
    coalesce(e.explanation, '') AS explanation
FROM ops.finding AS f
LEFT JOIN raw.submission_state AS s ON f.submission_id = s.submission_id
LEFT JOIN LATERAL (
    SELECT
        concat(
            w.reason, '（', w.explained_by, '，', w.explained_on, coalesce('，有效期至 ' || nullif(w.valid_until, w.period), ''),
            coalesce('，依据 ' || w.attachment, ''), '）'
        ) AS explanation
    FROM ops.finding_state AS w
    WHERE w.finding_id = f.finding_id AND w.is_explained
) AS e ON TRUE
WHERE
    f.submission_id = %(submission_id)s
    OR (f.region = %(region)s AND f.period = %(period)s)
ORDER BY f.class IN ('quality', 'macro'), f.finding_id
