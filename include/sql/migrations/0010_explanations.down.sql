DROP VIEW mart.v_cn_finding_state, mart.v_finding_state, ops.finding_state;
DROP VIEW core.explanation_given, ops.correction_in_force, ops.last_finding;
DROP TABLE eval.run_finding, ops.correction, core.explanation;
ALTER TABLE ops.finding DROP COLUMN institution;
