-- The deliveries that a run stands on.
SELECT
    s.submission_id,
    s.feed,
    s.period,
    s.provider,
    s.sequence,
    s.file_name AS file,
    s.sha256,
    s.registered_at
FROM eval.run_input AS i
INNER JOIN raw.submission AS s ON i.submission_id = s.submission_id
WHERE i.run_id = %(run_id)s
ORDER BY s.feed, s.period, s.submission_id
