ALTER TABLE eval.quota DROP COLUMN stock, DROP COLUMN reserve;
