ALTER TABLE eval.points DROP COLUMN gate;
