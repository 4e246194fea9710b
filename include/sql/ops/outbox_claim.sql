-- The next message that is due and that no other deliverer holds.
SELECT
    message_id,
    recipient,
    content,
    attempts
FROM ops.outbox
WHERE sent_at IS NULL AND next_attempt_at <= %(now)s
ORDER BY next_attempt_at, message_id
LIMIT 1
FOR UPDATE SKIP LOCKED;
