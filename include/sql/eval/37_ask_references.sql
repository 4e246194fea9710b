-- The county is all its institutions: a figure that one of them lacks is asked for, unless it had not opened then.
SELECT
    c.run_id,
    'EVA-V050' AS check_id,
    'validity' AS class,
    format(
        '指标“%s”要与全县（S18）相比，缺少 %s 的 %s', f.name,
        string_agg(c.name, '、' ORDER BY c.sort_no, c.institution), f.measure
    ) AS message,
    format('请由报送单位（%s）补报这些机构的本期和所比时点的数', f.family) AS advice
FROM (
    SELECT DISTINCT
        x.run_id,
        x.rulebook_id,
        x.indicator
    FROM referred AS x
    WHERE x.reference IN ('county', 'county_others')
) AS w
INNER JOIN leaf AS f ON w.run_id = f.run_id AND w.rulebook_id = f.rulebook_id AND w.indicator = f.indicator
INNER JOIN owed AS o
    ON w.run_id = o.run_id AND w.rulebook_id = o.rulebook_id AND w.indicator = o.indicator AND NOT o.last_year
INNER JOIN candidate AS c ON w.run_id = c.run_id
LEFT JOIN reading AS g
    ON
        w.run_id = g.run_id AND w.rulebook_id = g.rulebook_id AND w.indicator = g.indicator AND NOT g.last_year
        AND c.institution = g.institution
LEFT JOIN (
    SELECT
        m.run_id,
        m.rulebook_id,
        m.indicator,
        min(m.day) AS day
    FROM batch AS b
    INNER JOIN eval.moment AS m ON b.run_id = m.run_id AND m.phase = 'then'
    GROUP BY m.run_id, m.rulebook_id, m.indicator
) AS d ON w.run_id = d.run_id AND w.rulebook_id = d.rulebook_id AND w.indicator = d.indicator
WHERE
    coalesce(g.owed, 0) < o.owed
    AND NOT (g.measure_now IS NOT NULL AND g.measure_then IS NULL AND coalesce(c.opened_on > d.day, FALSE))
GROUP BY c.run_id, f.rulebook_id, f.ordinal, f.indicator, f.name, f.measure, f.family
ORDER BY c.run_id, f.ordinal
