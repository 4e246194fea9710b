-- Who carries on the business of a bank that has closed by the base date (S32): the successor of its successor, and so
-- on, to the last one that had opened. A circle leads nowhere.
INSERT INTO eval.lineage (run_id, institution, heir, name)
WITH RECURSIVE known AS (
    SELECT
        r.run_id,
        r.as_of,
        i.institution,
        coalesce(i.short_name, i.name) AS name,
        i.opened_on,
        i.closed_on <= r.as_of AS gone,
        i.successor
    FROM batch AS b
    INNER JOIN eval.run AS r ON b.run_id = r.run_id
    INNER JOIN eval.run_input AS n ON r.run_id = n.run_id AND n.feed = 'institutions'
    INNER JOIN core.institution AS i ON n.submission_id = i.submission_id
),

way AS (
    SELECT
        k.run_id,
        k.institution,
        k.name,
        k.institution AS heir,
        1 AS step,
        ARRAY[k.institution] AS passed,
        FALSE AS circle
    FROM known AS k
    WHERE k.gone AND k.successor IS NOT NULL
    UNION ALL
    SELECT
        w.run_id,
        w.institution,
        w.name,
        s.institution AS heir,
        w.step + 1 AS step,
        w.passed || s.institution AS passed,
        s.institution = ANY(w.passed) AS circle
    FROM way AS w
    INNER JOIN known AS k ON w.run_id = k.run_id AND w.heir = k.institution AND k.gone
    INNER JOIN known AS s ON k.run_id = s.run_id AND k.successor = s.institution
    WHERE NOT w.circle AND coalesce(s.opened_on, '-infinity') <= s.as_of
)

SELECT
    e.run_id,
    e.institution,
    e.heir,
    e.name
FROM (
    SELECT DISTINCT ON (w.run_id, w.institution) w.*
    FROM way AS w
    ORDER BY w.run_id, w.institution, w.step DESC
) AS e
WHERE NOT e.circle AND e.heir <> e.institution
