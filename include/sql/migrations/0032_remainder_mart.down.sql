DROP VIEW mart.v_cn_true_up, mart.v_current_true_up;
DROP TABLE mart.fact_true_up;
