DROP TRIGGER not_too_late ON ops.order_event;
DROP TRIGGER counted_once ON eval.run_event;
DROP VIEW eval.run_true_up;
DROP TABLE eval.true_up, ops.run_correction_effect, ops.run_correction;
DROP FUNCTION eval.refuse_second_true_up;
DROP FUNCTION eval.true_up_elsewhere;
DROP FUNCTION ops.refuse_late_superseding;
DROP FUNCTION ops.audit_correction;
COMMENT ON COLUMN eval.bounded.stated_amount IS '规定额 f，元：基数、名次定额、加减的存款额；不随得分变动';
