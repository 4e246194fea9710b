-- The dates at which the indicators of a rule book are read, each choice of reading once for each of its base dates.
SELECT DISTINCT
    c.family,
    d.kind,
    d.day
FROM
    jsonb_to_recordset(CAST(%(choices)s AS jsonb))
        AS c (
            family text, basis text, flow_window text, since text, average_of text, as_of_month integer,
            lag_months integer, base date, last_year boolean
        )
CROSS JOIN
    LATERAL eval.reading_days(
        c.basis, c.flow_window, c.since, c.average_of, c.as_of_month, c.lag_months, c.base, c.last_year
    ) AS d
WHERE d.kind <> 'event'
UNION
SELECT
    m.family,
    m.kind,
    y.day
FROM jsonb_to_recordset(CAST(%(falling)s AS jsonb)) AS f (base date)
CROSS JOIN (VALUES ('tax', 'flow'), ('pboc_credit', 'stock')) AS m (family, kind)
CROSS JOIN LATERAL eval.judged_year_ends(f.base) AS y
ORDER BY family, kind, day
