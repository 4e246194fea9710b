SELECT count(*)
FROM ops.outbox
WHERE sent_at IS NULL AND attempts >= %(attempts)s;
