UPDATE ops.outbox
SET attempts = %(attempts)s, last_error = %(last_error)s, next_attempt_at = %(next_attempt_at)s
WHERE message_id = %(message_id)s;
