-- The indicators that are scored, and at which dates each is read. A policy bank is judged by the rule book of its own
-- where there is one (S17), in a cohort of its own.

-- Families of feeds that this run had to do without, or took from the quarter before (S25).
CREATE TEMPORARY TABLE late ON COMMIT DROP AS
SELECT
    s.run_id,
    s.family,
    bool_or(s.rule = 'exclude') AS left_out,
    string_agg(s.name, '、' ORDER BY s.feed) || '逾期未报，不计入' AS reason,
    string_agg(format('%s逾期未报，用 %s 的数据', s.name, s.used_period), '；' ORDER BY s.feed) AS flag
FROM batch AS b
INNER JOIN eval.run_substitute AS s ON b.run_id = s.run_id
GROUP BY s.run_id, s.family;

-- One that reads a feed which is left out is not scored.
CREATE TEMPORARY TABLE leaf ON COMMIT DROP AS
SELECT
    r.run_id,
    r.as_of,
    r.year_start,
    k.full_scale,
    k.first_year,
    CASE WHEN k.rulebook_id = r.rulebook_id THEN 'commercial' ELSE 'policy' END AS cohort,
    t.flag AS late_flag,
    i.*
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
INNER JOIN eval.rulebook AS o ON r.rulebook_id = o.rulebook_id
INNER JOIN eval.rulebook AS k ON k.rulebook_id IN (o.rulebook_id, o.policy_rulebook_id)
INNER JOIN eval.indicator AS i ON k.rulebook_id = i.rulebook_id AND i.leaf
LEFT JOIN (
    SELECT
        a.run_id,
        x.rulebook_id,
        x.indicator,
        bool_or(a.left_out) AS left_out,
        string_agg(DISTINCT a.flag, '；') AS flag
    FROM late AS a
    INNER JOIN eval.indicator_term AS x ON a.family = x.family
    GROUP BY a.run_id, x.rulebook_id, x.indicator
) AS t ON r.run_id = t.run_id AND i.rulebook_id = t.rulebook_id AND i.indicator = t.indicator
WHERE
    NOT coalesce(t.left_out, FALSE)
    AND (
        k.rulebook_id = r.rulebook_id
        OR EXISTS (
            SELECT FROM eval.participant AS p
            WHERE p.run_id = r.run_id AND p.role = 'policy'
        )
    );

-- The base date of each feed: the run's, or that of the quarter which stands in. A feed that only history speaks of (two
-- bureaus before they merged) goes with its family.
CREATE TEMPORARY TABLE base ON COMMIT DROP AS
SELECT
    f.run_id,
    f.family,
    f.feed,
    coalesce(f.as_of, max(f.as_of) OVER (PARTITION BY f.run_id, f.family), f.run_as_of) AS as_of
FROM (
    SELECT
        n.run_id,
        n.family,
        n.feed,
        r.as_of AS run_as_of,
        CASE
            WHEN bool_or(NOT n.history) THEN coalesce(max(n.as_of) FILTER (WHERE NOT n.history), r.as_of)
        END AS as_of
    FROM batch AS b
    INNER JOIN eval.run AS r ON b.run_id = r.run_id
    INNER JOIN eval.run_input AS n ON r.run_id = n.run_id
    GROUP BY n.run_id, n.family, n.feed, r.as_of
) AS f;

ANALYZE late, leaf, base;

-- Counties of one rule book and base date are read at the same dates: these are worked out once.
INSERT INTO eval.moment (
    run_id, rulebook_id, indicator, side, term_no, family, feed, measure, phase, slot, day, sign, kind
)
SELECT
    l.run_id,
    l.rulebook_id,
    l.indicator,
    t.side,
    t.term_no,
    t.family,
    f.feed,
    t.measure,
    d.phase,
    d.slot,
    d.day,
    d.sign,
    d.kind
FROM leaf AS l
INNER JOIN eval.indicator_term AS t ON l.rulebook_id = t.rulebook_id AND l.indicator = t.indicator
INNER JOIN base AS f ON l.run_id = f.run_id AND t.family = f.family
INNER JOIN (
    SELECT
        i.rulebook_id,
        i.indicator,
        c.as_of,
        e.*
    FROM (SELECT DISTINCT rulebook_id FROM leaf) AS k
    INNER JOIN eval.indicator AS i ON k.rulebook_id = i.rulebook_id AND i.leaf
    CROSS JOIN (SELECT DISTINCT as_of FROM base) AS c
    CROSS JOIN
        LATERAL eval.reading_days(
            i.basis, i.flow_window, i.since, i.average_of, i.as_of_month, i.lag_months, c.as_of,
            'last_year' IN (coalesce(i.reference, ''), coalesce(i.gate, ''))
        ) AS e
) AS d ON l.rulebook_id = d.rulebook_id AND l.indicator = d.indicator AND f.as_of = d.as_of;

-- What the four-falling rule (S16, N13) compares; tax is needed of two years, loans of three for what was new in each.
INSERT INTO eval.moment (
    run_id, rulebook_id, indicator, side, term_no, family, feed, measure, phase, slot, day, sign, kind
)
SELECT
    r.run_id,
    r.rulebook_id,
    '',
    'measure',
    m.term_no,
    f.family,
    f.feed,
    m.measure,
    'listed',
    y.back,
    y.day,
    1,
    m.kind
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id AND k.four_falling_tax IS NOT NULL
CROSS JOIN
    LATERAL (
        VALUES
        (1, 'tax', k.four_falling_tax, 'flow', 2), (2, 'pboc_credit', 'loans', 'stock', 3),
        (3, 'pboc_credit', 'deposits', 'stock', 3)
    ) AS m (term_no, family, measure, kind, years)
CROSS JOIN LATERAL eval.judged_year_ends(r.as_of) AS y
INNER JOIN base AS f ON r.run_id = f.run_id AND m.family = f.family
WHERE y.back <= m.years;

ANALYZE eval.moment;
