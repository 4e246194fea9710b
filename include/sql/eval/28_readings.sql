-- Each bank's sums per indicator: Σ times·measure and Σ times·over, now and then, this year and a year before (step 30).
-- `given` counts the figures that the rule book must have, `owed` says how many these are: a stock at each date, of a
-- flow the sum up to the end of its window. What a term with `missing: zero` lacks counts 0, in a window of several
-- dates also a bank that an earlier file does not name.
CREATE TEMPORARY TABLE owed ON COMMIT DROP AS
SELECT
    m.run_id,
    m.rulebook_id,
    m.indicator,
    starts_with(m.phase, 'last_') AS last_year,
    max(m.slot) AS slots,
    count(DISTINCT concat(m.side, m.term_no)) FILTER (WHERE t.missing = 'stop') AS terms,
    max(m.day) FILTER (WHERE m.phase IN ('now', 'last_now')) AS as_of,
    count(DISTINCT concat_ws(' ', m.side, m.term_no, m.phase, f.figure)) FILTER (
        WHERE t.missing = 'stop' AND (m.kind = 'stock' OR m.slot = 1)
    ) AS owed,
    count(DISTINCT concat_ws(' ', m.side, m.term_no, m.phase, f.figure)) FILTER (
        WHERE m.kind = 'stock' OR m.slot = 1
    ) AS listed
FROM batch AS b
INNER JOIN eval.moment AS m ON b.run_id = m.run_id
INNER JOIN eval.indicator_term AS t
    ON m.rulebook_id = t.rulebook_id AND m.indicator = t.indicator AND m.side = t.side AND m.term_no = t.term_no
CROSS JOIN LATERAL (SELECT CASE m.kind WHEN 'stock' THEN concat(m.slot, m.feed) END AS figure) AS f
GROUP BY m.run_id, m.rulebook_id, m.indicator, starts_with(m.phase, 'last_');

CREATE TEMPORARY TABLE reading ON COMMIT DROP AS
WITH term AS (
    SELECT
        m.*,
        t.times,
        t.missing,
        t.parts,
        starts_with(m.phase, 'last_') AS last_year,
        m.side || CASE WHEN m.phase IN ('now', 'last_now') THEN '_now' ELSE '_then' END AS place
    FROM batch AS b
    INNER JOIN eval.moment AS m ON b.run_id = m.run_id
    INNER JOIN eval.indicator_term AS t
        ON m.rulebook_id = t.rulebook_id AND m.indicator = t.indicator AND m.side = t.side AND m.term_no = t.term_no
),

figure AS (
    SELECT
        t.run_id,
        t.rulebook_id,
        t.indicator,
        t.last_year,
        t.place,
        t.missing,
        o.institution,
        t.times * t.sign * o.value AS amount,
        1 AS given
    FROM term AS t
    INNER JOIN observed AS o
        ON t.run_id = o.run_id AND t.feed = o.feed AND t.measure = o.measure AND t.day = o.day
    WHERE t.kind = 'stock'
    UNION ALL
    SELECT
        t.run_id,
        t.rulebook_id,
        t.indicator,
        t.last_year,
        t.place,
        t.missing,
        c.institution,
        t.times * sum(t.sign * c.value) AS amount,
        CASE WHEN bool_or(t.slot = 1) THEN 1 ELSE 0 END AS given
    FROM term AS t
    INNER JOIN cumulated AS c
        ON t.run_id = c.run_id AND t.feed = c.feed AND t.measure = c.measure AND t.day = c.day
    WHERE t.kind = 'flow' AND (t.parts = '{}' OR c.part = ANY(t.parts))
    GROUP BY
        t.run_id, t.rulebook_id, t.indicator, t.last_year, t.place, t.term_no, t.times, t.missing, c.institution
)

SELECT
    f.run_id,
    f.rulebook_id,
    f.indicator,
    f.institution,
    f.last_year,
    sum(f.given) FILTER (WHERE f.missing = 'stop') AS owed,
    sum(f.given) AS listed,
    sum(f.amount) FILTER (WHERE f.place = 'measure_now') AS measure_now,
    sum(f.amount) FILTER (WHERE f.place = 'measure_then') AS measure_then,
    sum(f.amount) FILTER (WHERE f.place = 'over_now') AS over_now,
    sum(f.amount) FILTER (WHERE f.place = 'over_then') AS over_then
FROM figure AS f
GROUP BY f.run_id, f.rulebook_id, f.indicator, f.institution, f.last_year;

ANALYZE owed, reading;
