-- One version of the register of accounts.
SELECT
    account,
    institution,
    fund_category,
    opened_on,
    closed_on
FROM core.account
WHERE submission_id = %(submission)s
ORDER BY account;
