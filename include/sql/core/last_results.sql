-- How each rule went in the last check of a submission.
SELECT
    r.check_id,
    r.class,
    r.passed,
    r.evaluated_count,
    r.unexpected_count
FROM ops.check_result AS r
WHERE
    r.submission_id = %(submission)s
    AND r.checked_at = (
        SELECT max(e.happened_at)
        FROM raw.submission_event AS e
        WHERE e.submission_id = r.submission_id AND e.status = 'checked'
    )
ORDER BY r.check_result_id;
