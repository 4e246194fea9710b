-- Values that are counted from events: the share of errands done in time (N12), and supervisory events of the severities
-- named that were decided in the year up to the date (S24), where none is 0. Transfers that the office issued late are
-- left out of the share and said (S31).
INSERT INTO valued (
    run_id, rulebook_id, cohort, indicator, institution, role, value, numerator, denominator, class, as_of, flag
)
SELECT
    l.run_id,
    l.rulebook_id,
    l.cohort,
    l.indicator,
    e.institution,
    p.role,
    eval.ratio(count(*) FILTER (WHERE e.done_on <= e.due_on), count(*)),
    count(*) FILTER (WHERE e.done_on <= e.due_on),
    count(*),
    '',
    l.as_of,
    coalesce(min(x.said), '')
FROM leaf AS l
INNER JOIN eval.run_timeliness AS e
    ON l.run_id = e.run_id AND l.rulebook_id = e.rulebook_id AND l.indicator = e.indicator AND l.as_of >= e.due_on
INNER JOIN eval.participant AS p ON e.run_id = p.run_id AND e.institution = p.institution
INNER JOIN eval.indicator AS i ON l.rulebook_id = i.rulebook_id AND l.indicator = i.indicator
LEFT JOIN (
    SELECT
        o.run_id,
        coalesce(h.heir, o.from_institution) AS institution,
        concat('另有 ', count(*), ' 笔划转下达迟延，不计（', string_agg(o.leg_code, '、' ORDER BY o.leg_code), '）') AS said
    FROM eval.run_leg AS o
    LEFT JOIN eval.lineage AS h ON o.run_id = h.run_id AND o.from_institution = h.institution
    WHERE o.timed AND o.excused
    GROUP BY o.run_id, coalesce(h.heir, o.from_institution)
) AS x
    ON
        e.run_id = x.run_id AND e.institution = x.institution
        AND 'adjustment' = ANY(string_to_array(i.measure, ','))
WHERE l.basis = 'on_time_rate'
GROUP BY l.run_id, l.rulebook_id, l.cohort, l.indicator, l.as_of, e.institution, p.role
UNION ALL
SELECT
    l.run_id,
    l.rulebook_id,
    l.cohort,
    l.indicator,
    p.institution,
    p.role,
    coalesce(sum(t.times) FILTER (WHERE e.event IS NOT NULL), 0),
    coalesce(sum(t.times) FILTER (WHERE e.event IS NOT NULL), 0),
    NULL,
    '',
    m.day,
    ''
FROM leaf AS l
INNER JOIN eval.moment AS m
    ON l.run_id = m.run_id AND l.rulebook_id = m.rulebook_id AND l.indicator = m.indicator AND m.phase = 'now'
INNER JOIN eval.indicator_term AS t
    ON m.rulebook_id = t.rulebook_id AND m.indicator = t.indicator AND m.term_no = t.term_no
INNER JOIN eval.participant AS p ON l.run_id = p.run_id
LEFT JOIN (
    SELECT
        s.run_id,
        s.event,
        s.severity,
        s.decided_on,
        coalesce(g.heir, s.institution) AS institution
    FROM eval.run_supervisory_event AS s
    LEFT JOIN eval.lineage AS g ON s.run_id = g.run_id AND s.institution = g.institution
    WHERE s.run_id = ANY(ARRAY(SELECT b.run_id FROM batch AS b))
) AS e
    ON
        p.run_id = e.run_id AND p.institution = e.institution AND t.measure = e.severity
        AND e.decided_on BETWEEN date_trunc('year', m.day) AND m.day
WHERE l.basis = 'event_count'
GROUP BY l.run_id, l.rulebook_id, l.cohort, l.indicator, m.day, p.institution, p.role;

ANALYZE valued;
