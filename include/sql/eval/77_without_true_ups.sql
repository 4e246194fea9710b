-- The same quarter with the first %(turn)s true-ups alone, for runs that count more: passes -1, -3, … Stated amounts are
-- lowered alike per weight, until every bank starts from its lower bound; λ makes up for it.
WITH later AS (
    SELECT
        t.run_id,
        t.institution,
        sum(t.counted) AS amount
    FROM turn_of_true_up AS t
    WHERE t.turn_no > %(turn)s
    GROUP BY t.run_id, t.institution
),

stated AS (
    SELECT
        b.*,
        b.stated - coalesce(l.amount, 0) AS own
    FROM bound AS b
    LEFT JOIN later AS l ON b.run_id = l.run_id AND b.institution = l.institution
    WHERE
        b.pass_no = 1
        AND EXISTS (
            SELECT 1 FROM later AS x
            WHERE x.run_id = b.run_id
        )
)

INSERT INTO bound (run_id, pass_no, institution, stated, weight, rigid, minimum, cap, cap_name, deposits)
SELECT
    s.run_id,
    -1 - 2 * %(turn)s,
    s.institution,
    s.own - s.weight * greatest(ceil(max(eval.ratio(s.own - s.rigid, s.weight)) OVER (PARTITION BY s.run_id)), 0),
    s.weight,
    s.rigid,
    s.minimum,
    s.cap,
    s.cap_name,
    s.deposits
FROM stated AS s;

INSERT INTO pot (run_id, pass_no, amount)
SELECT
    p.run_id,
    -1 - 2 * %(turn)s,
    p.amount
FROM pot AS p
WHERE
    p.pass_no = 1
    AND EXISTS (
        SELECT 1 FROM bound AS b
        WHERE b.run_id = p.run_id AND b.pass_no = -1 - 2 * %(turn)s
    );
