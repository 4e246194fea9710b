DROP VIEW ops.reconciliation;
DROP FUNCTION ops.reconciliations;
