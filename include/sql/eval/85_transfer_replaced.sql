-- Legs that a search found in place of the greedy ones, and what they leave of each bank's difference.
WITH leg AS (
    INSERT INTO draft_leg (run_id, turn, item, from_bank, to_bank, to_account, amount)
    SELECT
        g.run_id,
        g.turn,
        g.item,
        g.bank AS from_bank,
        t.bank AS to_bank,
        f.to_account,
        f.amount
    FROM found AS f
    INNER JOIN supply AS s ON f.from_account = s.account
    INNER JOIN giving AS g ON s.item = g.item
    INNER JOIN receiver AS t ON f.to_account = t.account
    RETURNING from_bank, to_bank, amount
)

UPDATE need AS n
SET
    surplus = greatest(-m.delta, 0) - m.given,
    deficit = greatest(m.delta, 0) - m.taken
FROM (
    SELECT
        a.bank,
        a.delta,
        coalesce(sum(l.amount) FILTER (WHERE l.from_bank = a.bank), 0) AS given,
        coalesce(sum(l.amount) FILTER (WHERE l.to_bank = a.bank), 0) AS taken
    FROM need AS a
    LEFT JOIN leg AS l ON a.bank IN (l.from_bank, l.to_bank)
    WHERE abs(a.delta) >= a.min_leg
    GROUP BY a.bank, a.delta
) AS m
WHERE n.bank = m.bank
