-- One version of the register of accounts: of each the span that stands, open since the first of its spans.
SELECT
    a.account,
    a.institution,
    a.fund_category,
    least(a.opened_on, p.opened_on) AS opened_on,
    a.closed_on
FROM core.account AS a
LEFT JOIN LATERAL (
    SELECT min(v.opened_on) AS opened_on
    FROM core.account_past AS v
    WHERE v.submission_id = a.submission_id AND v.account = a.account
) AS p ON TRUE
WHERE a.submission_id = %(submission)s
ORDER BY a.account;
