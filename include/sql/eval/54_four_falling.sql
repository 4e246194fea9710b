-- Four indicators that all fall (S16, N13): tax, loan-to-deposit ratio, loans, and new loans of the year, all strictly
-- below the year before. A value that is missing leaves `falling` open for a person, who answers by a decision that
-- names the bank. `rate` is what holds in this run for the year before.
INSERT INTO eval.four_falling (
    run_id, institution, year, tax, tax_before, ratio, ratio_before, loans, loans_before, new_loans, new_loans_before,
    falling, rate, decision
)
SELECT
    j.run_id,
    j.institution,
    j.year,
    j.tax,
    j.tax_before,
    j.ratio,
    j.ratio_before,
    j.loans,
    j.loans_before,
    j.new_loans,
    j.new_loans_before,
    j.falling,
    e.rate,
    e.decision
FROM compared_year AS j
-- Of the year before only; a decision that names the bank goes before one for all, and both before the rule book.
LEFT JOIN LATERAL (
    SELECT
        v.rate,
        v.decision
    FROM (
        SELECT
            d.rate,
            d.decision,
            CASE WHEN d.institution IS NULL THEN 2 ELSE 1 END AS place,
            d.decided_on,
            d.submission_id,
            d.record_no
        FROM ruling AS d
        WHERE
            d.run_id = j.run_id AND d.kind = 'four_falling_rate' AND d.in_force AND d.rate IS NOT NULL
            AND coalesce(d.institution, j.institution) = j.institution
        UNION ALL
        SELECT
            j.four_falling_rate,
            NULL,
            3,
            NULL,
            NULL,
            NULL
        WHERE j.four_falling_rate IS NOT NULL
    ) AS v
    WHERE j.falling OR (j.falling IS NULL AND v.place = 1)
    ORDER BY v.place ASC, v.decided_on DESC, v.submission_id DESC, v.record_no DESC
    LIMIT 1
) AS e ON j.year < j.this_year
