-- The feeds that a run had to do without, or took from the quarter before (S25).
SELECT
    s.feed,
    s.name,
    s.rule,
    coalesce(s.used_period, '') AS used_period
FROM eval.run_substitute AS s
WHERE s.run_id = %(run_id)s
ORDER BY s.feed
