-- From now on these files are part of what is published.
UPDATE mart.dim_submission
SET is_published = TRUE
WHERE submission_id = ANY(CAST(%(submissions)s AS bigint[])) AND NOT is_published
