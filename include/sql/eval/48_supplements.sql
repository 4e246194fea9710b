-- Bonus and penalty that stand for an amount of deposits instead of points (yuan, to the fen, penalties negative); what
-- lies over the cap of a bank is cut from the last ones in the rule book's order.
INSERT INTO eval.supplement (run_id, institution, indicator, amount, flag)
SELECT
    c.run_id,
    c.institution,
    c.indicator,
    CASE c.effect WHEN 'penalty_amount' THEN -c.kept ELSE c.kept END,
    concat_ws(
        '；', nullif(c.basis, ''), nullif(c.flag, ''), CASE WHEN c.kept < c.points THEN '合计以 ' || c.cap || ' 元为限' END
    )
FROM (
    SELECT
        e.*,
        l.cap,
        least(e.points, greatest(coalesce(l.cap, 'Infinity') - sum(e.points) OVER earlier + e.points, 0)) AS kept
    FROM (
        SELECT
            x.run_id,
            x.institution,
            x.indicator,
            x.rulebook_id,
            x.ordinal,
            x.effect,
            x.basis,
            x.flag,
            round(x.points, 2) AS points
        FROM explained AS x
        WHERE x.effect IN ('bonus_amount', 'penalty_amount') AND x.counts
    ) AS e
    INNER JOIN eval.rulebook AS k ON e.rulebook_id = k.rulebook_id
    CROSS JOIN
        LATERAL (
            SELECT CASE e.effect WHEN 'bonus_amount' THEN k.bonus_amount_cap ELSE k.penalty_amount_cap END AS cap
        ) AS l
    WINDOW earlier AS (PARTITION BY e.run_id, e.institution, e.effect ORDER BY e.ordinal ROWS UNBOUNDED PRECEDING)
) AS c;

DROP VIEW explained, reckoned, compared;
