-- noqa: disable=CP02
ALTER DEFAULT PRIVILEGES IN SCHEMA raw, ops, core, eval, mart REVOKE ALL ON FUNCTIONS FROM cunfang_pipeline;
ALTER DEFAULT PRIVILEGES IN SCHEMA raw, ops, core, eval, mart REVOKE ALL ON SEQUENCES FROM cunfang_pipeline;
ALTER DEFAULT PRIVILEGES IN SCHEMA raw, ops, core, eval, mart REVOKE ALL ON TABLES FROM cunfang_pipeline;
ALTER DEFAULT PRIVILEGES IN SCHEMA mart REVOKE ALL ON TABLES FROM bi_reader;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA raw, ops, core, eval, mart FROM cunfang_pipeline;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA raw, ops, core, eval, mart FROM cunfang_pipeline;
REVOKE ALL ON ALL TABLES IN SCHEMA raw, ops, core, eval, mart, public FROM cunfang_pipeline;
REVOKE ALL ON SCHEMA raw, ops, core, eval, mart, public FROM cunfang_pipeline;
REVOKE ALL ON ALL TABLES IN SCHEMA mart FROM bi_reader;
REVOKE ALL ON SCHEMA mart FROM bi_reader;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA raw, ops, core, eval, mart TO PUBLIC;
GRANT USAGE ON SCHEMA public TO PUBLIC;

-- A role stays while another warehouse of the cluster grants it something, or while a login still belongs to it.
DO $$
DECLARE
    unwanted record;
BEGIN
    FOR unwanted IN
        SELECT r.rolname
        FROM pg_roles AS r
        WHERE
            r.rolname IN ('bi_reader', 'cunfang_pipeline')
            AND NOT EXISTS (SELECT FROM pg_auth_members AS m WHERE m.roleid = r.oid AND m.member <> CAST(current_user AS regrole))
    LOOP
        BEGIN
            EXECUTE format('DROP ROLE %I', unwanted.rolname);
        EXCEPTION
            WHEN dependent_objects_still_exist OR insufficient_privilege OR undefined_object THEN NULL;
        END;
    END LOOP;
END
$$;
