-- And after the reduction that is in force (S16), of what the bank would get in that case: passes -2, -4, …
INSERT INTO bound (run_id, pass_no, institution, stated, weight, rigid, minimum, cap, cap_name, deposits)
SELECT
    b.run_id,
    b.pass_no - 1,
    b.institution,
    b.stated,
    b.weight,
    b.rigid,
    b.minimum,
    least(b.cap, round(round((1 - f.rate) * s.amount, 12), 2)),
    b.cap_name,
    b.deposits
FROM bound AS b
INNER JOIN solved AS s ON b.run_id = s.run_id AND b.pass_no = s.pass_no AND b.institution = s.institution
LEFT JOIN LATERAL (
    SELECT max(v.rate) AS rate
    FROM eval.four_falling AS v
    WHERE v.run_id = b.run_id AND v.institution = b.institution AND v.rate > 0
) AS f ON TRUE
WHERE
    b.pass_no = -1 - 2 * %(turn)s
    AND EXISTS (
        SELECT 1 FROM pot AS p
        WHERE p.run_id = b.run_id AND p.pass_no = 2
    );

INSERT INTO pot (run_id, pass_no, amount)
SELECT
    p.run_id,
    -2 - 2 * %(turn)s,
    p.amount
FROM pot AS p
WHERE
    p.pass_no = 2
    AND EXISTS (
        SELECT 1 FROM bound AS b
        WHERE b.run_id = p.run_id AND b.pass_no = -2 - 2 * %(turn)s
    );
