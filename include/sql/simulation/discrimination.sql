-- How far apart an indicator puts the banks that share by score: full points, least and most, and the spread as a share
-- of full points (an amount of bonus or penalty the same way). An indicator without full points has no share.
SELECT
    t.indicator,
    i.name,
    i.effect,
    i.full_points,
    count(*) AS banks,
    min(t.points) AS least,
    max(t.points) AS most,
    eval.ratio(max(t.points) - min(t.points), i.full_points) AS spread
FROM eval.points AS t
INNER JOIN eval.run AS r ON t.run_id = r.run_id
INNER JOIN eval.indicator AS i ON r.rulebook_id = i.rulebook_id AND t.indicator = i.indicator
INNER JOIN eval.participant AS p
    ON t.run_id = p.run_id AND t.institution = p.institution AND p.role = 'commercial'
WHERE t.run_id = %(run_id)s
GROUP BY t.indicator, i.name, i.effect, i.full_points, i.ordinal
ORDER BY i.ordinal
