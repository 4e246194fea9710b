-- Fund categories (S01) and whether their stock moves (S02).
INSERT INTO mart.dim_fund_category (
    fund_category_code, fund_category_name, parent_code, parent_name, is_adjustable, sort_no
)
SELECT
    c.fund_category,
    c.name,
    coalesce(p.fund_category, ''),
    coalesce(p.name, ''),
    c.adjustable,
    c.sort_no
FROM core.fund_category AS c
LEFT JOIN core.fund_category AS p ON c.parent = p.fund_category
ON CONFLICT (fund_category_code) DO UPDATE SET
    fund_category_name = excluded.fund_category_name,
    parent_code = excluded.parent_code,
    parent_name = excluded.parent_name,
    is_adjustable = excluded.is_adjustable,
    sort_no = excluded.sort_no
WHERE (
    mart.dim_fund_category.fund_category_name, mart.dim_fund_category.parent_code,
    mart.dim_fund_category.parent_name, mart.dim_fund_category.is_adjustable, mart.dim_fund_category.sort_no
) IS DISTINCT FROM (
    excluded.fund_category_name, excluded.parent_code, excluded.parent_name, excluded.is_adjustable, excluded.sort_no
)
