-- What pages and workbooks need to recompute points from what is stored.
ALTER TABLE eval.points ADD COLUMN gate numeric;
COMMENT ON COLUMN eval.points.gate IS '得分条件所比的数；不满足条件的不得分';
