-- Scores, and each eligible bank's share of them (S10, S11, N8). An excluded bank is scored for information only.
WITH summed AS (
    SELECT
        t.run_id,
        t.institution,
        p.role = 'commercial' AS eligible,
        sum(t.points) AS score
    FROM batch AS b
    INNER JOIN eval.points AS t ON b.run_id = t.run_id
    INNER JOIN eval.participant AS p ON t.run_id = p.run_id AND t.institution = p.institution
    GROUP BY t.run_id, t.institution, p.role
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
    CASE WHEN s.eligible THEN rank() OVER (PARTITION BY s.run_id, s.eligible ORDER BY round(s.score, 20) DESC) END
FROM summed AS s
