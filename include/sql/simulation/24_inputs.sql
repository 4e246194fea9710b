-- What each variant reads: all that its template reads, the changed copy in place of the original.
WITH pinned AS (
    INSERT INTO eval.run_input
    SELECT p.*
    FROM variant AS v
    INNER JOIN eval.run_input AS n ON v.template_id = n.run_id
    LEFT JOIN replaced AS x ON v.run_id = x.run_id AND n.submission_id = x.original_id
    CROSS JOIN
        LATERAL jsonb_populate_record(
            n, jsonb_build_object('run_id', v.run_id, 'submission_id', coalesce(x.copy_id, n.submission_id))
        ) AS p
    RETURNING run_id
),

made_good AS (
    INSERT INTO eval.true_up
    SELECT p.*
    FROM variant AS v
    INNER JOIN eval.true_up AS t ON v.template_id = t.run_id
    CROSS JOIN LATERAL jsonb_populate_record(t, jsonb_build_object('run_id', v.run_id)) AS p
    RETURNING run_id
),

taken_over AS (
    INSERT INTO eval.true_up_carried
    SELECT p.*
    FROM variant AS v
    INNER JOIN eval.true_up_carried AS t ON v.template_id = t.run_id
    CROSS JOIN LATERAL jsonb_populate_record(t, jsonb_build_object('run_id', v.run_id)) AS p
    RETURNING run_id
),

ordered AS (
    INSERT INTO eval.run_leg
    SELECT p.*
    FROM variant AS v
    INNER JOIN eval.run_leg AS g ON v.template_id = g.run_id
    CROSS JOIN LATERAL jsonb_populate_record(g, jsonb_build_object('run_id', v.run_id)) AS p
    RETURNING run_id
),

recalled AS (
    INSERT INTO eval.run_recall
    SELECT p.*
    FROM variant AS v
    INNER JOIN eval.run_recall AS r ON v.template_id = r.run_id
    CROSS JOIN LATERAL jsonb_populate_record(r, jsonb_build_object('run_id', v.run_id)) AS p
    RETURNING run_id
)

INSERT INTO eval.run_substitute
SELECT p.*
FROM variant AS v
INNER JOIN eval.run_substitute AS s ON v.template_id = s.run_id
CROSS JOIN LATERAL jsonb_populate_record(s, jsonb_build_object('run_id', v.run_id)) AS p
