DROP VIEW
mart.v_cn_order_leg, mart.v_cn_adjustment, mart.v_cn_score, mart.v_cn_evaluation,
mart.v_current_dq_result, mart.v_current_alert, mart.v_current_order_leg, mart.v_current_order, mart.v_current_allocation,
mart.v_current_score, mart.v_current_run_input, mart.v_current_timeliness_event, mart.v_current_tax, mart.v_current_loan_balance,
mart.v_current_deposit_balance, mart.v_current_submission, mart.v_current_run;
