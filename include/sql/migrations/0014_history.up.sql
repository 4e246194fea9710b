-- Values of any basis: which figures an indicator reads at which dates, and the figures that stand for them.

-- The last day of the month that `day` lies in.
CREATE FUNCTION eval.month_end(day date) RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE AS
'SELECT CAST(date_trunc(''month'', day) + interval ''1 month - 1 day'' AS date)';

-- The dates at which an indicator is read, from its choices and the base date (step 30). The value of a phase is the sum
-- of `sign` × figure over its rows, in a mean over their number. A figure of kind `stock` is the one at that day, of kind
-- `flow` the sum from 1 January to that day. Phases: now, then (what a change is compared with), and where `last_year`
-- is asked for, the same two a year before. Slot 1 is the phase's own date, also in a window made of several dates.
CREATE FUNCTION eval.reading_days(
    basis text, flow_window text, since text, average_of text, as_of_month integer, lag_months integer, base date,
    last_year boolean
) RETURNS TABLE (phase text, slot integer, day date, sign integer, kind text)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
WITH back AS (
    SELECT
        y.years,
        eval.month_end(CAST(m.day - make_interval(years => y.years) AS date)) AS day
    FROM (
        SELECT
            CASE
                WHEN as_of_month IS NOT NULL
                    THEN CAST(make_date(CAST(date_part('year', base) AS integer), as_of_month, 1) - make_interval(
                        years => CASE
                            WHEN
                                eval.month_end(make_date(CAST(date_part('year', base) AS integer), as_of_month, 1)) > base
                                THEN 1
                            ELSE 0
                        END
                    ) AS date)
                WHEN lag_months IS NOT NULL
                    THEN CAST(date_trunc('month', base) - make_interval(months => lag_months) AS date)
                ELSE base
            END AS day
    ) AS m
    CROSS JOIN (VALUES (0), (1)) AS y (years)
    WHERE y.years = 0 OR last_year
),

anchor AS (
    SELECT
        CASE b.years WHEN 0 THEN '' ELSE 'last_' END || a.phase AS phase,
        a.day
    FROM back AS b
    CROSS JOIN LATERAL (
        SELECT
            'now' AS phase,
            b.day
        UNION ALL
        SELECT
            'then',
            CASE since
                WHEN 'year_start' THEN CAST(date_trunc('year', b.day) - interval '1 day' AS date)
                WHEN 'year_ago' THEN eval.month_end(CAST(b.day - interval '1 year' AS date))
                WHEN 'quarter_ago' THEN CAST(date_trunc('quarter', b.day) - interval '1 day' AS date)
            END
        WHERE since IS NOT NULL
    ) AS a
)

SELECT
    a.phase,
    s.slot,
    s.day,
    s.sign,
    CASE
        WHEN basis IN ('on_time_rate', 'event_count') THEN 'event'
        WHEN flow_window IS NOT NULL THEN 'flow'
        ELSE 'stock'
    END AS kind
FROM anchor AS a
CROSS JOIN LATERAL (
    SELECT
        1 AS slot,
        a.day,
        1 AS sign
    WHERE basis <> 'average'
    UNION ALL
    SELECT
        CAST(g.number AS integer),
        e.day,
        1
    FROM generate_series(
        date_trunc('year', a.day), a.day, CASE average_of WHEN 'months' THEN interval '1 month' ELSE interval '3 months' END
    ) WITH ORDINALITY AS g (month, number)
    CROSS JOIN LATERAL (
        SELECT
            CAST(
                g.month + CASE average_of WHEN 'months' THEN interval '1 month' ELSE interval '3 months' END
                - interval '1 day' AS date
            ) AS day
    ) AS e
    WHERE basis = 'average' AND e.day <= a.day
    UNION ALL
    -- The quarter is the year so far less the year up to the quarter before.
    SELECT
        2,
        CAST(date_trunc('quarter', a.day) - interval '1 day' AS date),
        -1
    WHERE flow_window = 'quarter' AND date_part('month', a.day) > 3
    UNION ALL
    -- Twelve months are the year so far, and of last year what came after this date.
    SELECT
        2,
        CAST(date_trunc('year', a.day) - interval '1 day' AS date),
        1
    WHERE flow_window = 'ttm' AND date_part('month', a.day) < 12
    UNION ALL
    SELECT
        3,
        eval.month_end(CAST(a.day - interval '1 year' AS date)),
        -1
    WHERE flow_window = 'ttm' AND date_part('month', a.day) < 12
) AS s
$$;

-- Year-ends that the four-falling rule (S16, N13) compares: of the year judged and of those before it, counted `back`
-- from the year of the base date. Judged is last year, and at the end of a year that year too.
CREATE FUNCTION eval.judged_year_ends(base date) RETURNS TABLE (back integer, day date)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT
    g.back,
    CAST(date_trunc('year', base) + interval '1 year' - make_interval(years => g.back) - interval '1 day' AS date)
FROM generate_series(CASE WHEN date_part('month', base) = 12 THEN 0 ELSE 1 END, 3) AS g (back)
$$;

CREATE TABLE eval.moment (
    run_id bigint NOT NULL REFERENCES eval.run,
    rulebook_id bigint NOT NULL,
    indicator text NOT NULL,
    side text NOT NULL CHECK (side IN ('measure', 'over')),
    term_no integer NOT NULL,
    family text NOT NULL,
    feed text NOT NULL,
    measure text NOT NULL,
    phase text NOT NULL CHECK (phase IN ('now', 'then', 'last_now', 'last_then', 'listed')),
    slot integer NOT NULL,
    day date NOT NULL,
    sign integer NOT NULL CHECK (sign IN (-1, 1)),
    kind text NOT NULL CHECK (kind IN ('stock', 'flow', 'event')),
    -- Figures are looked up by what comes first.
    PRIMARY KEY (run_id, feed, measure, day, rulebook_id, indicator, side, term_no, phase, slot)
);
COMMENT ON TABLE eval.moment IS '取数时点：本批次每个指标的每一项计量在哪些日期取哪个报送的数；indicator 为空串的是四项下降（S16）所需';
COMMENT ON COLUMN eval.moment.phase IS 'now 本期，then 所比的时点，last_ 上年同期的同一口径，listed 只列数';
COMMENT ON COLUMN eval.moment.kind IS 'stock 当日余额，flow 当年 1 月 1 日至当日累计，event 事项';
COMMENT ON COLUMN eval.moment.sign IS '该数在本期或所比时点的值中加（1）还是减（−1）；平均数为各数之和除以个数';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON eval.moment
FOR EACH STATEMENT EXECUTE FUNCTION eval.refuse_change();

-- Runs from before: stocks and flows at the base date of each feed.
INSERT INTO eval.moment (
    run_id, rulebook_id, indicator, side, term_no, family, feed, measure, phase, slot, day, sign, kind
)
SELECT
    r.run_id,
    t.rulebook_id,
    t.indicator,
    t.side,
    t.term_no,
    t.family,
    n.feed,
    t.measure,
    d.phase,
    d.slot,
    d.day,
    d.sign,
    d.kind
FROM eval.run AS r
INNER JOIN eval.indicator AS i ON r.rulebook_id = i.rulebook_id AND i.leaf
INNER JOIN eval.indicator_term AS t ON i.rulebook_id = t.rulebook_id AND i.indicator = t.indicator
INNER JOIN (
    SELECT
        run_id,
        family,
        feed,
        max(as_of) AS as_of
    FROM eval.run_input
    GROUP BY run_id, family, feed
) AS n ON r.run_id = n.run_id AND t.family = n.family
CROSS JOIN LATERAL eval.reading_days(
    i.basis, i.flow_window, i.since, i.average_of, i.as_of_month, i.lag_months, coalesce(n.as_of, r.as_of), FALSE
) AS d;

-- Stocks that stand for the moments of a run. The same date may stand in several submissions; the latest period's word
-- counts. Of the last day of a year that no row of a bank speaks of, the column `…_year_start` of the return after it
-- does. A figure under the name of a predecessor is its successor's (S32); two for one bank add up only where they are
-- the money of predecessors.
CREATE VIEW eval.run_stock AS
WITH spoken AS (
    SELECT
        n.run_id,
        n.family,
        n.feed,
        n.period,
        n.submission_id,
        o.record_no,
        o.institution AS reported,
        o.column_name,
        o.as_of,
        o.value,
        o.wanted AS measure,
        o.day,
        o.rank,
        coalesce(g.heir, o.institution) AS institution,
        g.name AS predecessor,
        g.name IS NOT NULL AND EXISTS (
            SELECT FROM core.credit AS c
            WHERE c.submission_id = n.submission_id
        ) AS adds_up
    FROM eval.run_input AS n
    -- OFFSET 0 makes the planner look up this submission instead of reading all that were ever delivered.
    CROSS JOIN
        LATERAL (
            SELECT
                v.*,
                s.wanted,
                s.day,
                s.rank
            FROM core.observation AS v
            CROSS JOIN
                LATERAL (
                    SELECT
                        v.measure AS wanted,
                        v.as_of AS day,
                        1 AS rank
                    UNION ALL
                    SELECT
                        left(v.measure, -11),
                        CAST(date_trunc('year', v.as_of) - interval '1 day' AS date),
                        2
                    WHERE right(v.measure, 11) = '_year_start'
                ) AS s
            INNER JOIN (
                SELECT DISTINCT
                    m.measure,
                    m.day
                FROM eval.moment AS m
                WHERE m.run_id = n.run_id AND m.feed = n.feed AND m.kind = 'stock'
            ) AS w ON s.wanted = w.measure AND s.day = w.day
            WHERE v.submission_id = n.submission_id AND v.window_from IS NULL
            OFFSET 0 -- noqa: AM09
        ) AS o
    LEFT JOIN eval.lineage AS g ON n.run_id = g.run_id AND o.institution = g.institution
),

marked AS (
    SELECT
        s.*,
        row_number() OVER (
            PARTITION BY s.run_id, s.feed, s.measure, s.day, s.reported
            ORDER BY s.rank, s.period DESC, s.as_of DESC, s.submission_id DESC
        ) AS version,
        min(s.rank) OVER (PARTITION BY s.run_id, s.feed, s.measure, s.day, s.institution) AS best
    FROM spoken AS s
)

SELECT
    m.run_id,
    m.family,
    m.feed,
    m.submission_id,
    m.record_no,
    m.institution,
    m.measure,
    m.column_name,
    m.day,
    m.as_of,
    m.value,
    m.reported,
    m.predecessor,
    m.adds_up
FROM marked AS m
WHERE m.version = 1 AND m.rank = m.best;
COMMENT ON VIEW eval.run_stock IS '批次所取的时点数：每个取数时点每家机构以哪份报送的哪一行为准；没有年末数的，以本年报表的年初列为准';

-- Flow rows that make up the sum of a year up to each base date of a run: the row from January to that date where there
-- is one, else the shorter windows inside; a cumulative row of a later file takes the place of the earlier ones it goes
-- on from. A figure without a window counts since January. Which rows were taken is a view, so that guards and explain
-- see the same ones. A predecessor's rows are its successor's; `reported` is the name in the file.
DROP VIEW eval.run_flow;
CREATE VIEW eval.run_flow AS
WITH flow AS (
    SELECT
        n.run_id,
        n.family,
        n.feed,
        n.period,
        o.base,
        to_char(o.base, 'YYYY"-Q"Q') AS base_period,
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
        (o.window_from = date_trunc('year', o.base) AND o.as_of = o.base) AS whole
    FROM eval.run_input AS n
    -- OFFSET 0 makes the planner look up this submission instead of reading all that were ever delivered.
    CROSS JOIN
        LATERAL (
            SELECT
                d.*,
                b.day AS base
            FROM (
                SELECT
                    v.record_no,
                    v.institution,
                    v.measure,
                    v.part,
                    v.column_name,
                    coalesce(v.window_from, CAST(date_trunc('year', v.as_of) AS date)) AS window_from,
                    v.as_of,
                    v.value
                FROM core.observation AS v
                WHERE v.submission_id = n.submission_id
            ) AS d
            INNER JOIN (
                SELECT DISTINCT
                    m.measure,
                    m.day
                FROM eval.moment AS m
                WHERE m.run_id = n.run_id AND m.feed = n.feed AND m.kind = 'flow'
            ) AS b
                ON d.measure = b.measure AND d.window_from >= date_trunc('year', b.day) AND d.as_of <= b.day
            OFFSET 0 -- noqa: AM09
        ) AS o
    LEFT JOIN eval.lineage AS l ON n.run_id = l.run_id AND o.institution = l.institution
),

marked AS (
    SELECT
        f.*,
        bool_or(f.whole) OVER (PARTITION BY f.run_id, f.feed, f.measure, f.base) AS feed_whole,
        bool_or(f.whole) OVER bank AS bank_whole,
        bool_or(f.period >= f.base_period) OVER bank AS bank_speaks,
        bool_or(f.whole) OVER (PARTITION BY f.run_id, f.feed, f.measure, f.base, f.reported, f.part) AS part_whole,
        row_number() OVER (
            PARTITION BY f.run_id, f.feed, f.measure, f.base, f.reported, f.part, f.window_from, f.window_to
            ORDER BY f.period DESC, f.submission_id DESC
        ) AS version,
        max(f.window_to) OVER (
            PARTITION BY f.run_id, f.feed, f.measure, f.base, f.reported, f.part, f.window_from
            ORDER BY f.period DESC GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS later_to
    FROM flow AS f
    WINDOW bank AS (PARTITION BY f.run_id, f.feed, f.measure, f.base, f.institution)
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
    m.reported,
    m.base
FROM marked AS m
WHERE
    m.version = 1
    AND coalesce(m.later_to < m.window_to, TRUE)
    AND (
        m.whole
        OR (
            NOT m.part_whole
            AND (m.period >= m.base_period OR NOT m.feed_whole OR (m.bank_speaks AND NOT m.bank_whole))
        )
    );
COMMENT ON VIEW eval.run_flow IS '批次所取的流量：每个基准日（base）当年累计由哪些行组成';

-- What was due and when it was done (N12), as before; of the feed's own period, never of history, and also by the rule
-- book that policy banks are judged by.
CREATE OR REPLACE VIEW eval.run_timeliness AS
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
    e.institution AS reported,
    i.rulebook_id
FROM eval.run AS r
INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id
INNER JOIN eval.indicator AS i
    ON i.rulebook_id IN (k.rulebook_id, k.policy_rulebook_id) AND i.basis = 'on_time_rate'
INNER JOIN eval.run_input AS n
    ON
        r.run_id = n.run_id AND i.family = n.family AND NOT n.history
        AND n.period = to_char(coalesce(n.as_of, r.as_of), 'YYYY"-Q"Q')
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
