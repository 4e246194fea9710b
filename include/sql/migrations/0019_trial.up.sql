-- A rule book on trial is evaluated beside the one in force, and moves nothing: its runs stay drafts, have no orders, are
-- not in the mart, and what they note or stop at is kept apart from what the office is asked about.
CREATE FUNCTION eval.refuse_trial() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM eval.run AS r WHERE r.run_id = new.run_id AND r.purpose = 'trial') THEN
        RAISE EXCEPTION '批次 % 是试行办法的并行考核：只作比较，不签批、不公布、不下达调整指令', new.run_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER trial_stays_draft BEFORE INSERT ON eval.run_event
FOR EACH ROW WHEN (new.status <> 'draft') EXECUTE FUNCTION eval.refuse_trial();
CREATE TRIGGER trial_is_not_published BEFORE INSERT ON mart.dim_run
FOR EACH ROW EXECUTE FUNCTION eval.refuse_trial();

CREATE TABLE eval.trial_finding (
    trial_finding_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region text NOT NULL,
    period text NOT NULL,
    rulebook_code text NOT NULL,
    run_id bigint REFERENCES eval.run,
    check_id text NOT NULL,
    class text NOT NULL,
    message text NOT NULL,
    advice text NOT NULL,
    found_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ON eval.trial_finding (region, period);
COMMENT ON TABLE eval.trial_finding IS '试行办法的考核停在哪些问题、注明了什么；不发问、不影响正式考核。run_id 为空的没有算出';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON eval.trial_finding
FOR EACH STATEMENT EXECUTE FUNCTION eval.refuse_change();

CREATE OR REPLACE VIEW eval.run_state AS
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
    e.happened_at AS status_at,
    r.purpose
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

CREATE VIEW eval.official_run AS
SELECT DISTINCT ON (r.region, r.period)
    r.region,
    r.period,
    r.run_id,
    e.happened_at AS published_at
FROM eval.run AS r
INNER JOIN eval.run_event AS e ON r.run_id = e.run_id AND e.status = 'published'
WHERE r.purpose = 'official'
ORDER BY r.region, r.period, e.event_id DESC;
COMMENT ON VIEW eval.official_run IS '各地区、各考核期现行的考核批次：最近公布的一个；试行办法的批次不在其内';
