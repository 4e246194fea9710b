-- Made again by the next file, once the columns are gone.
DROP VIEW mart.v_cn_alert;
DROP VIEW mart.v_current_alert;
