DROP VIEW mart.v_cn_allocation;
CREATE TEMPORARY TABLE said ON COMMIT DROP AS
SELECT
    a.attname,
    col_description(a.attrelid, a.attnum) AS meaning
FROM pg_attribute AS a
WHERE
    a.attrelid = CAST('mart.v_current_allocation' AS regclass) AND a.attnum > 0
    AND a.attname NOT IN ('stated_amount', 'weight_points', 'rounding_amount', 'basis_text');
DROP VIEW mart.v_current_allocation;
ALTER TABLE mart.fact_allocation
DROP COLUMN stated_amount,
DROP COLUMN weight_points,
DROP COLUMN rounding_amount,
DROP COLUMN basis_text;
CREATE VIEW mart.v_current_allocation AS
SELECT f.*
FROM mart.fact_allocation AS f
INNER JOIN mart.v_current_run AS r ON f.run_key = r.run_key;
COMMENT ON VIEW mart.v_current_allocation IS '现行应存额度分配。半可加：考核期之间不得相加';
DO $$
DECLARE
    item record;
BEGIN
    FOR item IN
        SELECT s.* FROM said AS s
    LOOP
        EXECUTE format('COMMENT ON COLUMN mart.v_current_allocation.%I IS %L', item.attname, item.meaning);
    END LOOP;
END
$$;
DROP TABLE said;

DROP TRIGGER quota_is_shared_out ON eval.quota;
DROP FUNCTION eval.quota_is_shared_out;
DROP TRIGGER bounded_belongs ON eval.bounded;
DROP FUNCTION eval.bounded_belongs;
CREATE OR REPLACE FUNCTION eval.allocation_closes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text;
BEGIN
    SELECT string_agg(format('批次 %s：应存合计 %s ≠ 总量 %s', q.run_id, a.total, q.total), '；') INTO broken
    FROM (
        SELECT i.run_id, sum(i.target) AS total FROM inserted AS i GROUP BY i.run_id
    ) AS a
    FULL JOIN eval.quota AS q USING (run_id)
    WHERE a.run_id IS NOT NULL AND a.total IS DISTINCT FROM q.total;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'allocation does not close: %', broken USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION eval.allocation_closes IS NULL;
ALTER TABLE eval.bounded ADD CONSTRAINT bounded_run_id_fkey FOREIGN KEY (run_id) REFERENCES eval.run;
ALTER TABLE eval.allocation ADD CONSTRAINT allocation_run_id_fkey FOREIGN KEY (run_id) REFERENCES eval.run;
DROP VIEW eval.allocation_ladder;
DROP FUNCTION eval.binding_name;
ALTER TABLE eval.bounded DROP CONSTRAINT bounded_in_order;
ALTER TABLE eval.quota DROP CONSTRAINT quota_reserved, DROP COLUMN stock, DROP COLUMN reserve;
