DO $$
DECLARE
    item record;
BEGIN
    FOR item IN
        SELECT
            CAST(c.oid AS regclass) AS relation,
            a.attname
        FROM pg_class AS c
        INNER JOIN pg_attribute AS a ON c.oid = a.attrelid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.relnamespace = CAST('mart' AS regnamespace) AND c.relkind IN ('r', 'v')
    LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS NULL', item.relation, item.attname);
    END LOOP;
END
$$;
