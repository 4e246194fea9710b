DROP VIEW mart.v_cn_period;
