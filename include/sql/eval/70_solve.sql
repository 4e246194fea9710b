-- target_i = clamp(f_i + λ·w_i, lower_i, upper_i) with λ ≥ 0 such that Σ target is the pot (N9), for every pot that is
-- not solved yet. Σ clamp is piecewise linear in λ; it bends where a bank leaves its lower bound or reaches its upper
-- one. Sweeping those bends gives the one segment that holds the pot.
WITH turn AS (
    SELECT
        b.*,
        p.amount AS pot,
        greatest(eval.ratio(b.lower - b.stated, b.weight), 0) AS leaves,
        CASE WHEN b.upper IS NOT NULL THEN greatest(eval.ratio(b.upper - b.stated, b.weight), 0) END AS arrives
    FROM pot AS p
    INNER JOIN bound AS b ON p.run_id = b.run_id AND p.pass_no = b.pass_no
    WHERE
        NOT EXISTS (
            SELECT 1 FROM solved AS s
            WHERE s.run_id = p.run_id AND s.pass_no = p.pass_no
        )
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
        d.run_id,
        d.lambda,
        f.level + sum(d.level) OVER sweep AS level,
        sum(d.slope) OVER sweep AS slope,
        f.pot
    FROM bend AS d
    INNER JOIN (
        SELECT
            run_id,
            pot,
            sum(CASE WHEN weight > 0 THEN lower ELSE least(greatest(stated, lower), upper) END) AS level
        FROM turn
        GROUP BY run_id, pot
    ) AS f ON d.run_id = f.run_id
    WINDOW sweep AS (PARTITION BY d.run_id ORDER BY d.lambda)
),

solution AS (
    SELECT DISTINCT ON (run_id)
        run_id,
        lambda,
        slope,
        pot - level AS remainder
    FROM segment
    WHERE level + slope * lambda <= pot + 1e-20
    ORDER BY run_id, lambda DESC
),

sided AS (
    SELECT
        t.*,
        s.lambda,
        s.remainder,
        s.slope,
        CASE
            WHEN t.weight = 0 AND t.stated <= t.lower THEN 'lower'
            WHEN t.weight = 0 AND t.stated > t.upper THEN 'upper'
            WHEN t.weight = 0 THEN 'stated'
            WHEN coalesce(t.leaves > s.lambda, TRUE) THEN 'lower'
            WHEN t.arrives <= s.lambda THEN 'upper'
            ELSE 'free'
        END AS side
    FROM turn AS t
    LEFT JOIN solution AS s ON t.run_id = s.run_id
)

INSERT INTO solved (run_id, pass_no, institution, lambda, side, amount)
SELECT
    run_id,
    pass_no,
    institution,
    coalesce(eval.ratio(remainder, slope), lambda),
    side,
    CASE side
        WHEN 'lower' THEN lower
        WHEN 'upper' THEN upper
        WHEN 'stated' THEN stated
        ELSE round(stated + eval.ratio(weight * remainder, slope), 30)
    END
FROM sided;

ANALYZE solved;
