-- Points of the scale, and of bonus and penalty beside it: what lies over the cap of all bonuses (penalties) of a bank is
-- cut from the last ones in the rule book's order. Penalties are negative, so that the points of a bank add up to its score.
INSERT INTO eval.points (run_id, institution, indicator, points, rank, reference, gate, basis, flag)
SELECT
    e.run_id,
    e.institution,
    e.indicator,
    e.points,
    e.rank,
    e.reference,
    e.gate,
    coalesce(e.basis, ''),
    e.flag
FROM explained AS e
WHERE e.effect = 'score'
UNION ALL
SELECT
    c.run_id,
    c.institution,
    c.indicator,
    CASE c.effect WHEN 'penalty' THEN -c.kept ELSE c.kept END,
    c.rank,
    c.reference,
    c.gate,
    coalesce(c.basis, ''),
    concat_ws('；', nullif(c.flag, ''), CASE WHEN c.kept < c.points THEN '合计以 ' || trim_scale(c.cap) || ' 分为限' END)
FROM (
    SELECT
        e.*,
        l.cap,
        least(e.points, greatest(coalesce(l.cap, 'Infinity') - sum(e.points) OVER earlier + e.points, 0)) AS kept
    FROM explained AS e
    INNER JOIN eval.rulebook AS k ON e.rulebook_id = k.rulebook_id
    CROSS JOIN LATERAL (SELECT CASE e.effect WHEN 'bonus' THEN k.bonus_cap ELSE k.penalty_cap END AS cap) AS l
    WHERE e.effect IN ('bonus', 'penalty')
    WINDOW earlier AS (PARTITION BY e.run_id, e.institution, e.effect ORDER BY e.ordinal ROWS UNBOUNDED PRECEDING)
) AS c
