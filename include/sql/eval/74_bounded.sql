-- The bounded solution of the last pass, and beside it what is set aside (N9): what each bank would get without bounds,
-- its bounds, and the constraint that holds it.
WITH last_pass AS MATERIALIZED (
    SELECT s.*
    FROM solved AS s
    WHERE
        s.pass_no > 0
        AND NOT EXISTS (
            SELECT 1 FROM pot AS p
            WHERE p.run_id = s.run_id AND p.pass_no > s.pass_no
        )
)

INSERT INTO eval.bounded (
    run_id, institution, current_amount, rigid_amount, floor_amount, cap_amount, raw_target, bounded_target, binding,
    stated_amount, weight, own_deposits
)
SELECT
    s.run_id,
    s.institution,
    s.held,
    s.rigid,
    b.lower,
    b.upper,
    b.stated + coalesce(round(eval.ratio(b.weight, sum(b.weight) OVER of_run), 30), 0)
    * (q.distributable - sum(b.stated) OVER of_run),
    b.amount,
    CASE b.side
        WHEN 'lower' THEN CASE WHEN b.lower > b.rigid THEN 'minimum' ELSE 'floor' END
        WHEN 'upper' THEN b.cap_name
        WHEN 'stated' THEN CASE k.allocation WHEN 'by_rank' THEN 'by_rank' ELSE 'none' END
        ELSE 'none'
    END,
    b.stated,
    b.weight,
    b.deposits
FROM stock AS s
INNER JOIN eval.quota AS q ON s.run_id = q.run_id
INNER JOIN eval.rulebook AS k ON s.rulebook_id = k.rulebook_id
INNER JOIN last_pass AS b ON s.run_id = b.run_id AND s.institution = b.institution
WINDOW of_run AS (PARTITION BY s.run_id)
UNION ALL
SELECT
    s.run_id,
    s.institution,
    s.held,
    s.rigid,
    a.amount,
    NULL,
    0,
    a.amount AS bounded_target,
    'fixed',
    0,
    0,
    NULL
FROM stock AS s
INNER JOIN eval.quota AS q ON s.run_id = q.run_id
LEFT JOIN eval.policy_support AS p ON s.run_id = p.run_id AND s.institution = p.institution
CROSS JOIN
    LATERAL (
        SELECT
            CASE s.role
                WHEN 'policy' THEN coalesce(p.amount, s.own)
                WHEN 'carved_out' THEN s.carve_out_amount
                ELSE s.rigid
            END AS amount
    ) AS a
WHERE s.role <> 'commercial'
