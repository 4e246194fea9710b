COMMENT ON COLUMN mart.fact_allocation.binding_code IS '起作用的约束代码：none、floor、cap、fixed';
COMMENT ON COLUMN mart.fact_allocation.binding_name IS '起作用的约束：按得分、下限、上限、先行扣除';
COMMENT ON COLUMN mart.fact_allocation.cap_amount IS '集中度上限，元，空为不设';
COMMENT ON COLUMN mart.fact_allocation.floor_amount IS '额度下限，元，即不调整存款';
COMMENT ON COLUMN eval.policy_support.project_capital IS NULL;
COMMENT ON COLUMN eval.policy_support.support_cap IS NULL;
COMMENT ON COLUMN eval.policy_support.amount IS NULL;
COMMENT ON COLUMN eval.bounded.floor_amount IS NULL;
COMMENT ON COLUMN eval.bounded.cap_amount IS NULL;
COMMENT ON COLUMN eval.bounded.raw_target IS NULL;
COMMENT ON COLUMN eval.bounded.binding IS NULL;
COMMENT ON TABLE eval.bounded IS '有界分配（N9）：按得分的原始额度、上下限与起作用的约束';

ALTER TABLE eval.bounded DISABLE TRIGGER append_only;
ALTER TABLE eval.bounded DROP CONSTRAINT bounded_binding_check;
-- What only this revision can name is named as nearly as the one before it can.
UPDATE eval.bounded
SET
    binding = CASE binding
        WHEN 'minimum' THEN 'floor'
        WHEN 'by_rank' THEN 'none'
        ELSE 'cap'
    END
WHERE binding IN ('minimum', 'deposits_cap', 'maximum', 'four_falling', 'by_rank');
ALTER TABLE eval.bounded
ADD CONSTRAINT bounded_binding_check CHECK (binding IN ('none', 'floor', 'cap', 'fixed')),
DROP COLUMN stated_amount,
DROP COLUMN weight,
DROP COLUMN own_deposits;
ALTER TABLE eval.bounded ENABLE TRIGGER append_only;
