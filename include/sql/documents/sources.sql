-- Where each indicator value comes from: the observations that were taken, with file, sheet and cell (design §8.5). What
-- a predecessor's name stood beside is its successor's, and says so (S32). `times` is what a row counts on its side, so
-- that the side is Σ times·value: a term's factor, −1 for the earlier date of a change, 1/n in a mean.
WITH leaf AS (
    SELECT
        r.run_id,
        r.as_of,
        i.*
    FROM eval.run AS r
    INNER JOIN eval.indicator AS i ON r.rulebook_id = i.rulebook_id AND i.leaf
    WHERE r.run_id = %(run_id)s
),

-- The same date may stand in several submissions; the latest period's word counts, as in the evaluation.
observed AS (
    SELECT DISTINCT ON (n.family, n.feed, o.institution, o.measure, o.part, o.as_of)
        n.family,
        n.feed,
        n.as_of AS stands_for,
        o.*
    FROM eval.run_input AS n
    INNER JOIN core.observation AS o ON n.submission_id = o.submission_id
    WHERE n.run_id = %(run_id)s AND o.window_from IS NULL
    ORDER BY n.family ASC, n.feed ASC, o.institution ASC, o.measure ASC, o.part ASC, o.as_of ASC, n.period DESC
),

taken AS (
    SELECT
        l.indicator,
        o.institution AS reported,
        CASE WHEN o.measure = l.measure THEN 'numerator' ELSE 'denominator' END AS side,
        o.measure,
        o.column_name,
        o.part,
        o.window_from,
        o.as_of,
        o.value,
        CAST(1 AS numeric) AS times,
        o.submission_id,
        o.record_no
    FROM leaf AS l
    INNER JOIN observed AS o
        ON l.family = o.family AND o.measure IN (l.measure, l.over) AND o.as_of = coalesce(o.stands_for, l.as_of)
    WHERE l.basis = 'stock'
    UNION ALL
    SELECT
        l.indicator,
        f.reported,
        'numerator' AS side,
        f.measure,
        f.column_name,
        f.part,
        f.window_from,
        f.window_to,
        f.value,
        1,
        f.submission_id,
        f.record_no
    FROM leaf AS l
    INNER JOIN eval.run_flow AS f ON l.run_id = f.run_id AND l.family = f.family AND l.measure = f.measure
    WHERE l.basis = 'flow'
    UNION ALL
    SELECT
        l.indicator,
        e.reported,
        'event' AS side,
        e.kind,
        'done_at' AS column_name,
        e.event,
        e.due_on,
        e.done_on,
        CASE WHEN e.done_on <= e.due_on THEN 1 ELSE 0 END AS value,
        1,
        e.submission_id,
        e.record_no
    FROM leaf AS l
    INNER JOIN eval.run_timeliness AS e ON l.run_id = e.run_id AND l.indicator = e.indicator AND l.as_of >= e.due_on
    WHERE l.basis = 'on_time_rate'
)

SELECT
    t.indicator,
    v.institution,
    t.side,
    t.measure,
    t.column_name,
    concat_ws(' ', t.part, '原' || g.name) AS part,
    t.window_from,
    t.as_of,
    t.value,
    t.times,
    t.submission_id,
    s.feed,
    s.file_name AS file,
    coalesce(c.sheet, '') AS sheet,
    coalesce(c.cells ->> t.column_name, '') AS cell,
    c.row_no,
    coalesce(c.texts ->> t.column_name, '') AS text,
    coalesce(c.units ->> t.column_name, '') AS unit,
    CASE
        WHEN x.entry IS NOT NULL
            THEN concat('更正为“', x.corrected, '”（', x.said_by, ' ', x.said_on, '：', x.reason, '；条目 ', x.entry, '）')
        ELSE ''
    END AS correction
FROM taken AS t
INNER JOIN leaf AS l ON t.indicator = l.indicator
LEFT JOIN eval.lineage AS g ON g.run_id = %(run_id)s AND t.reported = g.institution
INNER JOIN eval.indicator_value AS v
    ON v.run_id = %(run_id)s AND v.institution = coalesce(g.heir, t.reported) AND t.indicator = v.indicator
INNER JOIN eval.participant AS p ON v.run_id = p.run_id AND v.institution = p.institution
INNER JOIN raw.submission AS s ON t.submission_id = s.submission_id
LEFT JOIN raw.record AS c ON t.submission_id = c.submission_id AND t.record_no = c.record_no
LEFT JOIN ops.correction_in_force AS x
    ON t.submission_id = x.submission_id AND t.record_no = x.record_no AND t.column_name = x.column_name
ORDER BY
    l.ordinal ASC, p.role <> 'commercial', p.role ASC, p.sort_no ASC, p.institution ASC, t.side DESC,
    s.feed ASC, t.part ASC, t.window_from ASC, t.as_of ASC, t.submission_id ASC, t.record_no ASC
