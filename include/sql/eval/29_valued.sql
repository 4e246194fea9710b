-- The value of every indicator for every bank that has one, by its basis (step 30, N2-N4, N12): of those that are scored,
-- and where policy banks are judged or the whole county is referred to, of every bank of the register. `last_value` is
-- the same a year before. Every value has a numerator, one that is a ratio also a denominator; the change of a ratio has
-- none, being no ratio of sums. Later steps may read this table for references; what is scored goes on to step 30.
CREATE TEMPORARY TABLE measured ON COMMIT DROP AS
WITH placed AS (
    SELECT
        l.run_id,
        l.rulebook_id,
        l.cohort,
        l.indicator,
        l.basis,
        l.keeps_sign,
        l.over IS NOT NULL AS has_over,
        p.institution,
        p.role,
        o.last_year,
        coalesce(o.as_of, l.as_of) AS as_of,
        o.terms = t.terms AND coalesce(g.owed, 0) = o.owed AS complete,
        coalesce(g.listed, 0) < o.listed AS lacks,
        coalesce(eval.ratio(g.measure_now, s.slots), 0) AS measure_now,
        coalesce(eval.ratio(g.over_now, s.slots), 0) AS over_now,
        coalesce(g.measure_then, 0) AS measure_then,
        coalesce(g.over_then, 0) AS over_then
    FROM leaf AS l
    INNER JOIN owed AS o
        ON l.run_id = o.run_id AND l.rulebook_id = o.rulebook_id AND l.indicator = o.indicator
    INNER JOIN (
        SELECT
            rulebook_id,
            indicator,
            count(*) FILTER (WHERE missing = 'stop') AS terms
        FROM eval.indicator_term
        GROUP BY rulebook_id, indicator
    ) AS t ON l.rulebook_id = t.rulebook_id AND l.indicator = t.indicator
    CROSS JOIN LATERAL (SELECT CASE WHEN l.basis = 'average' THEN o.slots ELSE 1 END AS slots) AS s
    INNER JOIN eval.participant AS p
        ON
            l.run_id = p.run_id
            AND (
                l.cohort = 'policy' OR p.role IN ('commercial', 'excluded')
                OR starts_with(l.reference, 'county') OR starts_with(l.gate, 'county')
            )
    LEFT JOIN reading AS g
        ON
            o.run_id = g.run_id AND o.rulebook_id = g.rulebook_id AND o.indicator = g.indicator
            AND o.last_year = g.last_year AND p.institution = g.institution
    WHERE l.basis NOT IN ('on_time_rate', 'event_count')
),

levelled AS (
    SELECT
        p.*,
        CASE WHEN p.has_over THEN eval.ratio(p.measure_now, p.over_now) ELSE p.measure_now END AS x_now,
        CASE WHEN p.has_over THEN eval.ratio(p.measure_then, p.over_then) ELSE p.measure_then END AS x_then,
        p.measure_now - p.measure_then AS gained,
        p.over_now - p.over_then AS gained_over
    FROM placed AS p
    WHERE p.complete
)

SELECT
    v.*,
    CASE
        WHEN v.basis <> 'new_ratio' THEN ''
        WHEN v.gained_over > 0 AND v.gained >= 0 THEN 'normal'
        WHEN v.gained_over > 0 THEN 'negative_lending'
        WHEN v.gained > 0 THEN 'best'
        ELSE 'shrinking'
    END AS class,
    CASE
        WHEN v.basis IN ('stock', 'average', 'flow') THEN v.x_now
        WHEN v.basis = 'increment' THEN v.x_now - v.x_then
        WHEN v.basis = 'growth' AND v.x_then > 0 THEN eval.ratio(v.x_now - v.x_then, v.x_then)
        -- Negative lending counts 0 (N4), unless the indicator keeps its sign (N7).
        WHEN v.basis = 'new_ratio' AND v.gained_over > 0 AND v.keeps_sign THEN eval.ratio(v.gained, v.gained_over)
        WHEN v.basis = 'new_ratio' AND v.gained_over > 0 THEN greatest(eval.ratio(v.gained, v.gained_over), 0)
        WHEN v.basis = 'new_ratio' AND v.gained <= 0 THEN 0
    END AS value,
    CASE
        WHEN v.basis IN ('stock', 'average') THEN v.measure_now
        WHEN v.basis = 'flow' THEN v.x_now
        WHEN v.basis IN ('increment', 'growth') AND v.has_over THEN v.x_now - v.x_then
        ELSE v.gained
    END AS numerator,
    CASE
        WHEN v.basis IN ('stock', 'average') AND v.has_over THEN v.over_now
        WHEN v.basis = 'new_ratio' THEN v.gained_over
        WHEN v.basis = 'growth' AND NOT v.has_over THEN v.x_then
    END AS denominator,
    CASE WHEN v.basis IN ('increment', 'growth') THEN v.x_then END AS before_value
FROM levelled AS v;

ANALYZE measured;

-- Lending that grows while deposits fall is as good as the best of the cohort (N4); where nobody has a ratio above 0 to
-- go by, as good as lending all.
CREATE TEMPORARY TABLE valued ON COMMIT DROP AS
WITH best AS (
    SELECT
        m.run_id,
        m.rulebook_id,
        m.indicator,
        m.last_year,
        nullif(max(m.value), 0) AS ratio
    FROM measured AS m
    WHERE m.class = 'normal' AND m.role = m.cohort
    GROUP BY m.run_id, m.rulebook_id, m.indicator, m.last_year
),

settled AS NOT MATERIALIZED (
    SELECT
        m.*,
        m.class = 'best' AND b.ratio IS NULL AS unmatched,
        CASE m.class WHEN 'best' THEN coalesce(b.ratio, 1) ELSE m.value END AS settled
    FROM measured AS m
    LEFT JOIN best AS b
        ON
            m.class = 'best' AND m.run_id = b.run_id AND m.rulebook_id = b.rulebook_id AND m.indicator = b.indicator
            AND m.last_year = b.last_year
),

-- Few rule books look back a year: these rows are looked up, the others are read once.
year_before AS MATERIALIZED (
    SELECT s.*
    FROM settled AS s
    WHERE s.last_year
)

SELECT
    n.run_id,
    n.rulebook_id,
    n.cohort,
    n.indicator,
    n.institution,
    n.role,
    n.settled AS value,
    n.numerator,
    n.denominator,
    n.class,
    n.before_value,
    n.as_of,
    y.settled AS last_value,
    y.numerator AS last_numerator,
    y.denominator AS last_denominator,
    concat_ws(
        '；',
        CASE WHEN n.lacks THEN '部分计量无记录，按 0 计' END,
        CASE WHEN n.unmatched THEN '无可比机构的新增存贷比，按 1 计' END
    ) AS flag
FROM settled AS n
LEFT JOIN year_before AS y
    ON
        n.run_id = y.run_id AND n.rulebook_id = y.rulebook_id AND n.indicator = y.indicator
        AND n.institution = y.institution
WHERE NOT n.last_year AND n.settled IS NOT NULL;
