-- Runs that end with the scores: an index (W10) places no money.
DELETE FROM batch AS b
USING eval.run AS r, eval.rulebook AS k
WHERE b.run_id = r.run_id AND r.rulebook_id = k.rulebook_id AND k.scheme = 'index'
