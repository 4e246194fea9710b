DROP TABLE
mart.fact_finding,
mart.fact_dq_result,
mart.fact_alert,
mart.fact_order_leg,
mart.fact_order,
mart.fact_allocation,
mart.fact_score,
mart.fact_timeliness_event, mart.fact_tax, mart.fact_loan_balance, mart.fact_deposit_balance, mart.fact_run_input;
