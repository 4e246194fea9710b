CREATE OR REPLACE VIEW mart.v_current_timeliness_event AS
SELECT DISTINCT ON (f.region_key, f.event_code)
    f.submission_key,
    f.record_no,
    f.run_key,
    f.rule_version_key,
    f.region_key,
    f.period_key,
    f.date_key,
    f.institution_key,
    f.event_code,
    f.event_kind_code,
    f.event_kind_name,
    f.leg_code,
    f.issued_on,
    f.due_on,
    f.done_on,
    f.is_done,
    f.is_on_time,
    f.days_late,
    f.event_amount
FROM mart.fact_timeliness_event AS f
INNER JOIN mart.v_current_submission AS s ON f.submission_key = s.submission_key
ORDER BY f.region_key, f.event_code, s.period_code DESC, f.record_no;
DELETE FROM mart.fact_timeliness_event
WHERE submission_key = -1;
ALTER TABLE mart.fact_timeliness_event DROP COLUMN is_excused;
ALTER TABLE mart.fact_timeliness_event DROP CONSTRAINT fact_timeliness_event_pkey;
ALTER TABLE mart.fact_timeliness_event ADD PRIMARY KEY (submission_key, record_no);
COMMENT ON TABLE mart.fact_timeliness_event IS '划解、调度与调整的及时性事件。粒度：事件（× 报送批次）。及时率 = 按时件数 / 应办件数';

DROP VIEW ops.execution_rate, ops.office_timeliness, ops.leg_timeliness, eval.run_timeliness;
DROP FUNCTION ops.workdays_after;

CREATE VIEW eval.run_timeliness AS
SELECT
    r.run_id,
    i.indicator,
    n.submission_id,
    e.record_no,
    e.event,
    coalesce(l.heir, e.institution) AS institution,
    e.kind,
    CAST(e.done_at AS date) AS done_on,
    coalesce(CAST(e.due_at AS date), d.day) AS due_on,
    e.institution AS reported,
    i.rulebook_id
FROM eval.run AS r
INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id
INNER JOIN eval.indicator AS i
    ON i.rulebook_id IN (k.rulebook_id, k.policy_rulebook_id) AND i.basis = 'on_time_rate'
INNER JOIN eval.run_input AS n
    ON
        r.run_id = n.run_id AND i.family = n.family AND NOT n.history
        AND n.period = to_char(coalesce(n.as_of, r.as_of), 'YYYY"-Q"Q')
INNER JOIN core.timeliness_event AS e
    ON n.submission_id = e.submission_id AND e.kind = ANY(string_to_array(i.measure, ','))
LEFT JOIN eval.lineage AS l ON r.run_id = l.run_id AND e.institution = l.institution
LEFT JOIN LATERAL (
    SELECT w.day
    FROM core.workday AS w
    WHERE w.day > CAST(e.issued_at AS date) AND w.is_workday
    ORDER BY w.day
    LIMIT
        1
        OFFSET greatest(i.due_workdays - 1, 0)
) AS d ON TRUE;
