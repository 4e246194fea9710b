-- Allocation with proof: T and what it is derived from, the ladder from score to amount, and what no write may break.
ALTER TABLE eval.quota DISABLE TRIGGER append_only;
ALTER TABLE eval.quota
ADD COLUMN stock numeric(18, 2),
ADD COLUMN reserve numeric(18, 2) NOT NULL DEFAULT 0 CHECK (reserve >= 0);
UPDATE eval.quota AS q
SET stock = coalesce((SELECT sum(h.balance) FROM eval.holding AS h WHERE h.run_id = q.run_id), 0);
ALTER TABLE eval.quota ENABLE TRIGGER append_only;
COMMENT ON COLUMN eval.quota.stock IS '基准日范围内存量合计，元';
COMMENT ON COLUMN eval.quota.reserve IS '支付准备，元：从存量中留出、不参加分配、留在原处的部分（S04）';
