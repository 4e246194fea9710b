-- Amounts to the fen (N11): whole units to the largest remainders, or all that is left over to the top scores; the last
-- step to the fen, ties by rank (score, then what breaks its ties) and code. A bank at a bound or at a stated amount, and
-- what is set aside, keeps its exact amount; one that a bound keeps off the whole unit is topped up to the next one.
WITH bounded AS MATERIALIZED (
    SELECT
        d.run_id,
        d.institution,
        d.current_amount,
        d.floor_amount,
        d.cap_amount,
        d.binding = 'fixed' AS fixed,
        d.binding = 'none' AND d.weight > 0 AS sharing,
        round(d.bounded_target, 12) AS exact,
        round(d.bounded_target, 2) AS fen,
        q.distributable,
        k.rounding_unit,
        k.remainder = 'top_score' AS to_the_top,
        s.bank,
        s.rank
    FROM stock AS s
    INNER JOIN eval.rulebook AS k ON s.rulebook_id = k.rulebook_id
    INNER JOIN eval.quota AS q ON s.run_id = q.run_id
    INNER JOIN eval.bounded AS d ON s.run_id = d.run_id AND s.institution = d.institution
),

stepped AS MATERIALIZED (
    SELECT
        b.*,
        f.free,
        CASE
            WHEN f.free THEN greatest(floor(b.exact / b.rounding_unit) * b.rounding_unit, b.floor_amount)
            ELSE b.fen
        END AS base
    FROM bounded AS b
    CROSS JOIN
        LATERAL (
            SELECT b.sharing AND b.exact > b.floor_amount AND coalesce(b.exact < b.cap_amount, TRUE) AS free
        ) AS f
),

room AS (
    SELECT
        t.*,
        t.distributable - sum(t.base) FILTER (WHERE NOT t.fixed) OVER (PARTITION BY t.run_id) AS left_over,
        CASE WHEN t.to_the_top THEN 0 ELSE t.exact - t.base END AS remainder,
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
ORDER BY bank
