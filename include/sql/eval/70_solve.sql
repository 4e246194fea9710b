-- target_i = clamp(f_i + λ·w_i, lower_i, upper_i) with λ ≥ 0 such that Σ target is the pot (N9), for every pot that is
-- not solved yet. Σ clamp is piecewise linear in λ; it bends where a bank leaves its lower bound or reaches its upper
-- one. Sweeping those bends gives the one segment that holds the pot.
WITH asked AS MATERIALIZED (
    SELECT
        p.run_id,
        p.pass_no,
        p.amount AS pot
    FROM pot AS p
    WHERE
        NOT EXISTS (
            SELECT 1 FROM solution AS s
            WHERE s.run_id = p.run_id AND s.pass_no = p.pass_no
        )
),

turn AS MATERIALIZED (
    SELECT
        b.run_id,
        b.stated,
        b.weight,
        b.lower,
        b.upper,
        b.leaves,
        b.arrives
    FROM asked AS p
    INNER JOIN bound AS b ON p.run_id = b.run_id AND p.pass_no = b.pass_no
),

bend AS (
    SELECT
        run_id,
        leaves AS lambda,
        weight AS slope,
        stated - lower AS level
    FROM turn
    WHERE weight > 0
    UNION ALL
    SELECT
        run_id,
        arrives,
        -weight,
        upper - stated
    FROM turn
    WHERE weight > 0 AND upper IS NOT NULL
),

-- Bends at the same λ are peers: each of them carries the level and slope of all.
segment AS (
    SELECT
        run_id,
        lambda,
        sum(level) OVER sweep AS level,
        sum(slope) OVER sweep AS slope
    FROM bend
    WINDOW sweep AS (PARTITION BY run_id ORDER BY lambda)
),

lowest AS (
    SELECT
        run_id,
        sum(CASE WHEN weight > 0 THEN lower ELSE least(greatest(stated, lower), upper) END) AS level
    FROM turn
    GROUP BY run_id
),

swept AS (
    SELECT DISTINCT ON (d.run_id)
        d.run_id,
        d.lambda AS bend,
        d.slope,
        p.pot - f.level - d.level AS remainder
    FROM segment AS d
    INNER JOIN lowest AS f ON d.run_id = f.run_id
    INNER JOIN asked AS p ON d.run_id = p.run_id
    WHERE f.level + d.level + d.slope * d.lambda <= p.pot + 1e-20
    ORDER BY d.run_id, d.lambda DESC
)

INSERT INTO solution (run_id, pass_no, bend, remainder, slope)
SELECT
    p.run_id,
    p.pass_no,
    s.bend,
    s.remainder,
    s.slope
FROM asked AS p
LEFT JOIN swept AS s ON p.run_id = s.run_id;

ANALYZE solution (run_id, pass_no);
