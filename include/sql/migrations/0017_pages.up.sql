-- What pages, workbooks and BI need to say how points came about.
ALTER TABLE eval.points ADD COLUMN gate numeric;
COMMENT ON COLUMN eval.points.gate IS '得分条件所比的数；不满足条件的不得分';

ALTER TABLE mart.dim_indicator
ADD COLUMN effect_code text NOT NULL DEFAULT 'score',
ADD COLUMN effect_name text NOT NULL DEFAULT '计入总分';
COMMENT ON COLUMN mart.dim_indicator.effect_code IS
'计入方式代码：score、bonus、penalty、bonus_amount、penalty_amount';
COMMENT ON COLUMN mart.dim_indicator.effect_name IS '计入方式：计入总分、加分、减分、加存款额、减存款额；后两种没有得分';
COMMENT ON COLUMN mart.dim_indicator.full_points IS '满分，分；以存款额计的加减项为空';
COMMENT ON COLUMN mart.dim_indicator.basis_code IS
'取数口径代码：stock、flow、average、increment、growth、new_ratio、on_time_rate、event_count';

ALTER TABLE mart.fact_score
ADD COLUMN rank_no integer,
ADD COLUMN basis_text text NOT NULL DEFAULT '';
COMMENT ON COLUMN mart.fact_score.rank_no IS '按名次计分的指标中的名次，其余为空；不可相加';
COMMENT ON COLUMN mart.fact_score.basis_text IS '怎样得出这个分，一句话';
COMMENT ON COLUMN mart.fact_score.points IS '得分，分；末级指标之间可相加，减分为负';
