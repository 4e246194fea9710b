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
        t.*,
        -- As with points: what was ever beyond the cap stays cut, one below 0 makes room again.
        t.points - greatest(max(t.total) OVER (so_far ROWS UNBOUNDED PRECEDING) - t.cap, 0)
        + greatest(max(t.total) OVER (so_far ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) - t.cap, 0) AS kept
    FROM (
        SELECT
            x.run_id,
            x.institution,
            x.indicator,
            x.ordinal,
            x.effect,
            x.basis,
            x.flag,
            round(x.points, 2) AS points,
            CASE x.effect WHEN 'bonus_amount' THEN k.bonus_amount_cap ELSE k.penalty_amount_cap END AS cap,
            sum(round(x.points, 2)) OVER (PARTITION BY x.run_id, x.institution, x.effect ORDER BY x.ordinal) AS total
        FROM explained AS x
        INNER JOIN eval.rulebook AS k ON x.rulebook_id = k.rulebook_id
        WHERE x.effect IN ('bonus_amount', 'penalty_amount') AND x.counts
    ) AS t
    WINDOW so_far AS (PARTITION BY t.run_id, t.institution, t.effect ORDER BY t.ordinal)
) AS c;

DROP VIEW explained, reckoned, compared;
