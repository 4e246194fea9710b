-- The first message of a thread that went to this mailbox: keys of one thread begin alike.
SELECT dedup_key
FROM ops.outbox
WHERE recipient = %(recipient)s AND starts_with(dedup_key, %(prefix)s)
ORDER BY message_id
LIMIT 1;
