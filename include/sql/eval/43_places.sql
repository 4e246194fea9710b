-- Where a bank stands: its rank in the cohort (N18), and the band that its value or its rank lies in. A bank that does
-- not count gets the rank it would have. Equal ranks are the better, the worse, or the mean of the places they fill.
CREATE TEMPORARY TABLE place ON COMMIT DROP AS
WITH compared AS (
    SELECT
        c.run_id,
        c.policy,
        c.rulebook_id,
        j.institution,
        c.indicator,
        c.method,
        c.ties,
        c.otherwise_points,
        CAST(j.counts AS integer) AS counts,
        CASE c.direction WHEN 'lowest' THEN -x.value ELSE x.value END AS merit,
        x.value
    FROM criterion AS c
    INNER JOIN judged AS j ON c.run_id = j.run_id AND c.policy = j.policy
    INNER JOIN eval.indicator_value AS v
        ON j.run_id = v.run_id AND j.institution = v.institution AND c.indicator = v.indicator
    CROSS JOIN
        LATERAL (
            SELECT round(CASE WHEN c.keeps_sign THEN v.value ELSE greatest(v.value, 0) END, 30) AS value
        ) AS x
    WHERE c.method IN ('rank_step', 'rank_bands', 'bands') AND c.banks > 0
),

ranked AS (
    SELECT
        k.*,
        coalesce(sum(k.counts) OVER ahead, 0) + 1 AS first_rank,
        coalesce(sum(k.counts) OVER ahead, 0) + sum(k.counts) OVER level + 1 - k.counts AS last_rank
    FROM compared AS k
    WHERE k.method <> 'bands'
    WINDOW
        ahead AS (
            PARTITION BY k.run_id, k.policy, k.indicator ORDER BY k.merit DESC
            GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ),
        level AS (
            PARTITION BY k.run_id, k.policy, k.indicator ORDER BY k.merit DESC GROUPS CURRENT ROW
        )
),

-- One line per place that a bank fills.
positioned AS (
    SELECT
        k.run_id,
        k.institution,
        k.indicator,
        k.rulebook_id,
        k.method,
        k.otherwise_points,
        k.first_rank,
        k.last_rank,
        CAST(p.place AS numeric) AS position
    FROM ranked AS k
    CROSS JOIN
        LATERAL generate_series(
            CASE k.ties WHEN 'worse' THEN k.last_rank ELSE k.first_rank END,
            CASE k.ties WHEN 'better' THEN k.first_rank ELSE k.last_rank END
        ) AS p (place)
    UNION ALL
    SELECT
        k.run_id,
        k.institution,
        k.indicator,
        k.rulebook_id,
        k.method,
        k.otherwise_points,
        NULL,
        NULL,
        k.value
    FROM compared AS k
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
            method,
            ratio_like
        FROM criterion
    ) AS c
    INNER JOIN eval.band AS d ON c.rulebook_id = d.rulebook_id AND c.indicator = d.indicator
    CROSS JOIN LATERAL (
        SELECT
            eval.shown(d.lower, c.ratio_like AND c.method = 'bands') || CASE WHEN d.lower_included THEN '（含）' ELSE ' ' END AS lower,
            eval.shown(d.upper, c.ratio_like AND c.method = 'bands') || CASE WHEN d.upper_included THEN '（含）' ELSE ' ' END AS upper
    ) AS e
),

-- Of bands that overlap the first holds.
banded AS (
    SELECT DISTINCT ON (p.run_id, p.institution, p.indicator, p.position)
        p.*,
        coalesce(d.points, p.otherwise_points) AS points,
        d.band_no,
        d.label
    FROM positioned AS p
    LEFT JOIN band AS d
        ON
            p.rulebook_id = d.rulebook_id AND p.indicator = d.indicator
            AND (d.lower IS NULL OR p.position > d.lower OR (d.lower_included AND p.position = d.lower))
            AND (d.upper IS NULL OR p.position < d.upper OR (d.upper_included AND p.position = d.upper))
    ORDER BY p.run_id, p.institution, p.indicator, p.position, d.band_no
)

SELECT
    run_id,
    institution,
    indicator,
    min(first_rank) AS first_rank,
    max(last_rank) AS last_rank,
    avg(position) AS position,
    eval.ratio(sum(points), count(*)) AS points,
    bool_or(points IS NULL AND method <> 'rank_step') AS nowhere,
    (array_agg(label ORDER BY position))[1] AS label
FROM banded
GROUP BY run_id, institution, indicator;

ANALYZE place;
