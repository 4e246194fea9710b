INSERT INTO ops.outbox (kind, dedup_key, recipient, subject, content)
VALUES (%(kind)s, %(dedup_key)s, %(recipient)s, %(subject)s, %(content)s)
ON CONFLICT (dedup_key) DO NOTHING;
