-- Runs once, when the warehouse's server is made: the owner of the structure, who is no superuser, and its database.
\set ON_ERROR_STOP on
\getenv owner_password WAREHOUSE_OWNER_PASSWORD

-- CREATEROLE, as the migrations make the groups cunfang_pipeline and bi_reader.
CREATE ROLE cunfang_owner LOGIN CREATEROLE PASSWORD :'owner_password';
CREATE DATABASE warehouse OWNER cunfang_owner;
REVOKE ALL ON DATABASE warehouse FROM PUBLIC;
