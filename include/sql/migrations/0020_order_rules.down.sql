-- With the triggers that call them.
DROP FUNCTION ops.check_order_event, ops.check_leg_event, ops.check_approval, ops.check_leg, ops.write_audit CASCADE;
