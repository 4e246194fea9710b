-- What the last check of a submission read otherwise than it was delivered.
SELECT
    c.record_no,
    c.column_name,
    c.corrected
FROM ops.correction_in_force AS c
WHERE c.submission_id = %(submission)s;
