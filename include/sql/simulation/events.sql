-- What a bank was late with, and what is held against it, up to the base date, newest first: each can be thought away.
SELECT
    n.family,
    n.feed,
    e.institution,
    e.kind AS measure,
    t.indicator,
    e.submission_id,
    e.record_no,
    t.due_on,
    t.done_on
FROM eval.run_input AS n
INNER JOIN core.timeliness_event AS e ON n.submission_id = e.submission_id
INNER JOIN eval.run AS r ON n.run_id = r.run_id
INNER JOIN eval.run_timeliness AS t
    ON n.run_id = t.run_id AND e.submission_id = t.submission_id AND e.record_no = t.record_no
WHERE
    n.run_id = %(run_id)s AND t.due_on <= r.as_of
    AND (t.done_on IS NULL OR t.done_on > t.due_on)
UNION ALL
SELECT
    n.family,
    n.feed,
    e.institution,
    e.severity,
    '',
    e.submission_id,
    e.record_no,
    NULL,
    e.decided_on
FROM eval.run_input AS n
INNER JOIN eval.run AS r ON n.run_id = r.run_id
INNER JOIN core.supervisory_event AS e ON n.submission_id = e.submission_id
WHERE n.run_id = %(run_id)s AND e.decided_on <= r.as_of
ORDER BY done_on DESC NULLS LAST, submission_id, record_no
