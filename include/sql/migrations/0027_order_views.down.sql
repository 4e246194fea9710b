-- The views go before the tables that they read; what the columns of one were said to mean is kept for its like.
CREATE TEMPORARY TABLE said ON COMMIT DROP AS
SELECT
    a.attname,
    col_description(a.attrelid, a.attnum) AS meaning
FROM pg_attribute AS a
WHERE
    a.attrelid = CAST('mart.v_current_allocation' AS regclass) AND a.attnum > 0 AND a.attname <> 'scheduled_amount';
DROP VIEW mart.v_cn_order_event, mart.v_cn_order_paper, mart.v_cn_order, mart.v_cn_overdue, mart.v_cn_order_leg,
mart.v_cn_adjustment, mart.v_current_allocation, mart.v_current_order_event, mart.v_current_order_leg,
mart.v_current_order;
DROP VIEW mart.v_cn_correction;
