-- The legs as they will be ordered, numbered in a stable order.
INSERT INTO eval.leg (
    run_id, leg_no, from_institution, to_institution, from_account, to_account, owner, fund_category, amount, status, reason
)
SELECT
    d.run_id,
    row_number() OVER (
        PARTITION BY d.run_id ORDER BY d.turn, d.from_institution, d.to_institution, d.from_account
    ),
    d.from_institution,
    d.to_institution,
    d.from_account,
    d.to_account,
    d.owner,
    d.fund_category,
    d.amount,
    CASE WHEN d.to_account IS NULL THEN 'blocked' ELSE 'planned' END,
    CASE WHEN d.to_account IS NULL THEN '需开户' ELSE '' END
FROM draft_leg AS d
