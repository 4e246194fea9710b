-- One delivery and what became of it.
SELECT
    s.submission_id,
    s.region,
    s.period,
    s.feed,
    s.provider,
    s.reporter,
    s.sequence,
    s.sha256,
    s.file_name AS file,
    s.registered_at,
    s.status
FROM raw.submission_state AS s
WHERE s.submission_id = %(submission_id)s
