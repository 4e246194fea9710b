-- The value of every indicator for every bank that is scored: stocks at the base date, ratios of stocks, and sums of
-- flows since January (S06, S07, N2, N3); none where its feed is left out, flagged where taken from before (S25).
WITH stock AS (
    SELECT
        l.run_id,
        l.indicator,
        x.institution,
        x.value AS numerator,
        d.value AS denominator,
        CASE WHEN l.over IS NULL THEN x.value ELSE eval.ratio(x.value, d.value) END AS value
    FROM leaf AS l
    INNER JOIN observed AS x
        ON l.run_id = x.run_id AND l.family = x.family AND l.measure = x.measure
    LEFT JOIN observed AS d
        ON x.run_id = d.run_id AND x.feed = d.feed AND x.institution = d.institution AND l.over = d.measure
    WHERE l.basis = 'stock'
),

year_to_date AS (
    SELECT
        l.run_id,
        l.indicator,
        w.institution,
        sum(w.value) AS value
    FROM leaf AS l
    INNER JOIN flow AS w ON l.run_id = w.run_id AND l.family = w.family AND l.measure = w.measure
    WHERE l.flow_window = 'ytd'
    GROUP BY l.run_id, l.indicator, w.institution
),

on_time AS (
    SELECT
        l.run_id,
        l.indicator,
        e.institution,
        count(*) FILTER (WHERE e.done_on <= e.due_on) AS numerator,
        count(*) AS denominator,
        eval.ratio(count(*) FILTER (WHERE e.done_on <= e.due_on), count(*)) AS value
    FROM leaf AS l
    INNER JOIN eval.run_timeliness AS e
        ON l.run_id = e.run_id AND l.indicator = e.indicator AND l.as_of >= e.due_on
    WHERE l.basis = 'on_time_rate'
    GROUP BY l.run_id, l.indicator, e.institution
),

known AS (
    SELECT
        run_id,
        indicator,
        institution,
        value,
        numerator,
        denominator
    FROM stock
    WHERE value IS NOT NULL
    UNION ALL
    SELECT
        run_id,
        indicator,
        institution,
        value,
        NULL,
        NULL
    FROM year_to_date
    UNION ALL
    SELECT
        run_id,
        indicator,
        institution,
        value,
        numerator,
        denominator
    FROM on_time
),

cohort AS (
    SELECT
        k.run_id,
        k.indicator,
        eval.ratio(sum(k.value), count(*)) AS mean
    FROM known AS k
    INNER JOIN eval.participant AS p
        ON k.run_id = p.run_id AND k.institution = p.institution AND p.role = 'commercial'
    GROUP BY k.run_id, k.indicator
)

INSERT INTO eval.indicator_value (run_id, institution, indicator, value, numerator, denominator, flag)
SELECT
    p.run_id,
    p.institution,
    l.indicator,
    CASE WHEN k.value IS NOT NULL THEN k.value WHEN l.missing = 'zero' THEN 0 ELSE c.mean END,
    k.numerator,
    k.denominator,
    concat_ws(
        '；',
        CASE WHEN k.value IS NULL AND l.missing = 'zero' THEN '无记录，按 0 计' END,
        CASE WHEN k.value IS NULL AND l.missing <> 'zero' THEN '本期无事项，取有事项机构的平均数' END,
        l.late_flag
    )
FROM leaf AS l
INNER JOIN eval.participant AS p ON l.run_id = p.run_id AND p.role IN ('commercial', 'excluded')
LEFT JOIN known AS k ON l.run_id = k.run_id AND l.indicator = k.indicator AND p.institution = k.institution
LEFT JOIN cohort AS c ON l.run_id = c.run_id AND l.indicator = c.indicator
WHERE
    k.value IS NOT NULL OR l.missing = 'zero' OR (l.missing = 'mean' AND c.mean IS NOT NULL)
