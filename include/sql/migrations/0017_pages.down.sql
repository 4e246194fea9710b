COMMENT ON COLUMN mart.fact_score.points IS '得分，分；末级指标之间可相加';
ALTER TABLE mart.fact_score
DROP COLUMN rank_no,
DROP COLUMN basis_text;
COMMENT ON COLUMN mart.dim_indicator.basis_code IS '取数口径代码：stock、ytd、on_time_rate';
COMMENT ON COLUMN mart.dim_indicator.full_points IS '满分，分';
ALTER TABLE mart.dim_indicator
DROP COLUMN effect_code,
DROP COLUMN effect_name;
ALTER TABLE eval.points DROP COLUMN gate;
