-- One turn per group, what can move most first: few transfers, and small groups only fill what is left. What is free now
-- has its turns before what matures later.
CREATE TEMPORARY TABLE turn ON COMMIT DROP AS
SELECT
    g.kind,
    g.later,
    CAST(row_number() OVER (
        PARTITION BY g.run_id, g.later ORDER BY least(g.offered, d.wanted) DESC, g.kind
    ) AS integer) AS turn
FROM (
    SELECT
        o.run_id,
        o.kind,
        o.later,
        sum(least(o.offered, n.surplus)) AS offered
    FROM (
        SELECT
            s.bank,
            s.run_id,
            s.kind,
            s.available_from IS NOT NULL AS later,
            sum(s.amount) AS offered
        FROM supply AS s
        GROUP BY s.bank, s.run_id, s.kind, s.available_from IS NOT NULL
    ) AS o
    INNER JOIN need AS n ON o.bank = n.bank
    GROUP BY o.run_id, o.kind, o.later
) AS g
INNER JOIN (
    SELECT
        v.kind,
        sum(n.deficit) AS wanted
    FROM receiver AS v
    INNER JOIN need AS n ON v.bank = n.bank
    GROUP BY v.kind
) AS d ON g.kind = d.kind;

ANALYZE turn;

-- What a turn reads, found by its number: what each account can give once those of its bank that are free sooner, or
-- larger, have given.
CREATE TEMPORARY TABLE giving ON COMMIT DROP AS
SELECT
    t.later,
    t.turn,
    s.run_id,
    s.bank,
    s.item,
    s.amount,
    sum(s.amount) OVER nearer - s.amount AS before,
    sum(s.amount) OVER (PARTITION BY t.later, t.turn, s.bank) AS bank_amount
FROM turn AS t
INNER JOIN supply AS s ON t.kind = s.kind AND t.later = (s.available_from IS NOT NULL)
WINDOW nearer AS (
    PARTITION BY t.later, t.turn, s.bank ORDER BY s.matures_on NULLS FIRST, s.amount DESC, s.item ROWS UNBOUNDED PRECEDING
);

CREATE TEMPORARY TABLE taking ON COMMIT DROP AS
SELECT
    t.later,
    t.turn,
    v.run_id,
    v.bank,
    v.account,
    v.choices
FROM turn AS t
INNER JOIN receiver AS v ON t.kind = v.kind
ORDER BY t.later, t.turn, v.bank;

CREATE INDEX ON giving (later, turn);

CREATE INDEX ON taking (later, turn);

CREATE UNIQUE INDEX ON need (bank);

CREATE TEMPORARY TABLE draft_leg (
    run_id bigint NOT NULL,
    turn integer NOT NULL,
    item integer NOT NULL,
    from_bank integer NOT NULL,
    to_bank integer NOT NULL,
    to_account text,
    amount numeric(18, 2) NOT NULL
) ON COMMIT DROP;

ANALYZE giving (later, turn, run_id, bank), taking (later, turn, run_id, bank);

CREATE TEMPORARY TABLE proof (
    run_id bigint NOT NULL,
    method text NOT NULL,
    greedy_legs integer NOT NULL,
    lower_bound integer NOT NULL,
    proved boolean NOT NULL,
    stopped_by text NOT NULL
) ON COMMIT DROP;
