-- Checks that were suspended when the inputs of a run were last checked, whatever period they were delivered for.
SELECT
    f.finding_id,
    f.check_id AS "check",
    f.class AS klass,
    f.submission_id,
    n.feed,
    s.status,
    f.message,
    f.advice,
    f.file_name AS file,
    f.sheet,
    f.cell,
    f.column_name AS "column"
FROM eval.run_input AS n
INNER JOIN raw.submission_state AS s ON n.submission_id = s.submission_id
INNER JOIN ops.finding AS f ON n.submission_id = f.submission_id AND f.check_id = 'SUS-Q001'
WHERE
    n.run_id = %(run_id)s
    AND f.found_at = (
        SELECT max(e.happened_at)
        FROM raw.submission_event AS e
        WHERE e.submission_id = n.submission_id AND e.status = 'checked'
    )
ORDER BY f.finding_id
