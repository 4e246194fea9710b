-- What is let pass between two balances is less than the transfer itself: on an account with much coming and going a
-- small one would pass for made that never was (S13).
ALTER FUNCTION ops.leg_balances(text) RENAME TO leg_movements;
CREATE FUNCTION ops.leg_balances(of_region text) RETURNS TABLE (
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
SELECT
    m.order_id,
    m.leg_no,
    m.leg_code,
    m.side,
    m.institution,
    m.account,
    m.amount,
    m.moved_on,
    m.before_on,
    m.before_balance,
    m.after_on,
    m.after_balance,
    m.transfers,
    m.difference,
    a.allowed,
    abs(m.difference) <= a.allowed
FROM ops.leg_movements(of_region) AS m
CROSS JOIN LATERAL (SELECT least(m.allowed, abs(m.amount) - 0.01) AS allowed) AS a
$$;

CREATE OR REPLACE VIEW ops.leg_balance AS
SELECT
    r.region,
    b.*
FROM (SELECT DISTINCT o.region FROM ops.transfer_order AS o) AS r
CROSS JOIN LATERAL ops.leg_balances(r.region) AS b;
