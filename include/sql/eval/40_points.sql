-- Points by the method of each indicator (S10, N7). An indicator for which no bank had a value is dropped and the
-- others carry its weight (N12), also where its feed was late and is left out (S25); negative values count 0; where
-- all are 0 nobody gets points and it is said so.
WITH cohort AS (
    SELECT
        v.run_id,
        v.indicator,
        sum(greatest(v.value, 0)) AS total
    FROM batch AS b
    INNER JOIN eval.indicator_value AS v ON b.run_id = v.run_id
    INNER JOIN eval.participant AS p
        ON v.run_id = p.run_id AND v.institution = p.institution AND p.role = 'commercial'
    GROUP BY v.run_id, v.indicator
),

left_out AS (
    SELECT
        t.run_id,
        string_agg(t.reason, '，' ORDER BY t.family) AS reason
    FROM late AS t
    INNER JOIN eval.run AS r ON t.run_id = r.run_id
    WHERE
        t.left_out
        AND EXISTS (
            SELECT 1 FROM eval.indicator AS i
            WHERE i.rulebook_id = r.rulebook_id AND i.leaf AND i.family = t.family
        )
    GROUP BY t.run_id
),

weighted AS (
    SELECT
        l.run_id,
        l.indicator,
        l.method,
        c.total,
        l.full_points * l.full_scale AS scaled,
        sum(l.full_points) OVER (PARTITION BY l.run_id) AS kept,
        sum(l.full_points) OVER (PARTITION BY l.run_id) < l.full_scale AS renormalised
    FROM leaf AS l
    INNER JOIN cohort AS c ON l.run_id = c.run_id AND l.indicator = c.indicator
)

INSERT INTO eval.points (run_id, institution, indicator, points, flag)
SELECT
    v.run_id,
    v.institution,
    v.indicator,
    round(
        CASE w.method
            WHEN 'share_of_total' THEN coalesce(eval.ratio(w.scaled * greatest(v.value, 0), w.kept * w.total), 0)
            WHEN 'rate' THEN eval.ratio(w.scaled * least(greatest(v.value, 0), 1), w.kept)
        END,
        30
    ),
    concat_ws(
        '；',
        nullif(v.flag, ''),
        CASE WHEN w.method = 'share_of_total' AND w.total = 0 THEN '无区分度' END,
        CASE WHEN v.value < 0 THEN '负值按 0 计' END,
        CASE WHEN w.renormalised THEN coalesce(x.reason, '有指标无数据') || '，权重已重新折算' END
    )
FROM weighted AS w
INNER JOIN eval.indicator_value AS v ON w.run_id = v.run_id AND w.indicator = v.indicator
LEFT JOIN left_out AS x ON w.run_id = x.run_id
