-- What a value is held against beyond its own cohort (S18): the same of the bank a year before; and the county, the
-- same of the sums over all its institutions, policy banks and excluded ones too, with or without the bank itself.
CREATE TEMPORARY TABLE referred ON COMMIT DROP AS
SELECT
    l.run_id,
    l.rulebook_id,
    l.indicator,
    l.basis,
    l.over IS NOT NULL AS has_over,
    p.institution,
    s.reference
FROM leaf AS l
CROSS JOIN
    LATERAL (
        SELECT v.reference FROM (VALUES (l.reference), (l.gate)) AS v (reference)
        WHERE v.reference IN ('last_year', 'county', 'county_others')
        GROUP BY v.reference
    ) AS s
INNER JOIN eval.participant AS p
    ON l.run_id = p.run_id AND (p.role = 'policy') = (l.cohort = 'policy') AND p.role <> 'carved_out';

ANALYZE referred;

INSERT INTO eval.reference_value (run_id, institution, indicator, reference, value, numerator, denominator)
SELECT
    f.run_id,
    f.institution,
    f.indicator,
    f.reference,
    v.last_value,
    v.last_numerator,
    v.last_denominator
FROM referred AS f
INNER JOIN valued AS v
    ON
        f.run_id = v.run_id AND f.rulebook_id = v.rulebook_id AND f.indicator = v.indicator
        AND f.institution = v.institution
WHERE f.reference = 'last_year' AND v.last_value IS NOT NULL;

WITH summed AS (
    SELECT
        f.run_id,
        f.institution,
        f.indicator,
        f.reference,
        f.basis,
        f.has_over,
        sum(g.measure_now) AS measure_now,
        coalesce(sum(g.measure_then), 0) AS measure_then,
        sum(g.over_now) AS over_now,
        coalesce(sum(g.over_then), 0) AS over_then
    FROM referred AS f
    INNER JOIN reading AS g
        ON f.run_id = g.run_id AND f.rulebook_id = g.rulebook_id AND f.indicator = g.indicator AND NOT g.last_year
    WHERE f.reference = 'county' OR (f.reference = 'county_others' AND f.institution <> g.institution)
    GROUP BY f.run_id, f.institution, f.indicator, f.reference, f.basis, f.has_over
),

compared AS (
    SELECT
        s.*,
        CASE
            WHEN s.basis IN ('stock', 'average') THEN s.measure_now
            WHEN s.basis = 'growth' AND s.has_over
                THEN eval.ratio(s.measure_now, s.over_now) - eval.ratio(s.measure_then, s.over_then)
            WHEN s.basis IN ('growth', 'new_ratio') THEN s.measure_now - s.measure_then
            WHEN s.basis = 'increment' AND s.has_over
                THEN eval.ratio(s.measure_now, s.over_now) - eval.ratio(s.measure_then, s.over_then)
        END AS numerator,
        CASE
            WHEN s.basis IN ('stock', 'average') AND s.has_over THEN s.over_now
            WHEN s.basis = 'growth' AND s.has_over THEN eval.ratio(s.measure_then, s.over_then)
            WHEN s.basis = 'growth' THEN s.measure_then
            WHEN s.basis = 'new_ratio' THEN s.over_now - s.over_then
            WHEN s.basis = 'increment' AND s.has_over THEN 1
        END AS denominator
    FROM summed AS s
)

-- Of an amount that is no ratio the county has a total and no average: nothing to be held against.
INSERT INTO eval.reference_value (run_id, institution, indicator, reference, value, numerator, denominator)
SELECT
    c.run_id,
    c.institution,
    c.indicator,
    c.reference,
    eval.ratio(c.numerator, c.denominator),
    c.numerator,
    c.denominator
FROM compared AS c
WHERE c.numerator IS NOT NULL AND c.denominator > 0;
