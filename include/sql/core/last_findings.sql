-- What the last registration, reading and check of each submission said. All rows of a round carry its event's time.
SELECT
    f.submission_id,
    f.feed,
    f.at_reading,
    f.check_id,
    f.class,
    f.message,
    f.advice,
    f.file_name,
    f.sheet,
    f.cell,
    f.column_name,
    f.record_no
FROM ops.last_finding AS f
WHERE
    (%(submission)s IS NULL OR f.submission_id = %(submission)s)
    AND (%(region)s IS NULL OR f.region = %(region)s)
    AND (%(period)s IS NULL OR f.period = %(period)s)
ORDER BY f.finding_id;
