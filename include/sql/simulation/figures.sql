-- The figures of some measures that a run reads, each with the row it stands in; of several versions the latest word. A
-- sum counts by its last window: what is added there is added to the sum. Events are counted in their own table.
SELECT DISTINCT ON (n.family, n.feed, o.institution, o.measure, o.part, o.as_of, o.window_from)
    n.family,
    n.feed,
    o.institution,
    o.measure,
    o.part,
    o.window_from,
    o.as_of,
    o.value,
    o.column_name,
    o.submission_id,
    o.record_no,
    coalesce(i.unit, '') AS unit
FROM eval.run_input AS n
INNER JOIN core.observation AS o ON n.submission_id = o.submission_id
LEFT JOIN core.indicator AS i ON o.submission_id = i.submission_id AND o.record_no = i.record_no
WHERE n.run_id = %(run_id)s AND o.measure = ANY(%(measures)s)
ORDER BY
    n.family ASC, n.feed ASC, o.institution ASC, o.measure ASC, o.part ASC, o.as_of ASC, o.window_from ASC,
    n.period DESC, n.submission_id DESC
