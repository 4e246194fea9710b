-- Where a bank stands: its rank in the cohort (N18), and the band that its value or its rank lies in. A bank that does
-- not count gets the rank it would have. Equal ranks are the better, the worse, or the mean of the places they fill.
CREATE TEMPORARY TABLE place ON COMMIT DROP AS
WITH standing AS (
    SELECT
        c.run_id,
        c.policy,
        c.rulebook_id,
        c.indicator,
        c.method,
        c.ties,
        c.direction,
        c.otherwise_points,
        c.ratio_like,
        j.institution,
        CAST(j.counts AS integer) AS counts,
        v.value,
        v.class,
        v.flag,
        m.x,
        CASE c.direction WHEN 'lowest' THEN m.x ELSE -m.x END AS demerit
    FROM criterion AS c
    INNER JOIN judged AS j ON c.run_id = j.run_id AND c.policy = j.policy
    INNER JOIN eval.indicator_value AS v
        ON j.run_id = v.run_id AND j.institution = v.institution AND c.indicator = v.indicator
    CROSS JOIN
        LATERAL (
            SELECT round(CASE WHEN c.keeps_sign THEN v.value ELSE greatest(v.value, 0) END, 30) AS x
        ) AS m
    WHERE c.by_place AND c.banks > 0
),

ranked AS (
    SELECT
        k.*,
        k.up_to - k.level + 1 AS first_rank,
        k.up_to + 1 - k.counts AS last_rank
    FROM (
        SELECT
            g.*,
            sum(g.counts) OVER (PARTITION BY g.run_id, g.policy, g.indicator ORDER BY g.demerit) AS up_to,
            sum(g.counts) OVER (PARTITION BY g.run_id, g.policy, g.indicator, g.demerit) AS level
        FROM standing AS g
        WHERE g.method <> 'bands'
    ) AS k
),

positioned AS (
    SELECT
        k.*,
        CASE k.ties WHEN 'better' THEN k.first_rank WHEN 'worse' THEN k.last_rank ELSE (k.first_rank + k.last_rank) * 0.5 END
            AS position
    FROM ranked AS k
    UNION ALL
    SELECT
        k.*,
        NULL,
        NULL,
        NULL,
        NULL,
        k.x
    FROM standing AS k
    WHERE k.method = 'bands'
),

band AS MATERIALIZED (
    SELECT
        d.*,
        CASE
            WHEN d.lower IS NULL AND d.upper IS NULL THEN '任何值'
            WHEN d.lower IS NULL THEN e.upper || '以下'
            WHEN d.upper IS NULL THEN e.lower || '以上'
            ELSE e.lower || '至 ' || e.upper
        END AS label
    FROM (
        SELECT DISTINCT
            rulebook_id,
            indicator,
            ratio_like AND method = 'bands' AS percent
        FROM criterion
    ) AS c
    INNER JOIN eval.band AS d ON c.rulebook_id = d.rulebook_id AND c.indicator = d.indicator
    CROSS JOIN
        LATERAL (
            SELECT
                eval.shown(d.lower, c.percent) || CASE WHEN d.lower_included THEN '（含）' ELSE ' ' END AS lower,
                eval.shown(d.upper, c.percent) || CASE WHEN d.upper_included THEN '（含）' ELSE ' ' END AS upper
        ) AS e
)

SELECT
    p.run_id,
    p.policy,
    p.indicator,
    p.institution,
    p.counts = 1 AS counts,
    p.value,
    p.class,
    p.flag,
    p.x,
    p.first_rank,
    p.last_rank,
    p.position,
    d.label,
    CASE
        WHEN p.ties = 'mean' AND p.method = 'rank_bands' AND p.first_rank < p.last_rank
            THEN eval.mean_of_bands(p.rulebook_id, p.indicator, p.first_rank, p.last_rank, p.otherwise_points)
        ELSE coalesce(d.points, p.otherwise_points)
    END AS points,
    p.method <> 'rank_step' AS in_bands
FROM positioned AS p
LEFT JOIN band AS d
    ON
        p.rulebook_id = d.rulebook_id AND p.indicator = d.indicator
        AND (d.lower IS NULL OR p.position > d.lower OR (d.lower_included AND p.position = d.lower))
        AND (d.upper IS NULL OR p.position < d.upper OR (d.upper_included AND p.position = d.upper));

ANALYZE place;
