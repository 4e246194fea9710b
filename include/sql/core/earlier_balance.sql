-- Balances by institution in an earlier file, by the register of accounts that stands now.
SELECT
    a.institution,
    sum(b.balance) AS balance
FROM core.balance AS b
INNER JOIN core.account AS a ON b.account = a.account AND a.submission_id = %(accounts)s
WHERE b.submission_id = %(submission)s AND b.as_of = %(as_of)s
GROUP BY a.institution;
