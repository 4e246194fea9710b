DROP VIEW
mart.v_cn_finding, mart.v_cn_dq_result, mart.v_cn_alert, mart.v_cn_timeliness_event, mart.v_cn_tax,
mart.v_cn_loan_balance, mart.v_cn_deposit_balance;
