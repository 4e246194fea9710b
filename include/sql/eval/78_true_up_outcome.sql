-- What each true-up came to: applied is a bank's bounded amount with it less the one without it; what a change of T leaves
-- to close is spread by weight; the rest is carried on. Over the banks applied and remainder each add up to 0, to the fen.
-- Amounts are taken before rounding to whole units, which a true-up shares with the rest of the amount.
WITH level AS (
    SELECT DISTINCT ON (s.run_id, s.institution, t.turn_no)
        s.run_id,
        s.institution,
        t.turn_no,
        s.amount
    FROM solved AS s
    INNER JOIN (
        SELECT
            u.run_id,
            max(u.turn_no) AS turns
        FROM turn_of_true_up AS u
        GROUP BY u.run_id
    ) AS m ON s.run_id = m.run_id
    CROSS JOIN
        LATERAL (SELECT CASE WHEN s.pass_no > 0 THEN m.turns ELSE (-1 - s.pass_no) / 2 END AS turn_no) AS t
    WHERE s.pass_no <> 0
    ORDER BY s.run_id, s.institution, t.turn_no, abs(s.pass_no) DESC
),

paper AS (
    SELECT DISTINCT
        t.run_id,
        t.order_no,
        t.turn_no
    FROM turn_of_true_up AS t
),

-- What is set aside is not moved by any true-up; what it is owed is carried on as it is.
party AS (
    SELECT
        p.run_id,
        p.order_no,
        b.institution,
        coalesce(
            eval.ratio(b.weight, sum(b.weight) OVER of_paper),
            eval.ratio(1, count(*) OVER of_paper)
        ) AS part,
        w.amount - o.amount AS moved
    FROM paper AS p
    INNER JOIN bound AS b ON p.run_id = b.run_id AND b.pass_no = 1
    INNER JOIN level AS w ON p.run_id = w.run_id AND b.institution = w.institution AND p.turn_no = w.turn_no
    INNER JOIN level AS o ON p.run_id = o.run_id AND b.institution = o.institution AND p.turn_no - 1 = o.turn_no
    WINDOW of_paper AS (PARTITION BY p.run_id, p.order_no)
),

due AS (
    SELECT
        coalesce(p.run_id, t.run_id) AS run_id,
        coalesce(p.order_no, t.order_no) AS order_no,
        coalesce(p.institution, t.institution) AS institution,
        coalesce(t.amount, 0) AS amount,
        coalesce(p.part, 0) AS part,
        coalesce(p.moved, 0) AS moved
    FROM party AS p
    FULL JOIN turn_of_true_up AS t
        ON p.run_id = t.run_id AND p.order_no = t.order_no AND p.institution = t.institution
),

exact AS (
    SELECT
        d.*,
        round(d.part * sum(d.amount) OVER of_paper, 12) * 100 AS spread,
        round(d.amount - d.moved - d.part * sum(d.amount - d.moved) OVER of_paper, 12) * 100 AS remainder
    FROM due AS d
    WINDOW of_paper AS (PARTITION BY d.run_id, d.order_no)
),

-- In fen: all rounded down, and what that leaves to the largest fractions.
whole AS (
    SELECT
        e.*,
        row_number() OVER (of_paper ORDER BY e.spread - floor(e.spread) DESC, e.institution)
        <= round(sum(e.spread - floor(e.spread)) OVER of_paper) AS spread_up,
        row_number() OVER (of_paper ORDER BY e.remainder - floor(e.remainder) DESC, e.institution)
        <= round(sum(e.remainder - floor(e.remainder)) OVER of_paper) AS remainder_up
    FROM exact AS e
    WINDOW of_paper AS (PARTITION BY e.run_id, e.order_no)
),

fen AS (
    SELECT
        w.run_id,
        w.order_no,
        w.institution,
        w.amount,
        (floor(w.spread) + CAST(w.spread_up AS integer)) / 100 AS spread,
        (floor(w.remainder) + CAST(w.remainder_up AS integer)) / 100 AS remainder
    FROM whole AS w
)

INSERT INTO eval.true_up_outcome (run_id, order_no, institution, amount, spread, applied)
SELECT
    f.run_id,
    f.order_no,
    f.institution,
    f.amount,
    f.spread,
    f.amount - f.spread - f.remainder
FROM fen AS f
WHERE (f.amount, f.spread, f.remainder) IS DISTINCT FROM (0, 0, 0)
