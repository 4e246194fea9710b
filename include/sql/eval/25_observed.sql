-- Work tables of the indicator values: the stocks at the base date and the flows of the year that the rule book reads.
-- The same date may stand in several submissions; the latest period's word counts.
CREATE TEMPORARY TABLE observed ON COMMIT DROP AS
SELECT DISTINCT ON (n.run_id, n.family, n.feed, o.institution, o.measure)
    n.run_id,
    n.family,
    n.feed,
    o.institution,
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
    WHERE v.submission_id = n.submission_id AND v.as_of = r.as_of AND v.window_from IS NULL
    OFFSET 0 -- noqa: AM09
) AS o ON TRUE
WHERE
    EXISTS (
        SELECT 1
        FROM eval.indicator AS i
        WHERE
            i.rulebook_id = r.rulebook_id AND i.basis = 'stock' AND i.family = n.family
            AND o.measure IN (i.measure, i.over)
    )
ORDER BY n.run_id, n.family, n.feed, o.institution, o.measure, n.period DESC, n.submission_id DESC;

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
            i.rulebook_id = r.rulebook_id AND i.basis = 'ytd' AND i.family = w.family AND i.measure = w.measure
    );

ANALYZE observed, flow;
