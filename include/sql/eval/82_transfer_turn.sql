-- One group per run, the %(turn)s-th: lay what its accounts can still give and what its banks still want on one line
-- each, largest first (banks with the fewest groups to receive in before others), and cut where either ends: at most
-- n − 1 pairs of banks in the group (N10).
WITH giving AS (
    SELECT
        s.run_id,
        s.institution,
        s.account,
        s.owner,
        s.fund_category,
        n.min_leg,
        least(
            s.available,
            greatest(n.surplus - sum(s.available) OVER nearer + s.available, 0)
        ) AS amount,
        sum(least(s.available, n.surplus)) OVER (PARTITION BY s.run_id, s.institution) AS bank_amount
    FROM transfer_group AS g
    INNER JOIN supply AS s ON g.run_id = s.run_id AND g.owner = s.owner AND g.fund_category = s.fund_category
    INNER JOIN need AS n ON s.run_id = n.run_id AND s.institution = n.institution
    WHERE g.turn = %(turn)s
    WINDOW nearer AS (
        PARTITION BY s.run_id, s.institution
        ORDER BY s.matures_on IS NOT NULL, s.available DESC, s.account ROWS UNBOUNDED PRECEDING
    )
),

give AS (
    SELECT
        run_id,
        institution,
        account,
        owner,
        fund_category,
        min_leg,
        sum(amount) OVER line AS line_end,
        sum(amount) OVER line - amount AS line_start
    FROM giving
    WHERE amount > 0
    WINDOW line AS (
        PARTITION BY run_id ORDER BY bank_amount DESC, institution, amount DESC, account ROWS UNBOUNDED PRECEDING
    )
),

take AS (
    SELECT
        v.run_id,
        v.institution,
        v.account,
        sum(n.deficit) OVER line AS line_end,
        sum(n.deficit) OVER line - n.deficit AS line_start
    FROM transfer_group AS g
    INNER JOIN receiver AS v ON g.run_id = v.run_id AND g.owner = v.owner AND g.fund_category = v.fund_category
    INNER JOIN need AS n ON v.run_id = n.run_id AND v.institution = n.institution AND n.deficit > 0
    WHERE g.turn = %(turn)s
    WINDOW line AS (PARTITION BY v.run_id ORDER BY v.choices, n.deficit DESC, v.institution ROWS UNBOUNDED PRECEDING)
)

INSERT INTO draft_leg (
    run_id, turn, from_institution, to_institution, from_account, to_account, owner, fund_category, amount
)
SELECT
    g.run_id,
    %(turn)s,
    g.institution,
    t.institution AS to_institution,
    g.account,
    t.account AS to_account,
    g.owner,
    g.fund_category,
    least(g.line_end, t.line_end) - greatest(g.line_start, t.line_start)
FROM give AS g
INNER JOIN take AS t ON g.run_id = t.run_id AND g.line_start < t.line_end AND g.line_end > t.line_start
WHERE least(g.line_end, t.line_end) - greatest(g.line_start, t.line_start) >= g.min_leg
