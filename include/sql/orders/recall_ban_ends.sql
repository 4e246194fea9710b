-- Bans that end within the notice: the last day of the union is the day before `ends_on` (S22).
SELECT
    b.institution,
    coalesce(i.short_name, b.institution) AS bank,
    upper(b.whole) AS ends_on,
    array_agg(coalesce(nullif(b.decision, ''), b.event) ORDER BY b.decided_on, b.event) AS decisions,
    array_agg(b.decided_on ORDER BY b.decided_on, b.event) AS days,
    array_agg(b.predecessor ORDER BY b.decided_on, b.event) AS predecessors
FROM core.bans(%(region)s, %(today)s, %(years)s) AS b
LEFT JOIN LATERAL (
    SELECT coalesce(n.short_name, n.name) AS short_name
    FROM raw.standing_submission AS t
    INNER JOIN core.institution AS n ON t.submission_id = n.submission_id
    WHERE t.region = %(region)s AND n.institution = b.institution
    ORDER BY t.period DESC
    LIMIT 1
) AS i ON TRUE
WHERE b.whole @> CAST(%(today)s AS date) AND upper(b.whole) - %(notice)s <= CAST(%(today)s AS date)
GROUP BY b.institution, i.short_name, b.whole
ORDER BY upper(b.whole), b.institution
