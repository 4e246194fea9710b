-- Figures in which two versions of a delivery differ: measures of banks, balances of accounts, and when things were done.
WITH figure AS (
    SELECT
        o.submission_id,
        o.record_no,
        o.institution,
        '' AS account,
        o.measure,
        coalesce(o.part, '') AS part,
        o.window_from,
        o.as_of,
        o.column_name,
        CAST(o.value AS text) AS value
    FROM core.observation AS o
    WHERE o.submission_id IN (%(before_id)s, %(after_id)s)
    UNION ALL
    SELECT
        b.submission_id,
        b.record_no,
        '',
        b.account,
        'balance',
        '',
        NULL,
        b.as_of,
        'balance',
        CAST(b.balance AS text)
    FROM core.balance AS b
    WHERE b.submission_id IN (%(before_id)s, %(after_id)s)
    UNION ALL
    SELECT
        e.submission_id,
        e.record_no,
        e.institution,
        e.event,
        'done_at',
        e.kind,
        NULL,
        CAST(e.issued_at AS date),
        'done_at',
        coalesce(CAST(e.done_at AS text), '')
    FROM core.timeliness_event AS e
    WHERE e.submission_id IN (%(before_id)s, %(after_id)s)
)

SELECT
    f.institution,
    f.account,
    f.measure,
    f.part,
    f.column_name,
    f.window_from,
    f.as_of,
    f.value_before,
    f.value_after,
    coalesce(r.sheet, '') AS sheet,
    coalesce(r.cells ->> f.column_name, '') AS cell,
    r.row_no
FROM (
    SELECT
        institution,
        account,
        measure,
        part,
        column_name,
        window_from,
        as_of,
        max(value) FILTER (WHERE submission_id = %(before_id)s) AS value_before,
        max(value) FILTER (WHERE submission_id = %(after_id)s) AS value_after,
        max(record_no) FILTER (WHERE submission_id = %(after_id)s) AS record_no
    FROM figure
    GROUP BY institution, account, measure, part, column_name, window_from, as_of
) AS f
LEFT JOIN raw.record AS r ON r.submission_id = %(after_id)s AND f.record_no = r.record_no
WHERE f.value_before IS DISTINCT FROM f.value_after
ORDER BY f.record_no, f.measure, f.institution, f.account, f.part, f.as_of
