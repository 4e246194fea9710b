-- What only one bank's value is held against: its own target (N14), its own figure of last year or the county's (S18).
CREATE TEMPORARY TABLE own_reference ON COMMIT DROP AS
SELECT
    j.run_id,
    j.institution,
    c.indicator,
    min(coalesce(t.target, w.value)) FILTER (WHERE s.side = 'reference') AS reference_held,
    min(coalesce(t.target, w.value)) FILTER (WHERE s.side = 'gate') AS gate_held
FROM criterion AS c
INNER JOIN judged AS j ON c.run_id = j.run_id AND c.policy = j.policy
CROSS JOIN
    LATERAL (
        VALUES ('reference', c.kind, c.reference_measure), ('gate', c.gate, c.gate_measure)
    ) AS s (side, kind, measure)
LEFT JOIN LATERAL (
    SELECT CASE WHEN c.ratio_like THEN coalesce(o.rate, o.amount) ELSE coalesce(o.amount, o.rate) END AS target
    FROM eval.run AS r
    INNER JOIN eval.run_input AS n ON r.run_id = n.run_id AND n.feed = 'targets'
    INNER JOIN core.target AS o ON n.submission_id = o.submission_id
    WHERE
        r.run_id = j.run_id AND s.kind = 'targets' AND o.subject = j.institution AND o.measure = s.measure
        AND o.year = extract(YEAR FROM r.as_of)
    ORDER BY n.period DESC, o.target ASC
    LIMIT 1
) AS t ON TRUE
LEFT JOIN eval.reference_value AS w
    ON
        j.run_id = w.run_id AND j.institution = w.institution AND c.indicator = w.indicator
        AND s.kind = w.reference
WHERE
    c.kind IN ('targets', 'last_year', 'county', 'county_others')
    OR c.gate IN ('targets', 'last_year', 'county', 'county_others')
GROUP BY j.run_id, j.institution, c.indicator;

ANALYZE own_reference;

-- By how much the points of a bank are stretched: to carry the weight of what is dropped (N12), and of what its kind of
-- bank is exempt from. No row where nothing is.
CREATE TEMPORARY TABLE stretched ON COMMIT DROP AS
WITH scale AS (
    SELECT
        c.run_id,
        c.policy,
        sum(c.full_points) AS stated,
        coalesce(sum(c.full_points) FILTER (WHERE c.banks > 0), 0) AS kept,
        bool_or(coalesce(c.banks, 0) = 0) AS dropped,
        bool_or(cardinality(c.exempt_types) > 0) AS exempts
    FROM criterion AS c
    WHERE c.effect = 'score'
    GROUP BY c.run_id, c.policy
),

exempt AS (
    SELECT
        j.run_id,
        j.institution,
        sum(c.full_points) AS points
    FROM scale AS s
    INNER JOIN criterion AS c ON s.run_id = c.run_id AND s.policy = c.policy AND c.effect = 'score' AND c.banks > 0
    INNER JOIN judged AS j ON c.run_id = j.run_id AND c.policy = j.policy AND j.type = ANY(c.exempt_types)
    LEFT JOIN eval.indicator_value AS v
        ON j.run_id = v.run_id AND j.institution = v.institution AND c.indicator = v.indicator
    WHERE s.exempts AND v.run_id IS NULL
    GROUP BY j.run_id, j.institution
),

left_out AS (
    SELECT
        t.run_id,
        string_agg(t.reason, '，' ORDER BY t.family) AS reason
    FROM late AS t
    INNER JOIN eval.run AS r ON t.run_id = r.run_id
    WHERE
        t.left_out
        AND EXISTS (
            SELECT 1 FROM eval.indicator AS i
            WHERE i.rulebook_id = r.rulebook_id AND i.leaf AND i.family = t.family
        )
    GROUP BY t.run_id
)

SELECT
    j.run_id,
    j.institution,
    coalesce(eval.ratio(s.stated, s.kept - coalesce(x.points, 0)), 1) AS factor,
    concat_ws(
        '；',
        CASE WHEN s.dropped THEN coalesce(o.reason, '有指标无数据') || '，权重已重新折算' END,
        CASE WHEN x.points IS NOT NULL THEN '有指标不适用，权重已重新折算' END
    ) AS flag
FROM scale AS s
INNER JOIN judged AS j ON s.run_id = j.run_id AND s.policy = j.policy
LEFT JOIN exempt AS x ON j.run_id = x.run_id AND j.institution = x.institution
LEFT JOIN left_out AS o ON j.run_id = o.run_id
WHERE s.dropped OR x.points IS NOT NULL;

ANALYZE stretched;
