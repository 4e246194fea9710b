-- One group per run, the %(turn)s-th: lay what its accounts can give and what its banks still want on one line each,
-- largest first (banks with the fewest groups to receive in before others), and cut where either ends: at most n − 1
-- transfers among n accounts (N10). A piece below min_leg is left out. What moves is taken off at once.
WITH give AS (
    SELECT
        g.run_id,
        g.bank,
        g.item,
        n.min_leg,
        sum(o.amount) OVER line AS line_end,
        sum(o.amount) OVER line - o.amount AS line_start
    FROM giving AS g
    INNER JOIN need AS n ON g.bank = n.bank AND n.surplus >= n.min_leg
    CROSS JOIN LATERAL (SELECT least(g.amount, n.surplus - g.before) AS amount) AS o
    WHERE g.later = %(later)s AND g.turn = %(turn)s AND o.amount >= n.min_leg
    WINDOW line AS (
        PARTITION BY g.run_id ORDER BY g.bank_amount DESC, g.bank, o.amount DESC, g.item ROWS UNBOUNDED PRECEDING
    )
),

take AS (
    SELECT
        t.run_id,
        t.bank,
        t.account,
        sum(n.deficit) OVER line AS line_end,
        sum(n.deficit) OVER line - n.deficit AS line_start
    FROM taking AS t
    INNER JOIN need AS n ON t.bank = n.bank AND n.deficit >= n.min_leg
    WHERE t.later = %(later)s AND t.turn = %(turn)s
    WINDOW line AS (PARTITION BY t.run_id ORDER BY t.choices, n.deficit DESC, t.bank ROWS UNBOUNDED PRECEDING)
),

leg AS (
    INSERT INTO draft_leg (run_id, turn, item, from_bank, to_bank, to_account, amount)
    SELECT
        g.run_id,
        %(turn)s,
        g.item,
        g.bank AS from_bank,
        t.bank AS to_bank,
        t.account AS to_account,
        least(g.line_end, t.line_end) - greatest(g.line_start, t.line_start)
    FROM give AS g
    INNER JOIN take AS t ON g.run_id = t.run_id AND g.line_start < t.line_end AND g.line_end > t.line_start
    WHERE least(g.line_end, t.line_end) - greatest(g.line_start, t.line_start) >= g.min_leg
    RETURNING from_bank, to_bank, amount
)

-- A bank gives or receives, never both.
UPDATE need AS n
SET
    surplus = n.surplus - m.given,
    deficit = n.deficit - m.taken
FROM (
    SELECT
        l.from_bank AS bank,
        sum(l.amount) AS given,
        0 AS taken
    FROM leg AS l
    GROUP BY l.from_bank
    UNION ALL
    SELECT
        l.to_bank,
        0,
        sum(l.amount)
    FROM leg AS l
    GROUP BY l.to_bank
) AS m
WHERE n.bank = m.bank
