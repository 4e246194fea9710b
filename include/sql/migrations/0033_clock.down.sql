CREATE OR REPLACE FUNCTION ops.today() RETURNS date LANGUAGE sql STABLE AS $$
SELECT coalesce(
    CAST(nullif(current_setting('cunfang.today', TRUE), '') AS date),
    CAST(clock_timestamp() AT TIME ZONE 'Asia/Shanghai' AS date)
)
$$;
DROP FUNCTION ops.rehearses();
