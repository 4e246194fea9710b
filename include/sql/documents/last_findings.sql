-- What the last reading and check of a delivery found, the bank by the name that people use; to be corrected first.
SELECT
    f.finding_id,
    f.check_id,
    f.class,
    f.message,
    f.advice,
    f.file_name,
    f.sheet,
    f.cell,
    f.column_name,
    f.record_no,
    coalesce(i.short_name, i.name, f.institution) AS institution
FROM ops.last_finding AS f
LEFT JOIN LATERAL (
    SELECT
        b.short_name,
        b.name
    FROM core.institution AS b
    WHERE b.region = f.region AND b.institution = f.institution
    ORDER BY b.submission_id DESC
    LIMIT 1
) AS i ON TRUE
WHERE f.submission_id = %(submission_id)s
ORDER BY f.class IN ('quality', 'macro'), f.finding_id;
