-- One turn per group, what can move most first: few transfers, and small groups only fill what is left. What is free now
-- has its turns before what matures later.
CREATE TEMPORARY TABLE turn ON COMMIT DROP AS
SELECT
    g.run_id,
    g.owner,
    g.fund_category,
    g.later,
    CAST(row_number() OVER (
        PARTITION BY g.run_id, g.later ORDER BY least(g.offered, d.wanted) DESC, g.owner, g.fund_category
    ) AS integer) AS turn
FROM (
    SELECT
        o.run_id,
        o.owner,
        o.fund_category,
        o.later,
        sum(least(o.offered, n.surplus)) AS offered
    FROM (
        SELECT
            bank,
            run_id,
            owner,
            fund_category,
            available_from IS NOT NULL AS later,
            sum(amount) AS offered
        FROM supply
        GROUP BY bank, run_id, owner, fund_category, available_from IS NOT NULL
    ) AS o
    INNER JOIN need AS n ON o.bank = n.bank
    GROUP BY o.run_id, o.owner, o.fund_category, o.later
) AS g
INNER JOIN (
    SELECT
        v.run_id,
        v.owner,
        v.fund_category,
        sum(n.deficit) AS wanted
    FROM receiver AS v
    INNER JOIN need AS n ON v.bank = n.bank
    GROUP BY v.run_id, v.owner, v.fund_category
) AS d ON g.run_id = d.run_id AND g.owner = d.owner AND g.fund_category = d.fund_category;

ANALYZE turn;

-- What a turn reads, found by its number.
CREATE TEMPORARY TABLE giving ON COMMIT DROP AS
SELECT
    t.later,
    t.turn,
    s.run_id,
    s.bank,
    s.account,
    s.matures_on,
    s.amount,
    n.min_leg
FROM turn AS t
INNER JOIN supply AS s
    ON
        t.run_id = s.run_id AND t.owner = s.owner AND t.fund_category = s.fund_category
        AND t.later = (s.available_from IS NOT NULL)
INNER JOIN need AS n ON s.bank = n.bank;

CREATE TEMPORARY TABLE taking ON COMMIT DROP AS
SELECT
    t.later,
    t.turn,
    v.run_id,
    v.bank,
    v.account,
    v.choices
FROM turn AS t
INNER JOIN receiver AS v ON t.run_id = v.run_id AND t.owner = v.owner AND t.fund_category = v.fund_category;

CREATE INDEX ON giving (later, turn);

CREATE INDEX ON taking (later, turn);

CREATE UNIQUE INDEX ON need (bank);

CREATE TEMPORARY TABLE draft_leg (
    run_id bigint NOT NULL,
    later boolean NOT NULL,
    turn integer NOT NULL,
    from_bank integer NOT NULL,
    to_bank integer NOT NULL,
    from_account text NOT NULL,
    to_account text,
    amount numeric(18, 2) NOT NULL
) ON COMMIT DROP;

ANALYZE giving, taking;

CREATE TEMPORARY TABLE proof (
    run_id bigint NOT NULL,
    method text NOT NULL,
    greedy_legs integer NOT NULL,
    lower_bound integer NOT NULL,
    proved boolean NOT NULL,
    stopped_by text NOT NULL
) ON COMMIT DROP;
