DROP VIEW mart.v_cn_concentration;
ALTER TABLE mart.dim_account DROP COLUMN is_pool;
