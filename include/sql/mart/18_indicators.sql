-- The indicator tree of every rule-book version.
INSERT INTO mart.dim_indicator (
    rule_version_key, indicator_code, indicator_name, parent_code, parent_name, is_leaf, full_points, measure_code,
    over_measure_code, family_code, basis_code, basis_name, method_code, method_name, clause_text, sort_no
)
SELECT
    v.rule_version_key,
    i.indicator,
    i.name,
    coalesce(i.parent, ''),
    coalesce(p.name, ''),
    i.leaf,
    i.full_points,
    coalesce(i.measure, ''),
    coalesce(i.over, ''),
    coalesce(i.family, ''),
    coalesce(i.basis, ''),
    CASE i.basis
        WHEN 'stock' THEN '时点余额'
        WHEN 'flow' THEN '年初累计'
        WHEN 'on_time_rate' THEN '及时率'
        ELSE coalesce(i.basis, '')
    END,
    coalesce(i.method, ''),
    CASE i.method
        WHEN 'share_of_total' THEN '按占合计的比重'
        WHEN 'rate' THEN '按比率'
        ELSE coalesce(i.method, '')
    END,
    i.clause,
    i.ordinal
FROM eval.indicator AS i
INNER JOIN mart.dim_rule_version AS v ON i.rulebook_id = v.rulebook_id
LEFT JOIN eval.indicator AS p ON i.rulebook_id = p.rulebook_id AND i.parent = p.indicator
ON CONFLICT (rule_version_key, indicator_code) DO NOTHING
