-- Where each indicator value comes from: the observations that were taken, with file, sheet and cell (design §8.5). What
-- a predecessor's name stood beside is its successor's, and says so (S32). `times` is what a row counts on its side, so
-- that the side is Σ times·value: a term's factor, −1 for the earlier date of a change, 1/n in a mean. Of a growth the
-- earlier figures stand on both sides; of a change of a ratio each figure counts by its own denominator.
WITH leaf AS MATERIALIZED (
    SELECT
        r.run_id,
        r.as_of,
        i.rulebook_id <> r.rulebook_id AS policy,
        i.*
    FROM eval.run AS r
    INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id
    INNER JOIN eval.indicator AS i ON i.rulebook_id IN (k.rulebook_id, k.policy_rulebook_id) AND i.leaf
    WHERE r.run_id = %(run_id)s
),

-- Which rows stand for a date is the evaluation's own word: the views that it reads.
figure AS MATERIALIZED (
    SELECT
        'stock' AS kind,
        s.feed,
        s.measure,
        s.day,
        s.institution,
        s.reported,
        s.column_name,
        CAST(NULL AS text) AS part,
        CAST(NULL AS date) AS window_from,
        s.as_of,
        s.value,
        s.submission_id,
        s.record_no
    FROM eval.run_stock AS s
    WHERE s.run_id = %(run_id)s
    UNION ALL
    SELECT
        'flow',
        f.feed,
        f.measure,
        f.base,
        f.institution,
        f.reported,
        f.column_name,
        f.part,
        f.window_from,
        f.window_to,
        f.value,
        f.submission_id,
        f.record_no
    FROM eval.run_flow AS f
    WHERE f.run_id = %(run_id)s
),

read AS MATERIALIZED (
    SELECT
        l.rulebook_id,
        l.indicator,
        l.basis,
        l.over,
        m.side,
        m.phase,
        f.institution,
        f.reported,
        f.measure,
        f.column_name,
        f.part,
        f.window_from,
        f.as_of,
        f.value,
        f.submission_id,
        f.record_no,
        t.times * m.sign / CASE
            WHEN l.basis = 'average' THEN max(m.slot) OVER (PARTITION BY l.rulebook_id, l.indicator) ELSE 1
        END AS times
    FROM leaf AS l
    INNER JOIN eval.moment AS m
        ON
            l.run_id = m.run_id AND l.rulebook_id = m.rulebook_id AND l.indicator = m.indicator
            AND m.phase IN ('now', 'then')
    INNER JOIN eval.indicator_term AS t
        ON m.rulebook_id = t.rulebook_id AND m.indicator = t.indicator AND m.side = t.side AND m.term_no = t.term_no
    INNER JOIN figure AS f
        ON
            m.kind = f.kind AND m.feed = f.feed AND m.measure = f.measure AND m.day = f.day
            AND (t.parts = '{}' OR f.part IS NULL OR f.part = ANY(t.parts))
),

weighed AS (
    SELECT
        r.*,
        sum(r.value * r.times) FILTER (WHERE r.side = 'over') OVER (
            PARTITION BY r.rulebook_id, r.indicator, r.institution, r.phase
        ) AS over_value
    FROM read AS r
),

taken AS MATERIALIZED (
    SELECT
        w.rulebook_id,
        w.indicator,
        w.institution,
        w.reported,
        s.side,
        w.measure,
        w.column_name,
        w.part,
        w.window_from,
        w.as_of,
        w.value,
        s.times,
        w.submission_id,
        w.record_no,
        '' AS order_no
    FROM weighed AS w
    CROSS JOIN
        LATERAL (
            SELECT
                CASE w.side WHEN 'measure' THEN 'numerator' ELSE 'denominator' END AS side,
                w.times * CASE w.phase WHEN 'then' THEN -1 ELSE 1 END / CASE
                    WHEN w.side = 'measure' AND w.over IS NOT NULL AND w.basis IN ('increment', 'growth')
                        THEN nullif(w.over_value, 0)
                    ELSE 1
                END AS times
            UNION ALL
            SELECT
                'denominator',
                w.times
            WHERE w.basis = 'growth' AND w.over IS NULL AND w.phase = 'then'
        ) AS s
    UNION ALL
    SELECT
        l.rulebook_id,
        l.indicator,
        e.institution,
        e.reported,
        'event' AS side,
        e.kind,
        CASE e.order_no WHEN '' THEN 'done_at' ELSE 'executed_at' END AS column_name,
        e.event,
        e.due_on,
        e.done_on,
        CASE WHEN e.done_on <= e.due_on THEN 1 ELSE 0 END AS value,
        1,
        e.submission_id,
        e.record_no,
        e.order_no
    FROM leaf AS l
    INNER JOIN eval.run_timeliness AS e
        ON
            l.run_id = e.run_id AND l.rulebook_id = e.rulebook_id AND l.indicator = e.indicator
            AND l.as_of >= e.due_on
    WHERE l.basis = 'on_time_rate'
    UNION ALL
    SELECT
        l.rulebook_id,
        l.indicator,
        coalesce(g.heir, e.institution),
        e.institution,
        'numerator',
        e.severity,
        'severity',
        concat_ws(' ', e.event, e.decision),
        NULL,
        e.decided_on,
        1,
        t.times,
        e.submission_id,
        e.record_no,
        ''
    FROM leaf AS l
    INNER JOIN eval.moment AS m
        ON l.run_id = m.run_id AND l.rulebook_id = m.rulebook_id AND l.indicator = m.indicator AND m.phase = 'now'
    INNER JOIN eval.indicator_term AS t
        ON m.rulebook_id = t.rulebook_id AND m.indicator = t.indicator AND m.term_no = t.term_no
    INNER JOIN eval.run_supervisory_event AS e
        ON
            l.run_id = e.run_id AND t.measure = e.severity
            AND e.decided_on BETWEEN date_trunc('year', m.day) AND m.day
    LEFT JOIN eval.lineage AS g ON e.run_id = g.run_id AND e.institution = g.institution
    WHERE l.basis = 'event_count'
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
    coalesce(s.feed, 'bank_return') AS feed,
    -- A transfer that no bank has reported stands on the order alone.
    coalesce(s.file_name, '调整指令 ' || t.order_no) AS file,
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
INNER JOIN leaf AS l ON t.rulebook_id = l.rulebook_id AND t.indicator = l.indicator
LEFT JOIN eval.lineage AS g ON g.run_id = %(run_id)s AND t.reported = g.institution
INNER JOIN eval.participant AS p
    ON p.run_id = %(run_id)s AND t.institution = p.institution AND (p.role = 'policy') = l.policy
-- A value that was put in for a missing one has no numerator, and no figures of its own.
INNER JOIN eval.indicator_value AS v
    ON
        p.run_id = v.run_id AND p.institution = v.institution AND t.indicator = v.indicator
        AND v.numerator IS NOT NULL
LEFT JOIN raw.submission AS s ON t.submission_id = s.submission_id
LEFT JOIN raw.record AS c ON t.submission_id = c.submission_id AND t.record_no = c.record_no
LEFT JOIN ops.correction_in_force AS x
    ON t.submission_id = x.submission_id AND t.record_no = x.record_no AND t.column_name = x.column_name
ORDER BY
    l.policy ASC, l.ordinal ASC, p.role <> 'commercial', p.role ASC, p.sort_no ASC, p.institution ASC, t.side DESC,
    s.feed ASC, t.part ASC, t.window_from ASC, t.as_of ASC, t.submission_id ASC, t.record_no ASC
