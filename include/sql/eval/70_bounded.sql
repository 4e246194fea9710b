-- target_i = clamp(λ·S_i, floor_i, cap_i) with λ such that Σ target = T' (N9). Σ clamp is piecewise linear in λ; it
-- bends where a bank leaves its floor or reaches its cap. Sweeping those bends gives the one segment that holds T'.
WITH bound AS (
    SELECT
        p.run_id,
        p.institution,
        p.role,
        q.distributable,
        coalesce(s.score, 0) AS score,
        coalesce(s.share, 0) AS share,
        coalesce(h.held, 0) AS current_amount,
        coalesce(h.rigid, 0) AS rigid_amount,
        CASE p.role
            WHEN 'policy' THEN coalesce(h.held, 0)
            WHEN 'carved_out' THEN p.carve_out_amount
            ELSE coalesce(h.rigid, 0)
        END AS floor_amount,
        -- Stock that may not move outweighs a cap.
        CASE
            WHEN k.concentration_cap IS NOT NULL
                THEN greatest(ceil(k.concentration_cap * q.total * 100) / 100, coalesce(h.rigid, 0))
        END AS cap_amount
    FROM batch AS b
    INNER JOIN eval.run AS r ON b.run_id = r.run_id
    INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id
    INNER JOIN eval.quota AS q ON b.run_id = q.run_id
    INNER JOIN eval.participant AS p ON b.run_id = p.run_id
    LEFT JOIN eval.score AS s ON p.run_id = s.run_id AND p.institution = s.institution
    LEFT JOIN LATERAL (
        SELECT
            sum(x.balance) AS held,
            sum(x.balance) FILTER (WHERE NOT x.adjustable) AS rigid
        FROM eval.holding AS x
        WHERE x.run_id = p.run_id AND x.institution = p.institution
    ) AS h ON TRUE
),

bend AS (
    SELECT
        run_id,
        eval.ratio(floor_amount, score) AS lambda,
        score AS slope,
        -floor_amount AS level
    FROM bound
    WHERE role = 'commercial' AND score > 0
    UNION ALL
    SELECT
        run_id,
        eval.ratio(cap_amount, score),
        -score,
        cap_amount
    FROM bound
    WHERE role = 'commercial' AND score > 0 AND cap_amount IS NOT NULL
),

segment AS (
    SELECT DISTINCT
        d.run_id,
        d.lambda,
        f.floors + sum(d.level) OVER sweep AS level,
        sum(d.slope) OVER sweep AS slope,
        f.distributable
    FROM bend AS d
    INNER JOIN (
        SELECT
            run_id,
            distributable,
            sum(floor_amount) AS floors
        FROM bound
        WHERE role = 'commercial'
        GROUP BY run_id, distributable
    ) AS f ON d.run_id = f.run_id
    WINDOW sweep AS (PARTITION BY d.run_id ORDER BY d.lambda)
),

solution AS (
    SELECT DISTINCT ON (run_id)
        run_id,
        lambda,
        slope,
        distributable - level AS remainder
    FROM segment
    WHERE level + slope * lambda <= distributable + 1e-20
    ORDER BY run_id, lambda DESC
),

clamped AS (
    SELECT
        b.*,
        CASE
            WHEN b.role <> 'commercial' THEN 'fixed'
            WHEN b.score = 0 OR eval.ratio(b.floor_amount, b.score) > s.lambda THEN 'floor'
            WHEN eval.ratio(b.cap_amount, b.score) <= s.lambda THEN 'cap'
            ELSE 'none'
        END AS binding,
        round(eval.ratio(b.score * s.remainder, s.slope), 30) AS proportional
    FROM bound AS b
    LEFT JOIN solution AS s ON b.run_id = s.run_id
)

INSERT INTO eval.bounded (
    run_id, institution, current_amount, rigid_amount, floor_amount, cap_amount, raw_target, bounded_target, binding
)
SELECT
    run_id,
    institution,
    current_amount,
    rigid_amount,
    floor_amount,
    cap_amount,
    share * distributable,
    CASE binding WHEN 'none' THEN proportional WHEN 'cap' THEN cap_amount ELSE floor_amount END,
    binding
FROM clamped
