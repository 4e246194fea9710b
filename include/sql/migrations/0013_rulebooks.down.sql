DROP TABLE
eval.policy_support, eval.four_falling, eval.supplement, eval.parameter, eval.rank_amount, eval.band, eval.indicator_term;

ALTER TABLE eval.points
DROP COLUMN rank,
DROP COLUMN reference,
DROP COLUMN basis;
ALTER TABLE eval.indicator_value
DROP COLUMN class,
DROP COLUMN before_value,
DROP COLUMN as_of;
ALTER TABLE core.institution DROP COLUMN corporate_group;
ALTER TABLE eval.run DROP COLUMN purpose;
ALTER TABLE eval.run_input DROP COLUMN history;

ALTER TABLE eval.indicator DISABLE TRIGGER append_only;
ALTER TABLE eval.indicator
DROP CONSTRAINT indicator_basis_check,
DROP CONSTRAINT indicator_method_check;
-- What only this revision can say is said as nearly as the one before it can.
UPDATE eval.indicator
SET
    basis = CASE basis WHEN 'flow' THEN 'ytd' WHEN 'on_time_rate' THEN basis ELSE 'stock' END,
    method = CASE method WHEN 'rate' THEN method ELSE 'share_of_total' END
WHERE leaf;
ALTER TABLE eval.indicator
ADD CONSTRAINT indicator_basis_check CHECK (basis IN ('stock', 'ytd', 'on_time_rate')),
ADD CONSTRAINT indicator_method_check CHECK (method IN ('share_of_total', 'rate')),
DROP COLUMN effect,
DROP COLUMN flow_window,
DROP COLUMN since,
DROP COLUMN as_of_month,
DROP COLUMN lag_months,
DROP COLUMN average_of,
DROP COLUMN reference,
DROP COLUMN reference_value,
DROP COLUMN reference_measure,
DROP COLUMN gate,
DROP COLUMN gate_operator,
DROP COLUMN gate_value,
DROP COLUMN gate_measure,
DROP COLUMN operator,
DROP COLUMN base_points,
DROP COLUMN step,
DROP COLUMN step_percent,
DROP COLUMN per_point,
DROP COLUMN below_per_point,
DROP COLUMN unit,
DROP COLUMN unit_points,
DROP COLUMN below_unit_points,
DROP COLUMN threshold,
DROP COLUMN whole_steps,
DROP COLUMN otherwise_points,
DROP COLUMN out_of,
DROP COLUMN cap_points,
DROP COLUMN floor_points,
DROP COLUMN direction,
DROP COLUMN ties,
DROP COLUMN keeps_sign,
DROP COLUMN all_zero,
DROP COLUMN decimals,
DROP COLUMN exempt_types;
ALTER TABLE eval.indicator ENABLE TRIGGER append_only;

ALTER TABLE eval.rulebook ALTER COLUMN content TYPE jsonb;
ALTER TABLE eval.rulebook
DROP COLUMN scheme,
DROP COLUMN score_decimals,
DROP COLUMN bonus_cap,
DROP COLUMN penalty_cap,
DROP COLUMN bonus_amount_cap,
DROP COLUMN penalty_amount_cap,
DROP COLUMN tie_break,
DROP COLUMN allocation,
DROP COLUMN base_amount,
DROP COLUMN base_score,
DROP COLUMN top,
DROP COLUMN leftover,
DROP COLUMN deposits_cap,
DROP COLUMN deposits_family,
DROP COLUMN deposits_measure,
DROP COLUMN minimum_amount,
DROP COLUMN maximum_amount,
DROP COLUMN remainder,
DROP COLUMN policy_banks,
DROP COLUMN policy_rulebook_id,
DROP COLUMN policy_support,
DROP COLUMN minimum_months,
DROP COLUMN first_year,
DROP COLUMN one_per_group,
DROP COLUMN suspension_family,
DROP COLUMN suspension_measure,
DROP COLUMN suspension_month,
DROP COLUMN suspension_day,
DROP COLUMN suspension_clause,
DROP COLUMN four_falling_tax,
DROP COLUMN four_falling_rate,
DROP COLUMN four_falling_clause;
COMMENT ON COLUMN eval.indicator.full_points IS '该指标的满分：各级权重之积乘以总分';
COMMENT ON COLUMN eval.indicator.measure IS NULL;
