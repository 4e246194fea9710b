DROP VIEW eval.run_flow, eval.run_timeliness;

-- Flow rows that make up a year-to-date figure: the year-to-date row of the period where there is one, else the
-- shorter windows inside the year. Which rows were taken is a view, so that guards and explain see the same ones.
CREATE VIEW eval.run_flow AS
WITH flow AS (
    SELECT
        n.run_id,
        n.family,
        n.feed,
        n.period,
        r.period AS run_period,
        n.submission_id,
        o.record_no,
        o.institution,
        o.measure,
        o.part,
        o.column_name,
        o.window_from,
        o.as_of AS window_to,
        o.value,
        (o.window_from = r.year_start AND o.as_of = r.as_of) AS whole
    FROM eval.run AS r
    INNER JOIN eval.run_input AS n ON r.run_id = n.run_id
    -- OFFSET 0 makes the planner look up this submission instead of reading all that were ever delivered.
    CROSS JOIN LATERAL (
        SELECT v.*
        FROM core.observation AS v
        WHERE v.submission_id = n.submission_id AND v.window_from >= r.year_start AND v.as_of <= r.as_of
        OFFSET 0 -- noqa: AM09
    ) AS o
),

marked AS (
    SELECT
        f.*,
        bool_or(f.whole) OVER (PARTITION BY f.run_id, f.feed, f.measure) AS feed_whole,
        bool_or(f.whole) OVER (PARTITION BY f.run_id, f.feed, f.measure, f.institution, f.part) AS part_whole,
        row_number() OVER (
            PARTITION BY f.run_id, f.feed, f.measure, f.institution, f.part, f.window_from, f.window_to
            ORDER BY f.period DESC
        ) AS version
    FROM flow AS f
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
    m.value
FROM marked AS m
WHERE m.version = 1 AND (m.whole OR (NOT m.part_whole AND (m.period = m.run_period OR NOT m.feed_whole)));

-- What was due and when it was done (N12): an event without a due date is due k working days after its issue.
CREATE VIEW eval.run_timeliness AS
SELECT
    r.run_id,
    i.indicator,
    n.submission_id,
    e.record_no,
    e.event,
    e.institution,
    e.kind,
    CAST(e.done_at AS date) AS done_on,
    coalesce(CAST(e.due_at AS date), d.day) AS due_on
FROM eval.run AS r
INNER JOIN eval.indicator AS i ON r.rulebook_id = i.rulebook_id AND i.basis = 'on_time_rate'
INNER JOIN eval.run_input AS n ON r.run_id = n.run_id AND i.family = n.family AND r.period = n.period
INNER JOIN core.timeliness_event AS e
    ON n.submission_id = e.submission_id AND e.kind = ANY(string_to_array(i.measure, ','))
LEFT JOIN LATERAL (
    SELECT w.day
    FROM core.workday AS w
    WHERE w.day > CAST(e.issued_at AS date) AND w.is_workday
    ORDER BY w.day
    LIMIT
        1
        OFFSET greatest(i.due_workdays - 1, 0)
) AS d ON TRUE;

ALTER TABLE eval.participant DROP COLUMN predecessor_names;
ALTER TABLE eval.run_input DROP COLUMN as_of;
DROP TABLE eval.lineage, eval.run_substitute;
DROP VIEW ops.standing_substitution;
DROP TABLE ops.substitution;
