-- Submissions that stand for a region up to a period, with whether their flows already reach back to the year start.
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
            AND t.window_from = %(year_start)s AND t.window_to = %(as_of)s
    ) AS whole_year
FROM raw.standing_submission AS s
WHERE s.region = %(region)s AND s.period <= %(period)s
ORDER BY s.feed, s.period, s.reporter, s.submission_id
