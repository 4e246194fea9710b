-- One form for every way of sharing out: target = clamp(f + λ·w, lower, upper). Each constraint that can hold a bank has
-- its own name.
ALTER TABLE eval.bounded DISABLE TRIGGER append_only;
ALTER TABLE eval.bounded
DROP CONSTRAINT bounded_binding_check,
ADD CONSTRAINT bounded_binding_check CHECK (
    binding IN ('none', 'floor', 'minimum', 'cap', 'deposits_cap', 'maximum', 'four_falling', 'by_rank', 'fixed')
),
ADD COLUMN stated_amount numeric(18, 2) NOT NULL DEFAULT 0,
ADD COLUMN weight numeric NOT NULL DEFAULT 0,
ADD COLUMN own_deposits numeric(18, 2);
-- Runs of before shared out by score alone.
UPDATE eval.bounded AS b
SET weight = s.score
FROM eval.score AS s
WHERE b.run_id = s.run_id AND b.institution = s.institution AND b.binding <> 'fixed';
ALTER TABLE eval.bounded ENABLE TRIGGER append_only;

COMMENT ON TABLE eval.bounded IS '有界分配（N9）：应存 = 规定额 + λ × 权数，不低于下限、不高于上限，合计等于可分配总量；与起作用的约束';
COMMENT ON COLUMN eval.bounded.floor_amount IS '下限，元：不调整存量，或更高的最低额度；先行列支的为列支额';
COMMENT ON COLUMN eval.bounded.cap_amount IS
'上限，元：集中度、自身存款比例、最高额度、四项均下降减少后的额度中最低的，但不低于不调整存量；空为不设';
COMMENT ON COLUMN eval.bounded.raw_target IS '不计上下限时的额度';
COMMENT ON COLUMN eval.bounded.stated_amount IS '规定额 f，元：基数、名次定额、加减的存款额；不随得分变动';
COMMENT ON COLUMN eval.bounded.weight IS 'λ 所乘的权数 w：得分、超出基数分的得分、档次系数，或平均分配的 1';
COMMENT ON COLUMN eval.bounded.own_deposits IS '按自身存款设上限时所用的存款余额，元';
COMMENT ON COLUMN eval.bounded.binding IS
'起作用的约束：none 按得分，floor 不调整存量，minimum 最低额度，cap 集中度上限，deposits_cap 自身存款比例上限，maximum 最高额度，'
'four_falling 四项均下降减少，by_rank 名次定额，fixed 先行列支';
COMMENT ON COLUMN eval.policy_support.project_capital IS '项目资本金，元：先行计入，考核未完成也保留，可以超过上限';
COMMENT ON COLUMN eval.policy_support.support_cap IS '平均数上限 P，元，向下取到分：各商业银行应存额度的平均数；一家政策性银行达到上限时为 T/(n+1)';
COMMENT ON COLUMN eval.policy_support.amount IS '应存额度，元';
COMMENT ON COLUMN mart.fact_allocation.binding_code IS
'起作用的约束代码：none、floor、minimum、cap、deposits_cap、maximum、four_falling、by_rank、fixed';
COMMENT ON COLUMN mart.fact_allocation.binding_name IS
'起作用的约束：按得分、下限、最低额度、上限、自身存款比例上限、最高额度、四项均下降、名次定额、先行扣除';
COMMENT ON COLUMN mart.fact_allocation.cap_amount IS '额度上限，元，各项上限中最低的，空为不设';
COMMENT ON COLUMN mart.fact_allocation.floor_amount IS '额度下限，元，即不调整存款或更高的最低额度';
