-- Submissions that stand for a region up to a period, with whether the flows of each reach from its own year's start to
-- its own end.
SELECT
    s.submission_id,
    s.feed,
    s.period,
    s.reporter,
    s.sha256,
    EXISTS(
        SELECT 1
        FROM core.tax AS t
        WHERE
            t.submission_id = s.submission_id
            AND t.window_from = make_date(p.year, 1, 1)
            AND t.window_to = make_date(p.year, 1, 1) + make_interval(months => 3 * p.quarter) - interval '1 day'
    ) AS whole_year
FROM raw.standing_submission AS s
CROSS JOIN
    LATERAL (
        SELECT
            CAST(left(s.period, 4) AS integer) AS year,
            CAST(right(s.period, 1) AS integer) AS quarter
    ) AS p
WHERE s.region = %(region)s AND s.period <= %(period)s
ORDER BY s.feed, s.period, s.reporter, s.submission_id
