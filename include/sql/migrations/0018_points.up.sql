-- Values and points of many counties at once: that their run exists is asked once per statement, not once per row.
CREATE FUNCTION eval.shown(number numeric, percent boolean) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE
    WHEN percent THEN trim_scale(round(number * 100, 2)) || '%'
    WHEN abs(number) >= 100000000 THEN trim_scale(round(number / 100000000, 4)) || ' 亿'
    WHEN abs(number) >= 10000 THEN trim_scale(round(number / 10000, 4)) || ' 万'
    ELSE CAST(trim_scale(round(number, 4)) AS text)
END
$$;
COMMENT ON FUNCTION eval.shown IS '一个数在说明文字里的写法：比率写百分数，大数以万、亿计';

CREATE FUNCTION eval.run_is_known() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    unknown text;
BEGIN
    SELECT string_agg(CAST(i.run_id AS text), ', ') INTO unknown
    FROM (SELECT DISTINCT n.run_id FROM inserted AS n) AS i
    WHERE NOT EXISTS (SELECT 1 FROM eval.run AS r WHERE r.run_id = i.run_id);
    IF unknown IS NOT NULL THEN
        RAISE EXCEPTION 'no such run: %', unknown USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION eval.run_is_known IS '批次必须存在；批次只增不删，所以只须在写入时查';

ALTER TABLE eval.indicator_value DROP CONSTRAINT indicator_value_run_id_fkey;
CREATE TRIGGER run_is_known AFTER INSERT ON eval.indicator_value
REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION eval.run_is_known();
ALTER TABLE eval.points DROP CONSTRAINT points_run_id_fkey;
CREATE TRIGGER run_is_known AFTER INSERT ON eval.points
REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION eval.run_is_known();
