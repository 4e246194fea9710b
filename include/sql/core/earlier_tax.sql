-- Taxes of each institution in an earlier file.
SELECT
    institution,
    sum(paid) AS paid
FROM core.tax
WHERE submission_id = %(submission)s
GROUP BY institution;
