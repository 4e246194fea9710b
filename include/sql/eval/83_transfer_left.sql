-- Turns of what is free now, or of what matures later, in which an account could still give min_leg to a bank that still
-- wants as much: where two pieces below it were left out on both sides.
SELECT DISTINCT g.turn
FROM giving AS g
INNER JOIN need AS n ON g.bank = n.bank AND n.surplus >= n.min_leg
INNER JOIN supply AS s ON g.item = s.item
LEFT JOIN (
    SELECT
        l.item,
        sum(l.amount) AS amount
    FROM draft_leg AS l
    GROUP BY l.item
) AS d ON g.item = d.item
WHERE
    g.later = %(later)s AND s.amount - coalesce(d.amount, 0) >= n.min_leg
    AND EXISTS (
        SELECT FROM taking AS t
        INNER JOIN need AS w ON t.bank = w.bank
        WHERE t.later = g.later AND t.turn = g.turn AND t.run_id = g.run_id AND w.deficit >= w.min_leg
    )
ORDER BY g.turn
