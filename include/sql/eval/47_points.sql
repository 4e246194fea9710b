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
        t.*,
        -- What was ever beyond the cap stays cut; one below 0 makes room again for those after it.
        t.points - greatest(max(t.total) OVER (so_far ROWS UNBOUNDED PRECEDING) - t.cap, 0)
        + greatest(max(t.total) OVER (so_far ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) - t.cap, 0) AS kept
    FROM (
        SELECT
            e.*,
            CASE e.effect WHEN 'bonus' THEN k.bonus_cap ELSE k.penalty_cap END AS cap,
            sum(e.points) OVER (PARTITION BY e.run_id, e.institution, e.effect ORDER BY e.ordinal) AS total
        FROM explained AS e
        INNER JOIN eval.rulebook AS k ON e.rulebook_id = k.rulebook_id
        WHERE e.effect IN ('bonus', 'penalty')
    ) AS t
    WINDOW so_far AS (PARTITION BY t.run_id, t.institution, t.effect ORDER BY t.ordinal)
) AS c
