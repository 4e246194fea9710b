-- One version of the register of institutions.
SELECT
    institution,
    name,
    short_name,
    aliases,
    type,
    opened_on,
    closed_on,
    successor
FROM core.institution
WHERE submission_id = %(submission)s
ORDER BY institution;
