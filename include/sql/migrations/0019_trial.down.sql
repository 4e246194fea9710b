DROP VIEW eval.official_run;
DROP VIEW eval.run_state;
CREATE VIEW eval.run_state AS
SELECT
    r.run_id,
    r.region,
    r.period,
    r.as_of,
    r.year_start,
    r.rulebook_id,
    r.input_hash,
    r.computed_at,
    b.code AS rulebook_code,
    b.content_hash AS rulebook_hash,
    e.status,
    e.actor,
    e.happened_at AS status_at
FROM eval.run AS r
INNER JOIN eval.rulebook AS b ON r.rulebook_id = b.rulebook_id
LEFT JOIN LATERAL (
    SELECT
        v.status,
        v.actor,
        v.happened_at
    FROM eval.run_event AS v
    WHERE v.run_id = r.run_id
    ORDER BY v.event_id DESC
    LIMIT 1
) AS e ON TRUE;
COMMENT ON VIEW eval.run_state IS '考核批次及其现状';
DROP TABLE eval.trial_finding;
DROP TRIGGER trial_is_not_published ON mart.dim_run;
DROP TRIGGER trial_stays_draft ON eval.run_event;
DROP FUNCTION eval.refuse_trial();
