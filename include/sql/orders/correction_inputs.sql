-- Deliveries in which two runs differ: of the same feed, period and reporter another version, or one that the other run
-- did not read.
SELECT
    feed,
    period,
    reporter,
    o.submission_id AS before_id,
    o.file_name AS file_before,
    o.sequence AS version_before,
    n.submission_id AS after_id,
    n.file_name AS file_after,
    n.sequence AS version_after
FROM (
    SELECT s.*
    FROM eval.run_input AS i
    INNER JOIN raw.submission AS s ON i.submission_id = s.submission_id
    WHERE i.run_id = %(against_run_id)s
) AS o
FULL JOIN (
    SELECT s.*
    FROM eval.run_input AS i
    INNER JOIN raw.submission AS s ON i.submission_id = s.submission_id
    WHERE i.run_id = %(run_id)s
) AS n USING (feed, period, reporter)
WHERE o.submission_id IS DISTINCT FROM n.submission_id
ORDER BY feed, period, reporter
