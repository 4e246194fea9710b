-- Late rules in force for a region and period: the feed itself has not been accepted since (S25).
SELECT
    s.feed,
    s.rule,
    s.used_period
FROM ops.standing_substitution AS s
WHERE s.region = %(region)s AND s.period = %(period)s
ORDER BY s.feed
