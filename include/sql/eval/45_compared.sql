-- Each value beside the choices of its indicator and what it is held against: those that have a place in the order or in
-- bands, and the others.
CREATE TEMPORARY VIEW compared AS
SELECT
    d.*,
    t.factor,
    t.flag AS stretch_flag,
    coalesce(o.reference_held, d.reference_held) AS against,
    coalesce(o.gate_held, d.gate_held) AS gate_reference
FROM (
    SELECT
        c.*,
        j.institution,
        j.counts,
        v.value,
        v.class,
        v.flag AS value_flag,
        CASE WHEN c.keeps_sign THEN v.value ELSE greatest(v.value, 0) END AS x,
        NULL AS first_rank,
        NULL AS last_rank,
        NULL AS position,
        NULL AS place_points,
        NULL AS label
    FROM criterion AS c
    INNER JOIN judged AS j ON c.run_id = j.run_id AND c.policy = j.policy
    INNER JOIN eval.indicator_value AS v
        ON j.run_id = v.run_id AND j.institution = v.institution AND c.indicator = v.indicator
    WHERE c.banks > 0 AND NOT c.by_place
    UNION ALL
    SELECT
        c.*,
        w.institution,
        w.counts,
        w.value,
        w.class,
        w.flag,
        w.x,
        w.first_rank,
        w.last_rank,
        w.position,
        w.points,
        w.label
    FROM criterion AS c
    INNER JOIN place AS w ON c.run_id = w.run_id AND c.policy = w.policy AND c.indicator = w.indicator
) AS d
LEFT JOIN own_reference AS o
    ON d.run_id = o.run_id AND d.institution = o.institution AND d.indicator = o.indicator
LEFT JOIN stretched AS t ON d.run_id = t.run_id AND d.policy = t.policy AND d.effect = 'score'
