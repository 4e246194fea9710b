-- Work tables of the transfer plan: what each account can give, what each bank must give or receive, and where a
-- group of one owner and one fund category has an account to receive (S03, S12). Differences below min_leg stay.
CREATE TEMPORARY TABLE need ON COMMIT DROP AS
SELECT
    a.run_id,
    a.institution,
    greatest(-a.delta, 0) AS surplus,
    greatest(a.delta, 0) AS deficit,
    k.min_leg
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id
INNER JOIN eval.allocation AS a ON r.run_id = a.run_id
WHERE abs(a.delta) >= k.min_leg AND a.delta <> 0;

CREATE TEMPORARY TABLE supply ON COMMIT DROP AS
SELECT
    h.run_id,
    h.institution,
    h.account,
    h.owner,
    h.fund_category,
    h.matures_on,
    h.balance AS available
FROM need AS n
INNER JOIN eval.holding AS h ON n.run_id = h.run_id AND n.institution = h.institution
WHERE n.surplus > 0 AND h.available AND h.balance > 0;

ANALYZE need, supply;

CREATE TEMPORARY TABLE receiver ON COMMIT DROP AS
SELECT
    r.run_id,
    n.institution,
    a.owner,
    a.fund_category,
    min(a.account) AS account,
    count(*) OVER (PARTITION BY r.run_id, n.institution) AS choices
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
INNER JOIN eval.run_input AS i ON r.run_id = i.run_id AND i.feed = 'accounts'
INNER JOIN core.account AS a ON i.submission_id = a.submission_id
LEFT JOIN eval.lineage AS g ON r.run_id = g.run_id AND a.institution = g.institution
INNER JOIN need AS n ON r.run_id = n.run_id AND n.institution = coalesce(g.heir, a.institution) AND n.deficit > 0
WHERE
    coalesce(a.opened_on, '-infinity') <= r.as_of AND coalesce(a.closed_on, 'infinity') > r.as_of
    AND EXISTS (
        SELECT 1
        FROM supply AS s
        WHERE s.run_id = r.run_id AND s.owner = a.owner AND s.fund_category = a.fund_category
    )
GROUP BY r.run_id, n.institution, a.owner, a.fund_category;

-- Groups that can move most go first: few legs, and small groups only fill what is left.
CREATE TEMPORARY TABLE transfer_group ON COMMIT DROP AS
SELECT
    g.run_id,
    g.owner,
    g.fund_category,
    row_number() OVER (
        PARTITION BY g.run_id ORDER BY least(g.offered, d.wanted) DESC, g.owner, g.fund_category
    ) AS turn
FROM (
    SELECT
        o.run_id,
        o.owner,
        o.fund_category,
        sum(least(o.offered, n.surplus)) AS offered
    FROM (
        SELECT
            run_id,
            institution,
            owner,
            fund_category,
            sum(available) AS offered
        FROM supply
        GROUP BY run_id, institution, owner, fund_category
    ) AS o
    INNER JOIN need AS n ON o.run_id = n.run_id AND o.institution = n.institution
    GROUP BY o.run_id, o.owner, o.fund_category
) AS g
INNER JOIN (
    SELECT
        v.run_id,
        v.owner,
        v.fund_category,
        sum(n.deficit) AS wanted
    FROM receiver AS v
    INNER JOIN need AS n ON v.run_id = n.run_id AND v.institution = n.institution
    GROUP BY v.run_id, v.owner, v.fund_category
) AS d ON g.run_id = d.run_id AND g.owner = d.owner AND g.fund_category = d.fund_category;

CREATE TEMPORARY TABLE draft_leg (
    run_id bigint NOT NULL,
    turn integer NOT NULL,
    from_institution text NOT NULL,
    to_institution text NOT NULL,
    from_account text NOT NULL,
    to_account text,
    owner text NOT NULL,
    fund_category text NOT NULL,
    amount numeric(18, 2) NOT NULL
) ON COMMIT DROP;
