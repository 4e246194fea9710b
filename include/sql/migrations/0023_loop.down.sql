DROP VIEW ops.leg_balance;
DROP FUNCTION ops.leg_balances;
DROP VIEW ops.account_balance, ops.leg_receipt, core.standing_bank_return;
DROP INDEX core.bank_return_region, core.bank_return_leg;
ALTER TABLE core.bank_return DROP COLUMN outcome, DROP COLUMN reason;
COMMENT ON COLUMN core.bank_return.executed_at IS '执行时间';

CREATE VIEW core.standing_bank_return AS
SELECT
    n.region,
    s.period,
    s.file_name,
    n.submission_id,
    n.record_no,
    n.institution,
    n.part,
    n.account,
    n.as_of,
    n.balance,
    n.deposits,
    n.loans,
    n.leg,
    n.executed_at,
    n.amount,
    n.reference
FROM (
    SELECT
        r.*,
        rank() OVER (
            PARTITION BY t.region, t.period, r.institution, r.part ORDER BY e.event_id DESC
        ) AS age
    FROM core.bank_return AS r
    INNER JOIN raw.submission AS t ON r.submission_id = t.submission_id
    INNER JOIN raw.submission_event AS e ON r.submission_id = e.submission_id AND e.status = 'accepted'
) AS n
INNER JOIN raw.submission AS s ON n.submission_id = s.submission_id
WHERE n.age = 1;
COMMENT ON VIEW core.standing_bank_return IS '现行有效的银行回报：每家银行每一种行，以最近一次被接受的报送为准';
