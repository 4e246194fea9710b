DROP TRIGGER settled_whole ON eval.run_event;
DROP TRIGGER settled_whole ON eval.true_up_outcome;
DROP TRIGGER audited ON eval.true_up_outcome;
DROP TRIGGER audited ON eval.true_up_carried;
DROP TRIGGER append_only ON eval.true_up_outcome;
DROP TRIGGER append_only ON eval.true_up_carried;
DROP FUNCTION eval.audit_outcome, eval.check_signed_outcomes, eval.check_outcomes, eval.refuse_lost_true_up,
eval.true_up_unsettled, eval.carried_wrongly;
