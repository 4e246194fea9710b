-- What an official evaluation must not pass over: findings of what stands for the period, or of the run itself, that
-- nobody has corrected or explained.
SELECT
    f.feed,
    f.check_id,
    f.file_name,
    f.sheet,
    f.cell,
    f.column_name,
    f.message,
    f.is_outdated
FROM ops.finding_state AS f
WHERE
    f.region = %(region)s
    AND f.period = %(period)s
    AND NOT f.is_explained
    AND (
        f.submission_id IS NOT NULL
        OR EXISTS (
            SELECT 1
            FROM eval.run_finding AS n
            WHERE n.run_id = %(run_id)s AND n.finding_id = f.finding_id
        )
    )
ORDER BY f.feed, f.submission_id, f.finding_id;
