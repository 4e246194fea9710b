DROP VIEW ops.reconciliation;
