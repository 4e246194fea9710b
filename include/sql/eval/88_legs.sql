-- The legs as they will be ordered, numbered in a stable order: what moves now, what waits until a time deposit matures,
-- what waits for an account.
INSERT INTO eval.leg (
    run_id, leg_no, from_institution, to_institution, from_account, to_account, owner, fund_category, amount, status,
    available_from, reason
)
SELECT
    d.run_id,
    row_number() OVER (
        PARTITION BY d.run_id
        ORDER BY
            d.to_account IS NULL, s.available_from NULLS FIRST, d.turn, d.from_bank, d.to_bank, d.item
    ),
    f.institution,
    t.institution AS to_institution,
    s.account,
    d.to_account,
    s.owner,
    s.fund_category,
    d.amount,
    CASE
        WHEN d.to_account IS NULL THEN 'blocked'
        WHEN s.available_from IS NULL THEN 'planned'
        ELSE 'scheduled'
    END,
    s.available_from,
    concat_ws(
        '；',
        CASE WHEN d.to_account IS NULL THEN '需开户' END,
        '定期存款 ' || s.available_from || ' 到期后划转'
    )
FROM draft_leg AS d
INNER JOIN need AS f ON d.from_bank = f.bank
INNER JOIN need AS t ON d.to_bank = t.bank
INNER JOIN supply AS s ON d.item = s.item
