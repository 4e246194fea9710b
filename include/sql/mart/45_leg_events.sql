-- Transfers of ours that the run counts, each an event under its code (N12): of several runs the one published last says
-- what it knew, as one that came back may have been given out anew.
INSERT INTO mart.fact_timeliness_event (
    submission_key, record_no, run_key, rule_version_key, region_key, period_key, date_key, institution_key,
    event_code, event_kind_code, event_kind_name, leg_code, issued_on, due_on, done_on, is_done, is_on_time,
    days_late, event_amount, is_excused
)
SELECT
    -1,
    0,
    r.run_key,
    r.rule_version_key,
    coalesce(g.region_key, -1),
    coalesce(p.period_key, -1),
    coalesce(d.date_key, -1),
    coalesce(i.institution_key, -1),
    l.leg_code AS event_code,
    'adjustment',
    '存款调整',
    l.leg_code,
    l.issued_on,
    l.due_on,
    l.executed_on,
    l.executed_on IS NOT NULL,
    CASE WHEN NOT l.excused THEN coalesce(l.executed_on <= l.due_on, FALSE) END,
    CASE WHEN NOT l.excused THEN ops.workdays_after(l.due_on, l.executed_on) END,
    l.amount,
    l.excused
FROM mart.dim_run AS r
INNER JOIN eval.run_leg AS l ON r.run_id = l.run_id AND l.timed
LEFT JOIN mart.dim_region AS g ON r.region_code = g.region_code
LEFT JOIN mart.dim_period AS p ON to_char(l.due_on, 'YYYY"-Q"Q') = p.period_code
LEFT JOIN mart.dim_date AS d ON l.issued_on = d.calendar_date
LEFT JOIN mart.dim_institution AS i
    ON
        r.region_code = i.region_code AND l.from_institution = i.institution_code
        AND l.issued_on BETWEEN i.valid_from AND i.valid_to
WHERE r.run_id = %(run_id)s
ON CONFLICT (submission_key, record_no, event_code) DO UPDATE SET (
    run_key, rule_version_key, period_key, date_key, institution_key, issued_on, due_on, done_on, is_done,
    is_on_time, days_late, is_excused
) = (
    excluded.run_key, excluded.rule_version_key, excluded.period_key, excluded.date_key, excluded.institution_key,
    excluded.issued_on, excluded.due_on, excluded.done_on, excluded.is_done, excluded.is_on_time,
    excluded.days_late, excluded.is_excused
)
WHERE (
    mart.fact_timeliness_event.run_key, mart.fact_timeliness_event.rule_version_key,
    mart.fact_timeliness_event.period_key, mart.fact_timeliness_event.date_key,
    mart.fact_timeliness_event.institution_key, mart.fact_timeliness_event.issued_on,
    mart.fact_timeliness_event.due_on, mart.fact_timeliness_event.done_on, mart.fact_timeliness_event.is_done,
    mart.fact_timeliness_event.is_on_time, mart.fact_timeliness_event.days_late,
    mart.fact_timeliness_event.is_excused
) IS DISTINCT FROM (
    excluded.run_key, excluded.rule_version_key, excluded.period_key, excluded.date_key, excluded.institution_key,
    excluded.issued_on, excluded.due_on, excluded.done_on, excluded.is_done, excluded.is_on_time,
    excluded.days_late, excluded.is_excused
)
