ALTER FUNCTION ops.leg_balances(text) RENAME TO small_balances;
ALTER FUNCTION ops.leg_movements(text) RENAME TO leg_balances;
CREATE OR REPLACE VIEW ops.leg_balance AS
SELECT
    r.region,
    b.*
FROM (SELECT DISTINCT o.region FROM ops.transfer_order AS o) AS r
CROSS JOIN LATERAL ops.leg_balances(r.region) AS b;
DROP FUNCTION ops.small_balances;
