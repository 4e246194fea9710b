-- Work tables of the transfer plan: what each bank must give or receive, what each account can give now or once it
-- matures by the end of the next quarter, and where a group of one owner and one fund category can receive (S03, S12).
-- A difference, or an account, below min_leg makes no transfer.
CREATE TEMPORARY TABLE need ON COMMIT DROP AS
SELECT
    CAST(row_number() OVER (ORDER BY a.run_id, a.institution) AS integer) AS bank,
    a.run_id,
    a.institution,
    greatest(-a.delta, 0) AS surplus,
    greatest(a.delta, 0) AS deficit,
    greatest(k.min_leg, 0.01) AS min_leg
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id
INNER JOIN eval.allocation AS a ON r.run_id = a.run_id
WHERE abs(a.delta) >= greatest(k.min_leg, 0.01);

ANALYZE need;

CREATE TEMPORARY TABLE supply ON COMMIT DROP AS
SELECT
    n.bank,
    n.run_id,
    h.account,
    h.owner,
    h.fund_category,
    h.matures_on,
    CASE WHEN NOT h.available THEN h.matures_on END AS available_from,
    h.balance + h.moved AS amount
FROM need AS n
INNER JOIN eval.run AS r ON n.run_id = r.run_id
INNER JOIN eval.holding AS h ON n.run_id = h.run_id AND n.institution = h.institution
WHERE
    n.surplus > 0 AND h.adjustable AND h.balance + h.moved >= n.min_leg
    AND (h.available OR h.matures_on < CAST(date_trunc('quarter', r.as_of + 1) + interval '3 months' AS date));

ANALYZE supply;

-- In whose name the accounts of a bank may stand: its own, and those of its predecessors (S32).
CREATE TEMPORARY TABLE home ON COMMIT DROP AS
SELECT
    n.bank,
    n.run_id,
    r.as_of,
    i.submission_id,
    x.institution
FROM need AS n
INNER JOIN eval.run AS r ON n.run_id = r.run_id
INNER JOIN eval.run_input AS i ON n.run_id = i.run_id AND i.feed = 'accounts'
CROSS JOIN
    LATERAL (
        SELECT n.institution
        UNION ALL
        SELECT g.institution FROM eval.lineage AS g
        WHERE g.run_id = n.run_id AND g.heir = n.institution
    ) AS x
WHERE n.deficit > 0;

CREATE TEMPORARY TABLE transfer_group ON COMMIT DROP AS
SELECT DISTINCT
    s.run_id,
    s.owner,
    s.fund_category
FROM supply AS s;

ANALYZE home, transfer_group;

CREATE TEMPORARY TABLE receiver ON COMMIT DROP AS
SELECT
    m.bank,
    m.run_id,
    a.owner,
    a.fund_category,
    min(a.account) AS account,
    count(*) OVER (PARTITION BY m.bank) AS choices
FROM home AS m
INNER JOIN core.account AS a ON m.submission_id = a.submission_id AND m.institution = a.institution
INNER JOIN transfer_group AS g ON m.run_id = g.run_id AND a.owner = g.owner AND a.fund_category = g.fund_category
WHERE
    coalesce(a.opened_on, '-infinity') <= m.as_of AND coalesce(a.closed_on, 'infinity') > m.as_of
    AND a.role IS DISTINCT FROM 'pool'
GROUP BY m.bank, m.run_id, a.owner, a.fund_category;

ANALYZE receiver;
