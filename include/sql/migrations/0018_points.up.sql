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

CREATE FUNCTION eval.sign(operator text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
'SELECT CASE operator WHEN ''>='' THEN ''≥'' WHEN ''<='' THEN ''≤'' ELSE operator END';
COMMENT ON FUNCTION eval.sign IS '比较符在说明文字里的写法';

CREATE FUNCTION eval.mean_of_bands(
    of_rulebook bigint, of_indicator text, first_place bigint, last_place bigint, otherwise numeric
) RETURNS numeric
LANGUAGE sql STABLE AS $$
SELECT eval.ratio(sum(coalesce(b.points, otherwise)), count(coalesce(b.points, otherwise)))
FROM generate_series(first_place, last_place) AS p (place)
LEFT JOIN eval.band AS b
    ON
        b.rulebook_id = of_rulebook AND b.indicator = of_indicator
        AND (b.lower IS NULL OR p.place > b.lower OR (b.lower_included AND p.place = b.lower))
        AND (b.upper IS NULL OR p.place < b.upper OR (b.upper_included AND p.place = b.upper))
HAVING count(*) = count(coalesce(b.points, otherwise))
$$;
COMMENT ON FUNCTION eval.mean_of_bands IS '并列的几家所占各名次的平均分；有名次不在任何一档、又没有写其余得几分的，为空';

CREATE FUNCTION eval.bands_are_apart() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    overlap text;
BEGIN
    SELECT string_agg(format('%s 第 %s、%s 档', a.indicator, a.band_no, b.band_no), '；') INTO overlap
    FROM inserted AS a
    INNER JOIN inserted AS b ON a.rulebook_id = b.rulebook_id AND a.indicator = b.indicator AND a.band_no < b.band_no
    WHERE
        (a.lower IS NULL OR b.upper IS NULL OR a.lower < b.upper OR (a.lower = b.upper AND a.lower_included AND b.upper_included))
        AND (b.lower IS NULL OR a.upper IS NULL OR b.lower < a.upper OR (b.lower = a.upper AND b.lower_included AND a.upper_included));
    IF overlap IS NOT NULL THEN
        RAISE EXCEPTION 'bands overlap: %', overlap USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION eval.bands_are_apart IS '一个值至多落在一档';
CREATE TRIGGER bands_are_apart AFTER INSERT ON eval.band
REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION eval.bands_are_apart();

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
