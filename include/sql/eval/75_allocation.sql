-- Amounts to the fen (N11): whole units to the largest remainders, or all that is left over to the top scores; the last
-- step to the fen, ties by rank (score, then what breaks its ties) and code. A bank at a bound or at a stated amount, and
-- what is set aside, keeps its exact amount; one that a bound keeps off the whole unit is topped up to the next one.
WITH stepped AS (
    SELECT
        d.run_id,
        d.institution,
        d.current_amount,
        d.bounded_target,
        q.distributable,
        k.rounding_unit,
        k.remainder = 'top_score' AS to_the_top,
        d.cap_amount,
        s.rank,
        d.binding = 'fixed' AS fixed,
        f.free,
        CASE
            WHEN f.free
                THEN greatest(floor(round(d.bounded_target, 12) / k.rounding_unit) * k.rounding_unit, d.floor_amount)
            ELSE round(d.bounded_target, 2)
        END AS base
    FROM batch AS b
    INNER JOIN eval.run AS r ON b.run_id = r.run_id
    INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id
    INNER JOIN eval.quota AS q ON r.run_id = q.run_id
    INNER JOIN eval.bounded AS d ON r.run_id = d.run_id
    LEFT JOIN eval.score AS s ON d.run_id = s.run_id AND d.institution = s.institution
    CROSS JOIN LATERAL (
        SELECT
            d.binding = 'none' AND d.weight > 0 AND round(d.bounded_target, 12) > d.floor_amount
            AND coalesce(round(d.bounded_target, 12) < d.cap_amount, TRUE) AS free
    ) AS f
),

room AS (
    SELECT
        t.*,
        t.distributable - sum(t.base) FILTER (WHERE NOT t.fixed) OVER (PARTITION BY t.run_id) AS left_over,
        CASE WHEN t.to_the_top THEN 0 ELSE round(t.bounded_target - t.base, 12) END AS remainder,
        CASE
            WHEN NOT t.free THEN 0
            WHEN t.to_the_top THEN least(t.distributable, t.cap_amount - t.base)
            ELSE least(t.rounding_unit - mod(t.base, t.rounding_unit), t.cap_amount - t.base)
        END AS capacity
    FROM stepped AS t
),

queued AS (
    SELECT
        m.*,
        sum(m.capacity) OVER (
            PARTITION BY m.run_id ORDER BY m.free DESC, m.remainder DESC, m.rank ASC NULLS LAST, m.institution
            ROWS UNBOUNDED PRECEDING
        ) - m.capacity AS given_before
    FROM room AS m
)

INSERT INTO eval.allocation (run_id, institution, target, current_amount)
SELECT
    run_id,
    institution,
    base + greatest(least(capacity, left_over - given_before), 0),
    current_amount
FROM queued
