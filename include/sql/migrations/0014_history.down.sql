DROP VIEW eval.run_flow, eval.run_timeliness, eval.run_stock;
DROP TABLE eval.moment;
DROP FUNCTION eval.judged_year_ends, eval.reading_days, eval.month_end;

-- Flow rows that make up a year-to-date figure: the year-to-date row of the period where there is one, else the
-- shorter windows inside the year; a cumulative row of a later file takes the place of the earlier ones it goes on
-- from. Which rows were taken is a view, so that guards and explain see the same ones. A predecessor's rows are its
-- successor's; `reported` is the name in the file.
CREATE VIEW eval.run_flow AS
WITH flow AS (
    SELECT
        n.run_id,
        n.family,
        n.feed,
        n.period,
        b.period AS base_period,
        n.submission_id,
        o.record_no,
        coalesce(l.heir, o.institution) AS institution,
        o.institution AS reported,
        o.measure,
        o.part,
        o.column_name,
        o.window_from,
        o.as_of AS window_to,
        o.value,
        (o.window_from = b.year_start AND o.as_of = b.as_of) AS whole
    FROM eval.run AS r
    INNER JOIN eval.run_input AS n ON r.run_id = n.run_id
    CROSS JOIN
        LATERAL (
            SELECT
                coalesce(n.as_of, r.as_of) AS as_of,
                CAST(date_trunc('year', coalesce(n.as_of, r.as_of)) AS date) AS year_start,
                to_char(coalesce(n.as_of, r.as_of), 'YYYY"-Q"Q') AS period
        ) AS b
    -- OFFSET 0 makes the planner look up this submission instead of reading all that were ever delivered.
    CROSS JOIN
        LATERAL (
            SELECT v.*
            FROM core.observation AS v
            WHERE v.submission_id = n.submission_id AND v.window_from >= b.year_start AND v.as_of <= b.as_of
            OFFSET 0 -- noqa: AM09
        ) AS o
    LEFT JOIN eval.lineage AS l ON n.run_id = l.run_id AND o.institution = l.institution
),

marked AS (
    SELECT
        f.*,
        bool_or(f.whole) OVER (PARTITION BY f.run_id, f.feed, f.measure) AS feed_whole,
        bool_or(f.whole) OVER bank AS bank_whole,
        bool_or(f.period = f.base_period) OVER bank AS bank_speaks,
        bool_or(f.whole) OVER (PARTITION BY f.run_id, f.feed, f.measure, f.reported, f.part) AS part_whole,
        row_number() OVER (
            PARTITION BY f.run_id, f.feed, f.measure, f.reported, f.part, f.window_from, f.window_to
            ORDER BY f.period DESC
        ) AS version,
        max(f.window_to) OVER (
            PARTITION BY f.run_id, f.feed, f.measure, f.reported, f.part, f.window_from
            ORDER BY f.period DESC GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS later_to
    FROM flow AS f
    WINDOW bank AS (PARTITION BY f.run_id, f.feed, f.measure, f.institution)
)

SELECT
    m.run_id,
    m.family,
    m.feed,
    m.submission_id,
    m.record_no,
    m.institution,
    m.measure,
    m.part,
    m.column_name,
    m.window_from,
    m.window_to,
    m.value,
    m.reported
FROM marked AS m
WHERE
    m.version = 1
    AND coalesce(m.later_to < m.window_to, TRUE)
    AND (
        m.whole
        OR (
            NOT m.part_whole
            AND (m.period = m.base_period OR NOT m.feed_whole OR (m.bank_speaks AND NOT m.bank_whole))
        )
    );

-- What was due and when it was done (N12): an event without a due date is due k working days after its issue. The
-- events of a predecessor are its successor's.
CREATE VIEW eval.run_timeliness AS
SELECT
    r.run_id,
    i.indicator,
    n.submission_id,
    e.record_no,
    e.event,
    coalesce(l.heir, e.institution) AS institution,
    e.kind,
    CAST(e.done_at AS date) AS done_on,
    coalesce(CAST(e.due_at AS date), d.day) AS due_on,
    e.institution AS reported
FROM eval.run AS r
INNER JOIN eval.indicator AS i ON r.rulebook_id = i.rulebook_id AND i.basis = 'on_time_rate'
INNER JOIN eval.run_input AS n
    ON r.run_id = n.run_id AND i.family = n.family AND n.period = to_char(coalesce(n.as_of, r.as_of), 'YYYY"-Q"Q')
INNER JOIN core.timeliness_event AS e
    ON n.submission_id = e.submission_id AND e.kind = ANY(string_to_array(i.measure, ','))
LEFT JOIN eval.lineage AS l ON r.run_id = l.run_id AND e.institution = l.institution
LEFT JOIN LATERAL (
    SELECT w.day
    FROM core.workday AS w
    WHERE w.day > CAST(e.issued_at AS date) AND w.is_workday
    ORDER BY w.day
    LIMIT
        1
        OFFSET greatest(i.due_workdays - 1, 0)
) AS d ON TRUE;
