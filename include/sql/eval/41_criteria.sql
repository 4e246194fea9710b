-- How each indicator of a cohort is scored: the choices of its rule book, and the figures it is held against. One that
-- no bank of the cohort has a value of is dropped, and the others carry its weight (N12), also where its feed was late
-- and is left out (S25).
CREATE TEMPORARY TABLE criterion ON COMMIT DROP AS
WITH scale AS (
    SELECT
        run_id,
        policy,
        rulebook_id
    FROM judged
    GROUP BY run_id, policy, rulebook_id
)

SELECT
    s.run_id,
    s.policy,
    i.*,
    c.banks,
    c.total,
    c.highest,
    c.lowest,
    held.kind,
    CASE held.kind
        WHEN 'area' THEN '全辖'
        WHEN 'mean' THEN '平均'
        WHEN 'highest' THEN '最高'
        WHEN 'lowest' THEN '最低'
        WHEN 'peers' THEN '本地'
        WHEN 'targets' THEN '目标'
        WHEN 'last_year' THEN '上年同期'
        WHEN 'county' THEN '全县'
        WHEN 'county_others' THEN '全县（不含本行）'
        ELSE '规定值'
    END AS reference_name,
    coalesce(i.over IS NOT NULL OR i.basis IN ('growth', 'new_ratio', 'on_time_rate'), FALSE) AS ratio_like,
    -- Compared with each other, banks that are all at 0 cannot be told apart (N7).
    coalesce(
        CASE
            WHEN i.method = 'share_of_total' THEN c.total <= 0
            WHEN i.method IN ('share_of_best', 'inverse_of_best', 'frontier', 'rank_step', 'rank_bands', 'mean_cap')
                THEN c.highest = 0 AND c.lowest = 0
        END, FALSE
    ) AS flat,
    CASE held.kind
        WHEN 'total' THEN c.total
        WHEN 'value' THEN i.reference_value
        WHEN 'highest' THEN c.highest
        WHEN 'lowest' THEN c.lowest
        WHEN 'mean' THEN eval.ratio(c.total, c.banks)
        WHEN 'area' THEN c.area
        WHEN 'peers' THEN o.value
        WHEN 'scale' THEN i.out_of
    END AS reference_held,
    CASE i.gate
        WHEN 'value' THEN i.gate_value
        WHEN 'best' THEN CASE i.direction WHEN 'lowest' THEN c.lowest ELSE c.highest END
        WHEN 'mean' THEN eval.ratio(c.total, c.banks)
        WHEN 'area' THEN c.area
        WHEN 'peers' THEN g.value
    END AS gate_held,
    coalesce(round(c.highest, 30) = round(c.lowest, 30), FALSE) AS all_equal,
    coalesce(i.step, i.full_points * i.step_percent / 100) AS step_points,
    i.method IN ('rank_step', 'rank_bands', 'bands') AS by_place,
    -- What is the same for all banks is worded once.
    CASE i.method
        WHEN 'rank_step' THEN '，每位 −' || coalesce(trim_scale(i.step) || ' 分', trim_scale(i.step_percent) || '%')
        WHEN 'points_per_unit'
            THEN
                ' 个 ' || eval.shown(i.unit, i.over IS NOT NULL OR i.basis IN ('growth', 'new_ratio', 'on_time_rate'))
                || '，每个 ' || trim_scale(i.unit_points) || ' 分'
        WHEN 'score' THEN '，满分 ' || trim_scale(i.out_of)
    END AS wording,
    -- What no other bound says: taking points off stops at 0, and a rate above the area's at full marks.
    coalesce(
        i.floor_points,
        CASE WHEN i.method IN ('rank_step', 'area_relative', 'target_completion', 'points_per_unit') THEN 0 END
    ) AS least_points,
    coalesce(i.cap_points, CASE WHEN i.method = 'area_relative' THEN i.full_points END) AS most_points
FROM scale AS s
INNER JOIN eval.indicator AS i ON s.rulebook_id = i.rulebook_id AND i.leaf
LEFT JOIN cohort AS c ON s.run_id = c.run_id AND s.policy = c.policy AND i.indicator = c.indicator
LEFT JOIN peer AS o ON s.run_id = o.run_id AND i.reference = 'peers' AND i.reference_measure = o.measure
LEFT JOIN peer AS g ON s.run_id = g.run_id AND i.gate = 'peers' AND i.gate_measure = g.measure
CROSS JOIN
    LATERAL (
        SELECT
            CASE coalesce(i.reference, i.method)
                WHEN 'share_of_total' THEN 'total'
                WHEN 'share_of_best' THEN 'highest'
                WHEN 'inverse_of_best' THEN 'lowest'
                WHEN 'frontier' THEN CASE i.direction WHEN 'lowest' THEN 'lowest' ELSE 'highest' END
                WHEN 'best' THEN CASE i.direction WHEN 'lowest' THEN 'lowest' ELSE 'highest' END
                WHEN 'mean_cap' THEN 'mean'
                WHEN 'area_relative' THEN 'area'
                WHEN 'score' THEN 'scale'
                WHEN 'points_per_unit' THEN 'none'
                WHEN 'rank_step' THEN 'none'
                WHEN 'rank_bands' THEN 'none'
                WHEN 'bands' THEN 'none'
                WHEN 'rate' THEN 'none'
                ELSE i.reference
            END AS kind
    ) AS held;

ANALYZE criterion;
