-- Work tables of the transfer plan: what each bank must give or receive, what each account can give now or once it
-- matures by the end of the next quarter, and where a group of one owner and one fund category can receive (S03, S12).
-- A difference, or an account, below min_leg makes no transfer.
CREATE TEMPORARY TABLE need ON COMMIT DROP AS
SELECT
    s.bank,
    s.run_id,
    s.institution,
    a.delta,
    CASE WHEN -a.delta >= m.leg THEN -a.delta ELSE 0 END AS surplus,
    CASE WHEN a.delta >= m.leg THEN a.delta ELSE 0 END AS deficit,
    m.leg AS min_leg
FROM stock AS s
INNER JOIN eval.rulebook AS k ON s.rulebook_id = k.rulebook_id
INNER JOIN eval.allocation AS a ON s.run_id = a.run_id AND s.institution = a.institution
CROSS JOIN LATERAL (SELECT greatest(k.min_leg, 0.01) AS leg) AS m;

ANALYZE need (bank, run_id);

-- What each account of a bank that gives can give, numbered by bank and account, and groups by owner and category: so
-- that the numbers stand for them in every order.
CREATE TEMPORARY TABLE supply ON COMMIT DROP AS
SELECT
    CAST(row_number() OVER (ORDER BY n.bank, h.account) AS integer) AS item,
    CAST(dense_rank() OVER (ORDER BY n.run_id, h.owner, h.fund_category) AS integer) AS kind,
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

CREATE TEMPORARY TABLE transfer_group ON COMMIT DROP AS
SELECT DISTINCT
    s.kind,
    s.run_id,
    s.owner,
    s.fund_category
FROM supply AS s;

ANALYZE supply (item, bank, run_id, kind), transfer_group;

-- The accounts of a bank may stand in its own name and in those of its predecessors (S32).
CREATE TEMPORARY TABLE receiver ON COMMIT DROP AS
SELECT
    n.bank,
    n.run_id,
    g.kind,
    min(a.account) AS account,
    count(*) OVER (PARTITION BY n.bank) AS choices
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
INNER JOIN eval.run_input AS i ON b.run_id = i.run_id AND i.feed = 'accounts'
INNER JOIN core.account AS a ON i.submission_id = a.submission_id
LEFT JOIN eval.lineage AS l ON b.run_id = l.run_id AND a.institution = l.institution
INNER JOIN need AS n ON b.run_id = n.run_id AND n.deficit > 0 AND n.institution = coalesce(l.heir, a.institution)
INNER JOIN transfer_group AS g ON b.run_id = g.run_id AND a.owner = g.owner AND a.fund_category = g.fund_category
WHERE
    coalesce(a.opened_on, '-infinity') <= r.as_of AND coalesce(a.closed_on, 'infinity') > r.as_of
    AND a.role IS DISTINCT FROM 'pool'
GROUP BY n.bank, n.run_id, g.kind;

ANALYZE receiver (bank, kind);
