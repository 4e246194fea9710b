-- Work tables of who could take part: the register's rows that are open at the base date and that the scheme is about,
-- with the rule book whose rules of participation hold for each (S17), and the decisions of the batch (S15).
CREATE TEMPORARY TABLE ruling ON COMMIT DROP AS
SELECT
    d.*,
    r.as_of BETWEEN d.valid_from AND coalesce(d.valid_to, 'infinity') AS in_force
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
CROSS JOIN LATERAL (
    SELECT v.*
    FROM eval.run_decision AS v
    WHERE v.run_id = r.run_id
    OFFSET 0 -- noqa: AM09
) AS d;

CREATE TEMPORARY TABLE candidate ON COMMIT DROP AS
WITH register AS (
    SELECT
        r.run_id,
        r.as_of,
        r.year_start,
        r.rulebook_id,
        i.*
    FROM batch AS b
    INNER JOIN eval.run AS r ON b.run_id = r.run_id
    INNER JOIN eval.run_input AS n ON r.run_id = n.run_id AND n.feed = 'institutions'
    INNER JOIN core.institution AS i ON n.submission_id = i.submission_id
),

-- A successor is as old as the oldest of its predecessors (S32); one without a date is as old as can be.
inherited AS (
    SELECT
        g.run_id,
        g.heir,
        string_agg(g.name, '、' ORDER BY c.closed_on DESC, g.institution) AS names,
        min(coalesce(c.opened_on, '-infinity')) AS opened_on
    FROM batch AS b
    INNER JOIN eval.lineage AS g ON b.run_id = g.run_id
    INNER JOIN register AS c ON g.run_id = c.run_id AND g.institution = c.institution
    GROUP BY g.run_id, g.heir
)

SELECT
    c.run_id,
    c.as_of,
    c.year_start,
    c.institution,
    c.name,
    coalesce(c.short_name, c.name) AS short_name,
    c.type,
    coalesce(c.sort_no, 9999) AS sort_no,
    nullif(c.corporate_group, '') AS corporate_group,
    k.scheme,
    CASE
        WHEN c.type = '政策性' AND k.scheme = 'commercial' AND k.policy_banks <> 'take_part' THEN 'policy'
        ELSE 'commercial'
    END AS kind,
    CASE
        WHEN c.type <> '政策性' OR k.scheme <> 'commercial' OR k.policy_banks = 'take_part' THEN c.rulebook_id
        ELSE k.policy_rulebook_id
    END AS rules_id,
    least(c.opened_on, h.opened_on) AS opened_on,
    h.names AS predecessor_names,
    c.submission_id,
    c.record_no
FROM register AS c
INNER JOIN eval.rulebook AS k ON c.rulebook_id = k.rulebook_id
LEFT JOIN inherited AS h ON c.run_id = h.run_id AND c.institution = h.heir
WHERE
    coalesce(c.opened_on, '-infinity') <= c.as_of
    AND coalesce(c.closed_on, 'infinity') > c.as_of
    -- An index (W10) is about townships or counties, every other scheme about banks.
    AND (k.scheme = 'index') = (c.type IN ('乡镇', '县市区'))
    AND (k.scheme <> 'policy' OR c.type = '政策性');

ANALYZE ruling, candidate;
