-- Orders as they were published before they had a life; what only the life knows is dropped.
DROP TABLE mart.fact_order_event, mart.fact_correction;
DELETE FROM mart.fact_order_leg
WHERE run_key < 0 OR issued_on IS NULL;
DELETE FROM mart.fact_order
WHERE run_key < 0 OR issued_on IS NULL OR due_on IS NULL OR kind_code <> 'adjustment';
ALTER TABLE mart.fact_order_leg
DROP COLUMN paper_no, DROP COLUMN kind_code, DROP COLUMN kind_name, DROP COLUMN order_status_key,
DROP COLUMN receipt_submission_key, DROP COLUMN receipt_text, DROP COLUMN available_from, DROP COLUMN issued_on,
DROP COLUMN due_on, DROP COLUMN acknowledged_on, DROP COLUMN executed_on, DROP COLUMN confirmed_on,
DROP COLUMN counted_on, DROP COLUMN days_late, DROP COLUMN is_on_time, DROP COLUMN is_excused,
DROP COLUMN issued_amount, DROP COLUMN executed_amount, DROP COLUMN confirmed_amount,
DROP CONSTRAINT fact_order_leg_pkey,
ADD PRIMARY KEY (run_key, leg_no),
ADD UNIQUE (leg_code);
ALTER TABLE mart.fact_order
DROP COLUMN paper_no, DROP COLUMN kind_code, DROP COLUMN kind_name, DROP COLUMN order_status_key,
DROP COLUMN paper_status_code, DROP COLUMN paper_status_name, DROP COLUMN supersedes_no, DROP COLUMN superseded_by_no,
DROP COLUMN cause_text, DROP COLUMN drafted_on, DROP COLUMN signed_on, DROP COLUMN executed_on,
DROP COLUMN confirmed_on, DROP COLUMN issue_workdays, DROP COLUMN office_workdays, DROP COLUMN is_excused,
DROP COLUMN days_late, DROP COLUMN late_leg_count, DROP COLUMN cancelled_leg_count, DROP COLUMN scheduled_amount,
DROP COLUMN issued_amount, DROP COLUMN executed_amount, DROP COLUMN confirmed_amount, DROP COLUMN confirmed_ratio,
ADD UNIQUE (run_key, institution_key),
ALTER COLUMN issued_on SET NOT NULL,
ALTER COLUMN due_on SET NOT NULL;
ALTER TABLE mart.fact_allocation DROP COLUMN scheduled_amount;
DROP TABLE mart.dim_order_status;
DROP VIEW ops.order_bank, ops.order_progress, ops.leg_progress;
