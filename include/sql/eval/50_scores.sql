-- Scores, and each eligible bank's share of them (S10, S11, N8). A policy bank and an excluded one are scored for
-- information only. What is taken off ends at 0. Equal scores rank by the points of the rule book's tie break, if any.
WITH RECURSIVE breaking AS (
    SELECT
        k.rulebook_id,
        t.turn,
        t.indicator
    FROM eval.rulebook AS k
    CROSS JOIN LATERAL unnest(k.tie_break) WITH ORDINALITY AS t (indicator, turn)
    WHERE k.rulebook_id IN (SELECT j.rulebook_id FROM judged AS j)
    UNION ALL
    SELECT
        p.rulebook_id,
        p.turn,
        i.indicator
    FROM breaking AS p
    INNER JOIN eval.indicator AS i ON p.rulebook_id = i.rulebook_id AND p.indicator = i.parent
),

tie AS (
    SELECT
        d.run_id,
        d.institution,
        array_agg(d.points ORDER BY d.turn) AS breakers
    FROM (
        SELECT
            j.run_id,
            j.institution,
            p.turn,
            round(coalesce(sum(t.points), 0), 20) AS points
        FROM judged AS j
        INNER JOIN breaking AS p ON j.rulebook_id = p.rulebook_id
        LEFT JOIN eval.points AS t
            ON j.run_id = t.run_id AND j.institution = t.institution AND p.indicator = t.indicator
        GROUP BY j.run_id, j.institution, p.turn
    ) AS d
    GROUP BY d.run_id, d.institution
),

summed AS (
    SELECT
        j.run_id,
        j.institution,
        j.counts AND NOT j.policy AS eligible,
        CASE
            WHEN k.score_decimals IS NULL THEN greatest(t.points, 0)
            ELSE round(round(greatest(t.points, 0), 20), k.score_decimals)
        END AS score,
        e.breakers
    FROM (
        SELECT
            o.run_id,
            o.institution,
            sum(o.points) AS points
        FROM batch AS b
        INNER JOIN eval.points AS o ON b.run_id = o.run_id
        GROUP BY o.run_id, o.institution
    ) AS t
    INNER JOIN judged AS j ON t.run_id = j.run_id AND t.institution = j.institution
    INNER JOIN eval.rulebook AS k ON j.rulebook_id = k.rulebook_id
    LEFT JOIN tie AS e ON j.run_id = e.run_id AND j.institution = e.institution
)

INSERT INTO eval.score (run_id, institution, score, share, rank)
SELECT
    s.run_id,
    s.institution,
    s.score,
    CASE
        WHEN s.eligible
            THEN coalesce(round(eval.ratio(s.score, sum(s.score) FILTER (WHERE s.eligible) OVER (PARTITION BY s.run_id)), 30), 0)
        ELSE 0
    END,
    -- Points are rounded to 30 decimals, so sums that are equal in truth may differ in the last of them.
    CASE
        WHEN s.eligible
            THEN rank() OVER (PARTITION BY s.run_id, s.eligible ORDER BY round(s.score, 20) DESC, s.breakers DESC)
    END
FROM summed AS s
