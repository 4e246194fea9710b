-- What could move if the receiving bank had an account of that owner and category: reported, never redirected (S03).
-- Again until nothing more is found, as pieces below min_leg are left out.
WITH rest AS (
    SELECT
        s.run_id,
        s.bank,
        s.item,
        s.kind,
        n.min_leg,
        n.surplus,
        s.available_from,
        s.amount - coalesce(d.amount, 0) AS amount
    FROM need AS n
    INNER JOIN supply AS s ON n.bank = s.bank
    LEFT JOIN (
        SELECT
            l.item,
            sum(l.amount) AS amount
        FROM draft_leg AS l
        GROUP BY l.item
    ) AS d ON s.item = d.item
    WHERE n.surplus >= n.min_leg
),

offered AS (
    SELECT
        r.*,
        least(r.amount, r.surplus - sum(r.amount) OVER nearer + r.amount) AS offer
    FROM rest AS r
    WHERE r.amount >= r.min_leg
    WINDOW nearer AS (
        PARTITION BY r.bank ORDER BY r.available_from NULLS FIRST, r.amount DESC, r.item ROWS UNBOUNDED PRECEDING
    )
),

give AS (
    SELECT
        o.*,
        sum(o.offer) OVER line AS line_end,
        sum(o.offer) OVER line - o.offer AS line_start
    FROM offered AS o
    WHERE o.offer >= o.min_leg
    WINDOW line AS (
        PARTITION BY o.run_id ORDER BY o.bank, o.available_from NULLS FIRST, o.offer DESC, o.item
        ROWS UNBOUNDED PRECEDING
    )
),

take AS (
    SELECT
        n.run_id,
        n.bank,
        sum(n.deficit) OVER line AS line_end,
        sum(n.deficit) OVER line - n.deficit AS line_start
    FROM need AS n
    WHERE n.deficit >= n.min_leg
    WINDOW line AS (PARTITION BY n.run_id ORDER BY n.deficit DESC, n.bank ROWS UNBOUNDED PRECEDING)
),

leg AS (
    INSERT INTO draft_leg (run_id, turn, item, from_bank, to_bank, to_account, amount)
    SELECT
        g.run_id,
        2147483647,
        g.item,
        g.bank AS from_bank,
        t.bank AS to_bank,
        NULL,
        p.amount
    FROM give AS g
    INNER JOIN take AS t ON g.run_id = t.run_id AND g.line_start < t.line_end AND g.line_end > t.line_start
    CROSS JOIN
        LATERAL (
            SELECT least(g.line_end, t.line_end) - greatest(g.line_start, t.line_start) AS amount
        ) AS p
    LEFT JOIN receiver AS v ON t.bank = v.bank AND g.kind = v.kind
    WHERE p.amount >= g.min_leg AND v.account IS NULL
    RETURNING from_bank, to_bank, amount
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
    FROM leg AS l
    CROSS JOIN LATERAL (VALUES (l.from_bank, l.amount, 0), (l.to_bank, 0, l.amount)) AS e (bank, given, taken)
    GROUP BY e.bank
) AS m
WHERE n.bank = m.bank
