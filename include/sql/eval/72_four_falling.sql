-- Pass 2, only for runs in which a reduction is in force (S16, N13): the cap of the bank comes down to (1 − r) of what
-- it got in pass 1, and what that frees goes to the others by score. Stock that may not move still outweighs it.
WITH reduced AS (
    SELECT
        f.run_id,
        f.institution,
        max(f.rate) AS rate
    FROM batch AS b
    INNER JOIN eval.four_falling AS f ON b.run_id = f.run_id AND f.rate > 0
    GROUP BY f.run_id, f.institution
)

INSERT INTO bound (run_id, pass_no, institution, stated, weight, rigid, minimum, cap, cap_name, deposits)
SELECT
    b.run_id,
    2,
    b.institution,
    b.stated,
    b.weight,
    b.rigid,
    b.minimum,
    least(b.cap, c.cap),
    CASE WHEN c.cap < coalesce(b.cap, 'Infinity') THEN 'four_falling' ELSE b.cap_name END,
    b.deposits
FROM bound AS b
INNER JOIN solved AS s ON b.run_id = s.run_id AND b.pass_no = s.pass_no AND b.institution = s.institution
LEFT JOIN reduced AS f ON b.run_id = f.run_id AND b.institution = f.institution
CROSS JOIN LATERAL (SELECT round(round((1 - f.rate) * s.amount, 12), 2) AS cap) AS c
WHERE
    b.pass_no = 1
    AND EXISTS (
        SELECT 1 FROM reduced AS x
        WHERE x.run_id = b.run_id
    );

INSERT INTO pot (run_id, pass_no, amount)
SELECT
    p.run_id,
    2,
    p.amount
FROM pot AS p
WHERE
    p.pass_no = 1
    AND EXISTS (
        SELECT 1 FROM bound AS b
        WHERE b.run_id = p.run_id AND b.pass_no = 2
    );
