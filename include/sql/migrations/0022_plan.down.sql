DROP TRIGGER leg_holds ON eval.leg;
DROP FUNCTION eval.leg_holds();
DROP TABLE eval.transfer_plan;
