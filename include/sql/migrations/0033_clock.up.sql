-- Every login may set cunfang.today for its own session, and so move the days that an order waits for. It counts only
-- where the superuser has said that days are played through here: for this database, or for the whole server.
CREATE FUNCTION ops.rehearses() RETURNS boolean LANGUAGE sql STABLE AS $$
SELECT EXISTS (
    SELECT 1
    FROM pg_catalog.pg_db_role_setting AS s
    LEFT JOIN pg_catalog.pg_database AS d ON s.setdatabase = d.oid
    CROSS JOIN LATERAL unnest(s.setconfig) AS c (setting)
    WHERE
        s.setrole = 0 AND (s.setdatabase = 0 OR d.datname = current_database())
        AND c.setting LIKE 'cunfang.today=%'
)
$$;
COMMENT ON FUNCTION ops.rehearses() IS '本库（或整个服务器）由超级用户设了 cunfang.today：演练，会话里的 cunfang.today 才算数';

CREATE OR REPLACE FUNCTION ops.today() RETURNS date LANGUAGE sql STABLE AS $$
SELECT CASE
    WHEN nullif(current_setting('cunfang.today', TRUE), '') IS NOT NULL AND ops.rehearses()
        THEN CAST(current_setting('cunfang.today') AS date)
    ELSE CAST(clock_timestamp() AT TIME ZONE 'Asia/Shanghai' AS date)
END
$$;
