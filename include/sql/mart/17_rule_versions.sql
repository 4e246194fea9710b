-- Every loaded version of a rule book; a version never changes.
INSERT INTO mart.dim_rule_version (
    rulebook_id, rulebook_code, content_hash, rule_version, rule_name, document_title, effective_from, effective_to,
    parent_code, full_scale, quota_mode_code, quota_mode_name, rounding_unit, min_leg_amount, loaded_at
)
SELECT
    b.rulebook_id,
    b.code,
    b.content_hash,
    b.code || ' ' || left(b.content_hash, 8),
    b.name,
    b.document,
    b.effective_from,
    b.effective_to,
    coalesce(b.parent, ''),
    b.full_scale,
    b.quota_mode,
    CASE b.quota_mode
        WHEN 'stock' THEN '全部存量'
        WHEN 'stock_less_reserve' THEN '存量扣除支付备付'
        WHEN 'fixed' THEN '政府核定数额'
        ELSE b.quota_mode
    END,
    b.rounding_unit,
    b.min_leg,
    to_char(b.loaded_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS')
FROM eval.rulebook AS b
ON CONFLICT (rulebook_id) DO NOTHING
