-- Legs that a search found in place of the greedy ones, and what they leave of each bank's difference.
WITH leg AS (
    INSERT INTO draft_leg (run_id, later, turn, from_bank, to_bank, from_account, to_account, amount)
    SELECT
        g.run_id,
        g.later,
        g.turn,
        g.bank,
        t.bank AS to_bank,
        f.from_account,
        f.to_account,
        f.amount
    FROM found AS f
    INNER JOIN giving AS g ON f.from_account = g.account
    INNER JOIN receiver AS t ON f.to_account = t.account
    RETURNING from_bank, to_bank, amount
)

UPDATE need AS n
SET
    surplus = greatest(-a.delta, 0) - m.given,
    deficit = greatest(a.delta, 0) - m.taken
FROM eval.allocation AS a
CROSS JOIN
    LATERAL (
        SELECT
            coalesce(sum(l.amount) FILTER (WHERE o.institution = a.institution), 0) AS given,
            coalesce(sum(l.amount) FILTER (WHERE i.institution = a.institution), 0) AS taken
        FROM leg AS l
        INNER JOIN need AS o ON l.from_bank = o.bank
        INNER JOIN need AS i ON l.to_bank = i.bank
    ) AS m
WHERE n.run_id = a.run_id AND n.institution = a.institution
