DROP VIEW ops.period_state, ops.objection_state, ops.objection_window, ops.register_state, ops.standing_decision;
DROP TABLE ops.waiver, core.objection;
DROP VIEW core.account_history;
DROP TABLE core.account_past, core.decision_kind;
ALTER TABLE core.decision DROP COLUMN document, DROP COLUMN document_sha256;
DROP TABLE raw.document;
