-- Accounts by the latest register that stands; an account that only the run knows is added from there.
WITH known AS (
    SELECT
        a.account,
        a.institution,
        a.owner,
        a.fund_category,
        coalesce(a.adjustable, c.adjustable) AS adjustable,
        coalesce(a.basis, '') AS basis,
        a.opened_on,
        a.closed_on,
        coalesce(a.role = 'pool', FALSE) AS pool,
        s.period,
        s.submission_id
    FROM raw.standing_submission AS s
    INNER JOIN core.account AS a ON s.submission_id = a.submission_id
    INNER JOIN core.fund_category AS c ON a.fund_category = c.fund_category
    WHERE s.region = %(region)s
    UNION ALL
    SELECT
        h.account,
        h.institution,
        h.owner,
        h.fund_category,
        h.adjustable,
        h.basis,
        NULL,
        NULL,
        h.pooled,
        '',
        h.submission_id
    FROM eval.holding AS h
    WHERE h.run_id = %(run_id)s
)

INSERT INTO mart.dim_account (
    region_code, account_code, account_masked, institution_code, owner_name, fund_category_code, is_adjustable,
    basis_text, opened_on, closed_on, is_pool
)
SELECT DISTINCT ON (k.account)
    %(region)s,
    k.account,
    '****' || right(k.account, 4),
    k.institution,
    k.owner,
    k.fund_category,
    k.adjustable,
    k.basis,
    k.opened_on,
    k.closed_on,
    k.pool
FROM known AS k
ORDER BY k.account, k.period DESC, k.submission_id DESC
ON CONFLICT (region_code, account_code) DO UPDATE SET
    institution_code = excluded.institution_code,
    owner_name = excluded.owner_name,
    fund_category_code = excluded.fund_category_code,
    is_adjustable = excluded.is_adjustable,
    basis_text = excluded.basis_text,
    opened_on = excluded.opened_on,
    closed_on = excluded.closed_on,
    is_pool = excluded.is_pool
WHERE (
    mart.dim_account.institution_code, mart.dim_account.owner_name, mart.dim_account.fund_category_code,
    mart.dim_account.is_adjustable, mart.dim_account.basis_text, mart.dim_account.opened_on,
    mart.dim_account.closed_on, mart.dim_account.is_pool
) IS DISTINCT FROM (
    excluded.institution_code, excluded.owner_name, excluded.fund_category_code,
    excluded.is_adjustable, excluded.basis_text, excluded.opened_on, excluded.closed_on,
    excluded.is_pool
)
