-- What an earlier return said of each institution at its end.
SELECT
    institution,
    deposits,
    loans,
    loans_enterprise,
    loans_consumer,
    loans_agri,
    loans_sme,
    loans_micro,
    loans_farmer,
    loans_green,
    loans_medium_long,
    npl
FROM core.credit
WHERE submission_id = %(submission)s AND as_of = %(as_of)s;
