-- Work tables of the indicator values: the stocks at the base date and the flows of the year that the rule book reads.
-- The same date may stand in several submissions; the latest period's word counts. A figure under the name of a
-- predecessor is its successor's (S32); two figures for one bank add up only where they are the money of two
-- predecessors, anything else is `doubtful`.
CREATE TEMPORARY TABLE observed ON COMMIT DROP AS
WITH reported AS (
    SELECT DISTINCT ON (n.run_id, n.family, n.feed, o.institution, o.measure)
        n.run_id,
        n.family,
        n.feed,
        coalesce(g.heir, o.institution) AS institution,
        g.name,
        g.name IS NOT NULL AND EXISTS (
            SELECT 1 FROM core.credit AS c
            WHERE c.submission_id = n.submission_id
        ) AS adds_up,
        o.measure,
        o.value
    FROM batch AS b
    INNER JOIN eval.run AS r ON b.run_id = r.run_id
    INNER JOIN eval.run_input AS n ON r.run_id = n.run_id
    INNER JOIN LATERAL (
        -- OFFSET 0 makes the planner look up this submission instead of reading all that were ever delivered.
        SELECT
            v.institution,
            v.measure,
            v.value
        FROM core.observation AS v
        WHERE
            v.submission_id = n.submission_id AND v.as_of = coalesce(n.as_of, r.as_of) AND v.window_from IS NULL
        OFFSET 0 -- noqa: AM09
    ) AS o ON TRUE
    LEFT JOIN eval.lineage AS g ON r.run_id = g.run_id AND o.institution = g.institution
    WHERE
        EXISTS (
            SELECT 1
            FROM eval.indicator AS i
            WHERE
                i.rulebook_id = r.rulebook_id AND i.basis = 'stock' AND i.family = n.family
                AND o.measure IN (i.measure, i.over)
        )
    ORDER BY n.run_id, n.family, n.feed, o.institution, o.measure, n.period DESC, n.submission_id DESC
)

SELECT
    p.run_id,
    p.family,
    p.feed,
    p.institution,
    p.measure,
    sum(p.value) AS value,
    string_agg(p.name, '、' ORDER BY p.name) AS predecessors,
    count(*) > 1 AND NOT bool_and(p.adds_up) AS doubtful
FROM reported AS p
GROUP BY p.run_id, p.family, p.feed, p.institution, p.measure;

CREATE TEMPORARY TABLE flow ON COMMIT DROP AS
SELECT w.*
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
INNER JOIN LATERAL (
    SELECT f.*
    FROM eval.run_flow AS f
    WHERE f.run_id = r.run_id
    OFFSET 0 -- noqa: AM09
) AS w ON TRUE
WHERE
    EXISTS (
        SELECT 1
        FROM eval.indicator AS i
        WHERE
            i.rulebook_id = r.rulebook_id AND i.flow_window = 'ytd' AND i.family = w.family AND i.measure = w.measure
    );

-- Families of feeds that this run had to do without, or took from the quarter before (S25).
CREATE TEMPORARY TABLE late ON COMMIT DROP AS
SELECT
    s.run_id,
    s.family,
    bool_or(s.rule = 'exclude') AS left_out,
    string_agg(s.name, '、' ORDER BY s.feed) || '逾期未报，不计入' AS reason,
    string_agg(format('%s逾期未报，用 %s 的数据', s.name, s.used_period), '；' ORDER BY s.feed) AS flag
FROM batch AS b
INNER JOIN eval.run_substitute AS s ON b.run_id = s.run_id
GROUP BY s.run_id, s.family;

-- The indicators that are scored; one whose feed is left out is not.
CREATE TEMPORARY TABLE leaf ON COMMIT DROP AS
SELECT
    r.run_id,
    r.as_of,
    k.full_scale,
    t.flag AS late_flag,
    i.*
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id
INNER JOIN eval.indicator AS i ON k.rulebook_id = i.rulebook_id AND i.leaf
LEFT JOIN late AS t ON r.run_id = t.run_id AND i.family = t.family
WHERE NOT coalesce(t.left_out, FALSE);

ANALYZE observed, flow, late, leaf;
