-- Who may do what. Roles belong to the whole cluster, so another warehouse beside this one may have made them already.
-- noqa: disable=CP02
DO $$
DECLARE
    wanted record;
BEGIN
    FOR wanted IN
        SELECT * FROM (VALUES
            ('bi_reader', '只读组：只能查询集市 mart。登录角色加入本组，参数须在登录角色上另设（组的参数不继承）'),
            ('cunfang_pipeline', '流水线组：各环节所需的最小写权限，不能改结构，不能修改或删除只追加的表')
        ) AS r (name, meaning)
    LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = wanted.name);
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted.name);
            EXECUTE format('COMMENT ON ROLE %I IS %L', wanted.name, wanted.meaning);
            IF wanted.name = 'bi_reader' THEN
                ALTER ROLE bi_reader SET default_transaction_read_only = on;
                ALTER ROLE bi_reader SET statement_timeout = '60s';
            END IF;
        EXCEPTION
            -- Two warehouses migrated at the same moment: the other one was quicker.
            WHEN duplicate_object OR unique_violation THEN NULL;
        END;
    END LOOP;
END
$$;

REVOKE ALL ON SCHEMA raw, ops, core, eval, mart, public FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA raw, ops, core, eval, mart FROM PUBLIC;

GRANT USAGE ON SCHEMA mart TO bi_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA mart TO bi_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA mart GRANT SELECT ON TABLES TO bi_reader;

GRANT USAGE ON SCHEMA raw, ops, core, eval, mart, public TO cunfang_pipeline;
GRANT SELECT ON ALL TABLES IN SCHEMA raw, ops, core, eval, mart, public TO cunfang_pipeline;
GRANT INSERT ON ALL TABLES IN SCHEMA raw, ops, core, eval, mart TO cunfang_pipeline;
GRANT UPDATE, DELETE ON ALL TABLES IN SCHEMA mart TO cunfang_pipeline;
GRANT UPDATE ON ops.outbox, core.region TO cunfang_pipeline;
-- To lock a submission while it is decided, not to change it: its trigger refuses every change.
GRANT UPDATE (submission_id) ON raw.submission TO cunfang_pipeline;
GRANT UPDATE (reason, quarantined_at) ON ops.quarantine TO cunfang_pipeline;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA raw, ops, core, eval, mart TO cunfang_pipeline;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA raw, ops, core, eval, mart TO cunfang_pipeline;
ALTER DEFAULT PRIVILEGES IN SCHEMA raw, ops, core, eval GRANT SELECT, INSERT ON TABLES TO cunfang_pipeline;
ALTER DEFAULT PRIVILEGES IN SCHEMA mart GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO cunfang_pipeline;
ALTER DEFAULT PRIVILEGES IN SCHEMA raw, ops, core, eval, mart GRANT USAGE ON SEQUENCES TO cunfang_pipeline;
ALTER DEFAULT PRIVILEGES IN SCHEMA raw, ops, core, eval, mart GRANT EXECUTE ON FUNCTIONS TO cunfang_pipeline;
