-- Checks that were suspended when the inputs of a run were last read and checked, whatever period they were delivered
-- for, and those that were suspended in the run itself.
SELECT
    f.finding_id,
    f.check_id AS "check",
    f.class AS klass,
    f.submission_id,
    f.feed,
    s.status,
    f.message,
    f.advice,
    f.file_name AS file,
    f.sheet,
    f.cell,
    f.column_name AS "column"
FROM eval.run_input AS n
INNER JOIN raw.submission_state AS s ON n.submission_id = s.submission_id
INNER JOIN ops.last_finding AS f ON n.submission_id = f.submission_id AND f.check_id = 'SUS-Q001'
WHERE n.run_id = %(run_id)s
UNION ALL
SELECT
    f.finding_id,
    f.check_id,
    f.class,
    f.submission_id,
    '' AS feed,
    '' AS status,
    f.message,
    f.advice,
    f.file_name,
    f.sheet,
    f.cell,
    f.column_name
FROM eval.run_finding AS n
INNER JOIN ops.finding AS f ON n.finding_id = f.finding_id AND f.check_id = 'SUS-Q001'
WHERE n.run_id = %(run_id)s
ORDER BY finding_id
