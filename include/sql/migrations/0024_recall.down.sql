DROP TABLE eval.run_recall;
DROP TABLE ops.recall_cause;
DROP VIEW ops.standing_warning;
DROP FUNCTION core.balances_on;
DROP FUNCTION core.accounts_on;
DROP FUNCTION core.bans;
DROP FUNCTION core.lineage;
ALTER TABLE eval.holding DROP COLUMN pooled;
ALTER TABLE core.account DROP COLUMN role;
