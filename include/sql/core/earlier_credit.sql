-- What an earlier return said of each institution at its end.
SELECT
    institution,
    deposits,
    loans
FROM core.credit
WHERE submission_id = %(submission)s AND as_of = %(as_of)s;
