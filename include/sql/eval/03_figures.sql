-- Figures that two sources report alike, from what stands for a region and period, each with its cell (S25).
CREATE TEMPORARY TABLE figure ON COMMIT DROP AS
WITH standing AS (
    SELECT
        s.submission_id,
        s.feed,
        s.period,
        rank() OVER (PARTITION BY s.feed ORDER BY s.period DESC) AS age
    FROM raw.standing_submission AS s
    WHERE s.region = %(region)s AND s.period <= %(period)s
),

holding AS (
    SELECT
        b.submission_id,
        b.record_no,
        a.institution,
        b.account,
        b.balance
    FROM core.balance AS b
    INNER JOIN standing AS s ON b.submission_id = s.submission_id AND s.period = %(period)s
    INNER JOIN standing AS r ON r.feed = 'accounts' AND r.age = 1
    INNER JOIN core.account AS a ON r.submission_id = a.submission_id AND b.account = a.account
    WHERE b.as_of = %(as_of)s
),

tax AS (
    SELECT
        t.institution,
        s.feed,
        t.window_from || ' 至 ' || t.window_to AS subject,
        t.paid
    FROM core.tax AS t
    INNER JOIN standing AS s ON t.submission_id = s.submission_id AND s.period = %(period)s
)

SELECT
    'balances.account' AS name,
    h.institution,
    h.account AS subject,
    h.balance AS value,
    h.submission_id,
    h.record_no,
    'balance' AS column_name
FROM holding AS h
UNION ALL
SELECT
    'balances.institution',
    h.institution,
    '',
    sum(h.balance),
    min(h.submission_id),
    NULL,
    NULL
FROM holding AS h
GROUP BY h.institution
UNION ALL
SELECT
    'bank_return.' || m.figure,
    r.institution,
    coalesce(r.account, ''),
    m.value,
    r.submission_id,
    r.record_no,
    m.column_name
FROM core.standing_bank_return AS r
CROSS JOIN
    LATERAL (
        VALUES ('account', 'balance', r.balance), ('deposits', 'deposits', r.deposits), ('loans', 'loans', r.loans)
    ) AS m (figure, column_name, value)
WHERE (r.region, r.period, r.as_of) = (%(region)s, %(period)s, %(as_of)s) AND r.part <> 'leg' AND m.value IS NOT NULL
UNION ALL
SELECT
    'pboc_credit.' || m.figure,
    c.institution,
    '',
    m.value,
    c.submission_id,
    c.record_no,
    m.figure
FROM core.credit AS c
INNER JOIN standing AS s ON c.submission_id = s.submission_id AND s.period = %(period)s
CROSS JOIN LATERAL (VALUES ('deposits', c.deposits), ('loans', c.loans)) AS m (figure, value)
WHERE c.as_of = %(as_of)s
UNION ALL
SELECT
    'tax.paid',
    t.institution,
    t.subject,
    sum(t.paid),
    NULL,
    NULL,
    NULL
FROM tax AS t
WHERE t.feed = 'tax'
GROUP BY t.institution, t.subject
UNION ALL
-- One bureau alone says nothing of the sum.
SELECT
    'tax_bureaus.paid',
    t.institution,
    t.subject,
    sum(t.paid),
    NULL,
    NULL,
    NULL
FROM tax AS t
WHERE
    t.feed <> 'tax'
    AND (
        SELECT count(DISTINCT o.feed) FROM tax AS o
        WHERE o.feed <> 'tax'
    ) = 2
GROUP BY t.institution, t.subject
