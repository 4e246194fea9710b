-- What accounts have left for another turn, where that is not below min_leg.
UPDATE giving AS g
SET
    amount = x.amount,
    before = x.before,
    bank_amount = x.bank_amount
FROM (
    SELECT
        r.item,
        r.amount,
        sum(r.amount) OVER nearer - r.amount AS before,
        sum(r.amount) OVER (PARTITION BY r.later, r.turn, r.bank) AS bank_amount
    FROM (
        SELECT
            v.item,
            v.later,
            v.turn,
            v.bank,
            s.matures_on,
            CASE
                WHEN s.amount - coalesce(d.amount, 0) >= n.min_leg THEN s.amount - coalesce(d.amount, 0) ELSE 0
            END AS amount
        FROM giving AS v
        INNER JOIN need AS n ON v.bank = n.bank
        INNER JOIN supply AS s ON v.item = s.item
        LEFT JOIN (
            SELECT
                l.item,
                sum(l.amount) AS amount
            FROM draft_leg AS l
            GROUP BY l.item
        ) AS d ON v.item = d.item
    ) AS r
    WINDOW nearer AS (
        PARTITION BY r.later, r.turn, r.bank ORDER BY r.matures_on NULLS FIRST, r.amount DESC, r.item
        ROWS UNBOUNDED PRECEDING
    )
) AS x
WHERE g.item = x.item
