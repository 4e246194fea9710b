UPDATE ops.outbox
SET sent_at = clock_timestamp(), attempts = attempts + 1, last_error = ''
WHERE message_id = %(message_id)s;
