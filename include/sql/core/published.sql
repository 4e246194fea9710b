-- The periods of a region whose official result is published: no decision waives them any more (S14).
SELECT DISTINCT s.period
FROM eval.run_state AS s
WHERE s.region = %(region)s AND s.purpose = 'official' AND s.status = 'published';
