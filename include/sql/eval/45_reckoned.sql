-- What each method makes of a value (S10, N7), before its bounds: none where the gate is shut or completion is below the
-- threshold, or where banks cannot be told apart.
CREATE TEMPORARY VIEW reckoned AS
SELECT
    m.*,
    CASE m.method
        WHEN 'share_of_total' THEN eval.ratio(m.full_points * m.x, m.total)
        WHEN 'share_of_best' THEN CASE WHEN m.against > 0 THEN eval.ratio(m.full_points * m.x, m.against) ELSE 0 END
        WHEN 'rank_step' THEN m.full_points - m.step_points * (m.position - 1)
        WHEN 'bands' THEN m.place_points
        WHEN 'rank_bands' THEN m.place_points
        WHEN 'rate' THEN m.full_points * least(greatest(m.x, 0), 1)
        WHEN 'score' THEN m.full_points * least(greatest(eval.ratio(m.x, m.out_of), 0), 1)
        WHEN 'inverse_of_best'
            THEN CASE WHEN m.x <= 0 THEN m.full_points ELSE eval.ratio(m.full_points * greatest(m.against, 0), m.x) END
        WHEN 'frontier'
            THEN CASE
                WHEN m.all_equal THEN m.full_points
                ELSE m.base_points + eval.ratio(
                    (m.full_points - m.base_points)
                    * CASE m.direction WHEN 'lowest' THEN m.highest - m.x ELSE m.x - m.lowest END,
                    m.highest - m.lowest
                )
            END
        WHEN 'mean_cap'
            THEN CASE
                WHEN m.x >= m.against THEN m.full_points
                WHEN m.against > 0 THEN eval.ratio(m.full_points * m.x, m.against)
                ELSE 0
            END
        WHEN 'area_relative'
            THEN m.base_points + CASE WHEN m.gap >= 0 THEN m.per_point ELSE coalesce(m.below_per_point, 0) END * m.steps
        WHEN 'target_completion'
            THEN CASE
                WHEN m.unit IS NULL THEN m.full_points * least(m.completion, 1)
                ELSE
                    coalesce(m.base_points, m.full_points)
                    + coalesce(CASE WHEN m.gap >= 0 THEN m.unit_points ELSE m.below_unit_points END * m.steps, 0)
            END
        WHEN 'points_per_unit' THEN coalesce(m.base_points, 0) + m.unit_points * m.steps
        WHEN 'pass_fail' THEN CASE WHEN m.passed THEN m.full_points ELSE coalesce(m.otherwise_points, 0) END
    END AS raw
FROM (
    SELECT
        h.*,
        -- Steps above are positive, steps below negative; whole ones are those that are complete, but of a unit of the
        -- value itself the floor counts.
        CASE
            WHEN NOT h.whole_steps THEN h.gap
            WHEN h.gap < 0 AND h.method <> 'points_per_unit' THEN ceil(round(h.gap, 30))
            ELSE floor(round(h.gap, 30))
        END AS steps,
        -- Lending that grows while deposits do not passes whatever the others have (N4).
        CASE
            WHEN h.class = 'best' AND h.operator IN ('>=', '>') THEN TRUE
            WHEN h.operator = '>=' THEN round(h.x, 30) >= round(h.against, 30)
            WHEN h.operator = '>' THEN round(h.x, 30) > round(h.against, 30)
            WHEN h.operator = '<=' THEN round(h.x, 30) <= round(h.against, 30)
            WHEN h.operator = '<' THEN round(h.x, 30) < round(h.against, 30)
        END AS passed,
        h.gate IS NOT NULL AND NOT coalesce(
            CASE h.gate_operator
                WHEN '>=' THEN round(h.value, 30) >= round(h.gate_reference, 30)
                WHEN '>' THEN round(h.value, 30) > round(h.gate_reference, 30)
                WHEN '<=' THEN round(h.value, 30) <= round(h.gate_reference, 30)
                WHEN '<' THEN round(h.value, 30) < round(h.gate_reference, 30)
            END, FALSE
        ) AS shut,
        h.threshold IS NOT NULL AND round(h.completion, 30) < h.threshold AS too_little
    FROM (
        SELECT
            g.*,
            CASE g.method
                WHEN 'area_relative' THEN 100 * (g.x - g.against)
                WHEN 'target_completion' THEN eval.ratio(g.completion - 1, g.unit)
                WHEN 'points_per_unit' THEN eval.ratio(g.x - coalesce(g.against, 0), g.unit)
            END AS gap
        FROM (
            SELECT
                d.*,
                CASE WHEN d.method = 'target_completion' AND d.against > 0 THEN eval.ratio(d.x, d.against) ELSE 0 END
                    AS completion
            FROM compared AS d
        ) AS g
    ) AS h
) AS m
