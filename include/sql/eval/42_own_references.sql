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

-- By how much the points of a cohort are stretched, to carry the weight of what is dropped (N12). No row where nothing is.
CREATE TEMPORARY TABLE stretched ON COMMIT DROP AS
SELECT
    c.run_id,
    c.policy,
    coalesce(eval.ratio(sum(c.full_points), sum(c.full_points) FILTER (WHERE c.banks > 0)), 1) AS factor,
    coalesce(
        (
            SELECT string_agg(t.reason, '，' ORDER BY t.family)
            FROM late AS t
            INNER JOIN eval.run AS r ON t.run_id = r.run_id
            WHERE
                t.run_id = c.run_id AND t.left_out
                AND EXISTS (
                    SELECT 1 FROM eval.indicator_term AS x
                    WHERE x.rulebook_id = r.rulebook_id AND x.family = t.family
                )
        ),
        '有指标无数据'
    ) || '，权重已重新折算' AS flag
FROM criterion AS c
WHERE c.effect = 'score'
GROUP BY c.run_id, c.policy
HAVING bool_or(c.banks IS NULL);

ANALYZE stretched;
