-- The indicator tree of every rule-book version.
INSERT INTO mart.dim_indicator (
    rule_version_key, indicator_code, indicator_name, parent_code, parent_name, is_leaf, full_points, measure_code,
    over_measure_code, family_code, basis_code, basis_name, method_code, method_name, effect_code,
    effect_name, clause_text, sort_no
)
SELECT
    v.rule_version_key,
    i.indicator,
    i.name,
    coalesce(i.parent, ''),
    coalesce(p.name, ''),
    i.leaf,
    CASE WHEN i.effect NOT IN ('bonus_amount', 'penalty_amount') THEN i.full_points END,
    coalesce(i.measure, ''),
    coalesce(i.over, ''),
    coalesce(i.family, ''),
    coalesce(i.basis, ''),
    coalesce(b.basis_name, i.basis, ''),
    coalesce(i.method, ''),
    coalesce(m.method_name, i.method, ''),
    i.effect,
    e.effect_name,
    i.clause,
    i.ordinal
FROM eval.indicator AS i
INNER JOIN mart.dim_rule_version AS v ON i.rulebook_id = v.rulebook_id
LEFT JOIN eval.indicator AS p ON i.rulebook_id = p.rulebook_id AND i.parent = p.indicator
LEFT JOIN (
    VALUES
    ('stock', '时点余额'), ('flow', '期间累计'), ('average', '平均余额'), ('increment', '增量'), ('growth', '增幅'),
    ('new_ratio', '新增额之比'), ('on_time_rate', '及时率'), ('event_count', '事项件数')
) AS b (basis, basis_name) ON i.basis = b.basis
LEFT JOIN (
    VALUES
    ('share_of_total', '按占合计的比重'), ('share_of_best', '按与最高者之比'), ('inverse_of_best', '按最低者与本行之比'),
    ('frontier', '按在最低与最高之间的位置'), ('rank_step', '按名次递减'), ('rank_bands', '按名次分档'), ('bands', '按值分档'),
    ('mean_cap', '达到平均得满分'), ('area_relative', '按高于或低于全辖水平'), ('target_completion', '按目标完成程度'),
    ('points_per_unit', '每单位计分'), ('pass_fail', '达标得分'), ('rate', '按比率'), ('score', '外部评分')
) AS m (method, method_name) ON i.method = m.method
INNER JOIN (
    VALUES
    ('score', '计入总分'), ('bonus', '加分'), ('penalty', '减分'), ('bonus_amount', '加存款额'), ('penalty_amount', '减存款额')
) AS e (effect, effect_name) ON i.effect = e.effect
ON CONFLICT (rule_version_key, indicator_code) DO NOTHING
