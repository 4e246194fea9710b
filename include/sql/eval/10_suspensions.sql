-- A bank without a figure of the measure in this year's deliveries is out from the day on, until it is supplied
-- (温州). The evidence is the submission that was looked through last.
CREATE TEMPORARY TABLE suspended ON COMMIT DROP AS
WITH due AS (
    SELECT
        c.*,
        k.suspension_family AS family,
        k.suspension_measure AS measure,
        k.suspension_clause AS clause,
        s.day
    FROM candidate AS c
    INNER JOIN eval.rulebook AS k ON c.rules_id = k.rulebook_id
    -- The 31st of a shorter month is its last day.
    CROSS JOIN
        LATERAL (
            SELECT
                least(
                    make_date(CAST(extract(YEAR FROM c.as_of) AS integer), k.suspension_month, 1) + k.suspension_day - 1,
                    CAST(
                        make_date(CAST(extract(YEAR FROM c.as_of) AS integer), k.suspension_month, 1)
                        + interval '1 month' AS date
                    ) - 1
                ) AS day
        ) AS s
    WHERE c.as_of >= s.day
),

looked_through AS (
    SELECT
        d.run_id,
        d.family,
        d.measure,
        n.submission_id,
        n.period
    FROM (
        SELECT DISTINCT
            run_id,
            as_of,
            family,
            measure
        FROM due
    ) AS d
    INNER JOIN eval.run_input AS n
        ON d.run_id = n.run_id AND d.family = n.family AND n.period LIKE to_char(d.as_of, 'YYYY') || '-%'
),

supplied AS (
    SELECT DISTINCT
        l.run_id,
        l.family,
        l.measure,
        coalesce(g.heir, o.institution) AS institution
    FROM looked_through AS l
    CROSS JOIN
        LATERAL (
            SELECT v.institution
            FROM core.observation AS v
            WHERE v.submission_id = l.submission_id AND v.measure = l.measure
            OFFSET 0 -- noqa: AM09
        ) AS o
    LEFT JOIN eval.lineage AS g ON l.run_id = g.run_id AND o.institution = g.institution
)

SELECT
    d.run_id,
    d.institution,
    d.kind,
    d.family,
    d.measure,
    d.day,
    d.clause,
    x.submission_id
FROM due AS d
LEFT JOIN LATERAL (
    SELECT l.submission_id
    FROM looked_through AS l
    WHERE l.run_id = d.run_id AND l.family = d.family AND l.measure = d.measure
    ORDER BY l.period DESC, l.submission_id DESC
    LIMIT 1
) AS x ON TRUE
WHERE
    NOT EXISTS (
        SELECT 1
        FROM supplied AS s
        WHERE (s.run_id, s.family, s.measure, s.institution) = (d.run_id, d.family, d.measure, d.institution)
    );

INSERT INTO obstacle (run_id, institution, place, reason, submission_id)
SELECT
    s.run_id,
    s.institution,
    5,
    format('今年没有报送 %s 的 %s，自 %s 起暂停参加，补报后恢复（%s）', s.family, s.measure, s.day, s.clause),
    s.submission_id
FROM suspended AS s;
