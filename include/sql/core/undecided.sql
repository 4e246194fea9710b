-- Submissions of one feed that nobody has decided on, oldest first.
SELECT submission_id
FROM raw.submission_state
WHERE feed = %(feed)s AND status NOT IN ('accepted', 'rejected')
ORDER BY region, period, reporter, sequence;
