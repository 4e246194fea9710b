-- What a turn left out because the piece was below min_leg, put onto a transfer that is made anyway: each bank that
-- still wants money takes it from one transfer, each account that still has some adds to one.
WITH head AS (
    SELECT
        d.ctid AS leg,
        d.from_bank,
        d.to_bank,
        s.available_from,
        d.turn,
        least(s.amount - sum(d.amount) OVER (PARTITION BY d.item), g.surplus, t.deficit) AS amount
    FROM draft_leg AS d
    INNER JOIN need AS g ON d.from_bank = g.bank AND g.surplus > 0
    INNER JOIN need AS t ON d.to_bank = t.bank
    INNER JOIN supply AS s ON d.item = s.item
),

chosen AS (
    SELECT DISTINCT ON (f.from_bank) f.*
    FROM (
        SELECT DISTINCT ON (h.to_bank) h.*
        FROM head AS h
        WHERE h.amount > 0
        ORDER BY h.to_bank, h.available_from NULLS FIRST, h.amount DESC, h.turn, h.from_bank
    ) AS f
    ORDER BY f.from_bank, f.available_from NULLS FIRST, f.amount DESC, f.turn, f.to_bank
),

more AS (
    UPDATE draft_leg AS d SET amount = d.amount + c.amount
    FROM chosen AS c
    WHERE d.ctid = c.leg
)

UPDATE need AS n
SET
    surplus = n.surplus - m.given,
    deficit = n.deficit - m.taken
FROM (
    SELECT
        e.bank,
        sum(e.given) AS given,
        sum(e.taken) AS taken
    FROM chosen AS c
    CROSS JOIN LATERAL (VALUES (c.from_bank, c.amount, 0), (c.to_bank, 0, c.amount)) AS e (bank, given, taken)
    GROUP BY e.bank
) AS m
WHERE n.bank = m.bank
