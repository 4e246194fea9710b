-- Runs as cunfang_owner after each migration: two logins, each in one group. Passwords become those of the environment.
\set ON_ERROR_STOP on
\getenv pipeline_password WAREHOUSE_PIPELINE_PASSWORD
\getenv bi_password WAREHOUSE_BI_PASSWORD

SELECT format('CREATE ROLE %I LOGIN', wanted.name)
FROM (VALUES ('cunfang_worker'), ('cunfang_bi')) AS wanted (name)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted.name)
\gexec

ALTER ROLE cunfang_worker PASSWORD :'pipeline_password';
GRANT cunfang_pipeline TO cunfang_worker;
-- TEMPORARY: the plan of transfers is worked out in tables of its session.
GRANT CONNECT, TEMPORARY ON DATABASE :"DBNAME" TO cunfang_worker;

ALTER ROLE cunfang_bi PASSWORD :'bi_password';
GRANT bi_reader TO cunfang_bi;
GRANT CONNECT ON DATABASE :"DBNAME" TO cunfang_bi;
-- The settings of a group are not inherited by its members.
ALTER ROLE cunfang_bi SET default_transaction_read_only = on;
ALTER ROLE cunfang_bi SET statement_timeout = '60s';
