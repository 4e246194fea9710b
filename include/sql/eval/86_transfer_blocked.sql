-- What could move if the receiving bank had an account of that owner and category: reported, never redirected (S03).
WITH give AS (
    SELECT
        c.run_id,
        c.institution,
        c.account,
        c.owner,
        c.fund_category,
        c.min_leg,
        sum(c.amount) OVER line AS line_end,
        sum(c.amount) OVER line - c.amount AS line_start
    FROM (
        SELECT
            s.run_id,
            s.institution,
            s.account,
            s.owner,
            s.fund_category,
            n.min_leg,
            least(
                s.available,
                greatest(
                    n.surplus - sum(s.available) OVER (
                        PARTITION BY s.run_id, s.institution ORDER BY s.available DESC, s.account ROWS UNBOUNDED PRECEDING
                    ) + s.available,
                    0
                )
            ) AS amount
        FROM supply AS s
        INNER JOIN need AS n ON s.run_id = n.run_id AND s.institution = n.institution
        WHERE s.available > 0 AND n.surplus > 0
    ) AS c
    WHERE c.amount > 0
    WINDOW line AS (PARTITION BY c.run_id ORDER BY c.institution, c.amount DESC, c.account ROWS UNBOUNDED PRECEDING)
),

take AS (
    SELECT
        run_id,
        institution,
        sum(deficit) OVER line AS line_end,
        sum(deficit) OVER line - deficit AS line_start
    FROM need
    WHERE deficit > 0
    WINDOW line AS (PARTITION BY run_id ORDER BY deficit DESC, institution ROWS UNBOUNDED PRECEDING)
),

pair AS (
    SELECT
        g.*,
        t.institution AS to_institution,
        least(g.line_end, t.line_end) - greatest(g.line_start, t.line_start) AS amount
    FROM give AS g
    INNER JOIN take AS t ON g.run_id = t.run_id AND g.line_start < t.line_end AND g.line_end > t.line_start
)

INSERT INTO draft_leg (
    run_id, turn, from_institution, to_institution, from_account, to_account, owner, fund_category, amount
)
SELECT
    p.run_id,
    2147483647,
    p.institution,
    p.to_institution,
    p.account,
    NULL,
    p.owner,
    p.fund_category,
    p.amount
FROM pair AS p
LEFT JOIN receiver AS v
    ON p.run_id = v.run_id AND p.to_institution = v.institution AND p.owner = v.owner AND p.fund_category = v.fund_category
WHERE p.amount >= p.min_leg AND p.amount > 0 AND v.account IS NULL
