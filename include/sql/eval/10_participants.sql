-- Who takes part, in which role, on what evidence (S11, S15, S17, S22, S32). Of a group only the first takes part,
-- by sort number and then code, among those that nothing else keeps out.
WITH carve AS (
    SELECT DISTINCT ON (c.run_id, c.institution)
        c.run_id,
        c.institution,
        d.decision,
        d.reason,
        d.amount,
        d.submission_id,
        d.record_no
    FROM candidate AS c
    INNER JOIN ruling AS d
        ON c.run_id = d.run_id AND c.institution = d.institution AND d.kind = 'carve_out' AND d.in_force
    WHERE
        NOT EXISTS (
            SELECT 1 FROM obstacle AS o
            WHERE o.run_id = c.run_id AND o.institution = c.institution AND o.place <= 2
        )
    ORDER BY c.run_id, c.institution, d.decided_on DESC, d.submission_id DESC, d.record_no DESC
),

crowded AS (
    SELECT
        c.run_id,
        c.institution,
        6 AS place,
        format('与 %s 同属 %s，同一集团只由一家参加（%s）', first_value(c.name) OVER seat, c.corporate_group, m.clause) AS reason,
        c.submission_id,
        c.record_no,
        row_number() OVER seat AS seat_no
    FROM candidate AS c
    INNER JOIN eval.rulebook AS k ON c.rules_id = k.rulebook_id AND k.one_per_group
    LEFT JOIN eval.parameter AS m ON k.rulebook_id = m.rulebook_id AND m.path = 'participation.one_per_group'
    WHERE
        c.corporate_group IS NOT NULL
        AND NOT EXISTS (
            SELECT 1 FROM obstacle AS o
            WHERE o.run_id = c.run_id AND o.institution = c.institution
        )
        AND NOT EXISTS (
            SELECT 1 FROM carve AS v
            WHERE v.run_id = c.run_id AND v.institution = c.institution
        )
    WINDOW seat AS (PARTITION BY c.run_id, c.kind, c.corporate_group ORDER BY c.sort_no, c.institution)
),

barred AS (
    SELECT
        o.run_id,
        o.institution,
        string_agg(o.reason, '；' ORDER BY o.place) AS reason,
        (array_agg(o.submission_id ORDER BY o.place))[1] AS submission_id,
        (array_agg(o.record_no ORDER BY o.place))[1] AS record_no
    FROM (
        SELECT
            run_id,
            institution,
            place,
            reason,
            submission_id,
            record_no
        FROM obstacle
        UNION ALL
        SELECT
            run_id,
            institution,
            place,
            reason,
            submission_id,
            record_no
        FROM crowded
        WHERE seat_no > 1
    ) AS o
    GROUP BY o.run_id, o.institution
)

INSERT INTO eval.participant (
    run_id, institution, name, short_name, type, sort_no, role, reason, carve_out_amount,
    evidence_submission_id, evidence_record_no, predecessor_names
)
SELECT
    c.run_id,
    c.institution,
    c.name,
    c.short_name,
    c.type,
    c.sort_no,
    CASE WHEN v.institution IS NOT NULL THEN 'carved_out' WHEN x.institution IS NOT NULL THEN 'excluded' ELSE c.kind END,
    CASE
        WHEN v.institution IS NOT NULL THEN concat_ws(' ', '一事一议', v.decision, v.reason)
        WHEN x.institution IS NOT NULL THEN x.reason
        WHEN c.kind = 'policy' AND s.name IS NOT NULL THEN format('政策性银行，按《%s》单独考核', s.name)
        WHEN c.kind = 'policy' THEN '政策性银行，单独考核，额度按现存额列支'
        ELSE ''
    END,
    v.amount,
    coalesce(v.submission_id, x.submission_id),
    CASE WHEN v.institution IS NULL THEN x.record_no ELSE v.record_no END,
    coalesce(c.predecessor_names, '')
FROM candidate AS c
LEFT JOIN carve AS v ON c.run_id = v.run_id AND c.institution = v.institution
LEFT JOIN barred AS x ON c.run_id = x.run_id AND c.institution = x.institution
LEFT JOIN eval.rulebook AS s ON c.kind = 'policy' AND c.rules_id = s.rulebook_id
