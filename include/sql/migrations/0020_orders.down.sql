ALTER TABLE ops.approval DROP COLUMN order_id, DROP COLUMN step_no, DROP COLUMN round;
DROP VIEW ops.order_state, ops.leg_state, ops.order_paper;
DROP TABLE ops.leg_event, ops.order_event, ops.sign_step, ops.transfer_leg, ops.transfer_order, ops.order_move, ops.leg_move;
DROP TABLE eval.run_leg;
ALTER TABLE eval.holding DROP COLUMN moved;
ALTER TABLE eval.adjustment ALTER COLUMN carried SET EXPRESSION AS (delta - planned - blocked);
ALTER TABLE eval.adjustment DROP COLUMN scheduled;
ALTER TABLE eval.leg DROP CONSTRAINT leg_scheduled;
ALTER TABLE eval.leg DROP CONSTRAINT leg_status_check;
ALTER TABLE eval.leg ADD CONSTRAINT leg_status_check CHECK (status IN ('planned', 'blocked'));
ALTER TABLE eval.leg DROP COLUMN available_from;
ALTER TABLE eval.rulebook DROP COLUMN max_drift, DROP COLUMN execute_workdays, DROP COLUMN issue_workdays,
DROP COLUMN objection_workdays, DROP COLUMN recall_workdays, DROP COLUMN true_up_threshold, DROP COLUMN reserve_amount,
DROP COLUMN reserve_share;
ALTER TABLE eval.run_event ALTER COLUMN happened_at SET DEFAULT clock_timestamp();
DROP FUNCTION ops.moment, ops.today;
