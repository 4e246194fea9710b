-- What accounts have left for another turn, where that is not below min_leg.
UPDATE giving AS g
SET amount = CASE WHEN s.amount - d.amount >= n.min_leg THEN s.amount - d.amount ELSE 0 END
FROM supply AS s
INNER JOIN need AS n ON s.bank = n.bank
INNER JOIN (
    SELECT
        l.item,
        sum(l.amount) AS amount
    FROM draft_leg AS l
    GROUP BY l.item
) AS d ON s.item = d.item
WHERE g.item = s.item
