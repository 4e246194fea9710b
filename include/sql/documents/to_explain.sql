-- Findings of a standing delivery that neither a reason nor a correction answers yet.
SELECT f.finding_id
FROM ops.finding_state AS f
WHERE f.submission_id = %(submission_id)s AND NOT f.is_explained
ORDER BY f.finding_id;
