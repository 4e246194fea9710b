-- From the last balance before a transfer to the first one on or after its day, an account must have moved by all the
-- transfers of those days together (S13). What is let pass is less than the transfer itself: on an account with much
-- coming and going a small one would pass for made that never was.
CREATE OR REPLACE FUNCTION ops.leg_balances(of_region text) RETURNS TABLE (
    order_id bigint,
    leg_no integer,
    leg_code text,
    side text,
    institution text,
    account text,
    amount numeric,
    moved_on date,
    before_on date,
    before_balance numeric,
    after_on date,
    after_balance numeric,
    transfers numeric,
    difference numeric,
    allowed numeric,
    agrees boolean
) LANGUAGE sql STABLE AS $$
WITH side AS MATERIALIZED (
    SELECT
        s.order_id,
        s.leg_no,
        s.leg_code,
        e.side,
        e.institution,
        e.account,
        e.amount,
        CAST(s.executed_at AS date) AS moved_on
    FROM ops.leg_state AS s
    CROSS JOIN LATERAL (
        VALUES
        ('out', s.from_institution, s.from_account, -s.amount), ('in', s.to_institution, s.to_account, s.amount)
    ) AS e (side, institution, account, amount)
    WHERE s.region = of_region AND s.executed_at IS NOT NULL
),

held AS MATERIALIZED (
    SELECT b.* FROM ops.account_balance AS b WHERE b.region = of_region
),

framed AS MATERIALIZED (
    SELECT
        d.order_id,
        d.leg_no,
        d.side,
        d.account,
        max(b.as_of) FILTER (WHERE b.as_of < d.moved_on) AS before_on,
        min(b.as_of) FILTER (WHERE b.as_of >= d.moved_on) AS after_on
    FROM side AS d
    LEFT JOIN held AS b ON d.account = b.account
    GROUP BY d.order_id, d.leg_no, d.side, d.account
),

moved AS (
    SELECT
        f.order_id,
        f.leg_no,
        f.side,
        sum(n.amount) AS transfers,
        sum(abs(n.amount)) AS turnover
    FROM framed AS f
    INNER JOIN side AS n ON f.account = n.account AND f.before_on < n.moved_on AND f.after_on >= n.moved_on
    GROUP BY f.order_id, f.leg_no, f.side
)

SELECT
    d.order_id,
    d.leg_no,
    d.leg_code,
    d.side,
    d.institution,
    d.account,
    d.amount,
    d.moved_on,
    f.before_on,
    x.balance,
    f.after_on,
    y.balance,
    m.transfers,
    y.balance - x.balance - m.transfers,
    a.allowed,
    abs(y.balance - x.balance - m.transfers) <= a.allowed
FROM side AS d
INNER JOIN ops.transfer_order AS o ON d.order_id = o.order_id
INNER JOIN framed AS f ON d.order_id = f.order_id AND d.leg_no = f.leg_no AND d.side = f.side
LEFT JOIN moved AS m ON d.order_id = m.order_id AND d.leg_no = m.leg_no AND d.side = m.side
LEFT JOIN held AS x ON d.account = x.account AND f.before_on = x.as_of
LEFT JOIN held AS y ON d.account = y.account AND f.after_on = y.as_of
CROSS JOIN LATERAL (SELECT least(o.max_drift * m.turnover, abs(d.amount) - 0.01) AS allowed) AS a
$$;
