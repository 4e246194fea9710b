-- What was due and when it was done (N12); without a stated due date it is the rule book's working days after issue.
-- The first run whose rule book sets a term gives the due date. For a transfer of ours that the run counts its own event
-- stands in (45).
INSERT INTO mart.fact_timeliness_event (
    submission_key, record_no, run_key, rule_version_key, region_key, period_key, date_key, institution_key,
    event_code, event_kind_code, event_kind_name, leg_code, issued_on, due_on, done_on, is_done, is_on_time,
    days_late, event_amount, is_excused
)
SELECT
    s.submission_key,
    e.record_no,
    r.run_key,
    r.rule_version_key,
    coalesce(g.region_key, -1),
    coalesce(p.period_key, -1),
    coalesce(d.date_key, -1),
    coalesce(i.institution_key, -1),
    e.event,
    e.kind,
    CASE e.kind
        WHEN 'nontax_transfer' THEN '非税收入划解'
        WHEN 'dispatch' THEN '资金调度'
        WHEN 'adjustment' THEN '存款调整'
        ELSE e.kind
    END,
    coalesce(e.leg, ''),
    CAST(e.issued_at AS date),
    w.due_on,
    CAST(e.done_at AS date),
    e.done_at IS NOT NULL,
    CASE
        WHEN e.done_at IS NOT NULL THEN CAST(e.done_at AS date) <= w.due_on
        WHEN w.due_on <= p.end_date THEN FALSE
    END,
    CASE
        WHEN CAST(e.done_at AS date) <= w.due_on THEN 0
        WHEN w.due_on IS NOT NULL AND EXISTS (
            SELECT FROM core.workday AS o
            WHERE o.day = CAST(e.done_at AS date)) THEN (
            SELECT count(*)
            FROM core.workday AS o
            WHERE o.is_workday AND o.day > w.due_on AND o.day <= CAST(e.done_at AS date)
        )
    END,
    e.amount,
    FALSE
FROM mart.dim_run AS r
INNER JOIN mart.dim_submission AS s ON s.submission_id = ANY(CAST(%(submissions)s AS bigint[]))
INNER JOIN core.timeliness_event AS e ON s.submission_id = e.submission_id
LEFT JOIN mart.dim_rule_version AS v ON r.rule_version_key = v.rule_version_key
CROSS JOIN
    LATERAL (
        SELECT min(n.due_workdays) AS due_workdays
        FROM eval.indicator AS n
        WHERE
            n.rulebook_id = v.rulebook_id AND n.basis = 'on_time_rate'
            AND e.kind = ANY(string_to_array(n.measure, ','))
    ) AS k
LEFT JOIN LATERAL (
    SELECT o.day
    FROM core.workday AS o
    WHERE o.is_workday AND o.day > CAST(e.issued_at AS date)
    ORDER BY o.day
    LIMIT 1 OFFSET greatest(k.due_workdays - 1, 0)
) AS j ON k.due_workdays IS NOT NULL
CROSS JOIN LATERAL (SELECT coalesce(CAST(e.due_at AS date), j.day) AS due_on) AS w
LEFT JOIN mart.dim_region AS g ON r.region_code = g.region_code
LEFT JOIN mart.dim_period AS p ON s.period_code = p.period_code
LEFT JOIN mart.dim_date AS d ON CAST(e.issued_at AS date) = d.calendar_date
LEFT JOIN mart.dim_institution AS i
    ON
        r.region_code = i.region_code AND e.institution = i.institution_code
        AND CAST(e.issued_at AS date) BETWEEN i.valid_from AND i.valid_to
WHERE
    r.run_id = %(run_id)s
    AND NOT EXISTS (
        SELECT FROM eval.run_leg AS l
        WHERE l.run_id = r.run_id AND l.leg_code = e.leg
    )
ON CONFLICT (submission_key, record_no, event_code) DO UPDATE SET
    run_key = excluded.run_key,
    rule_version_key = excluded.rule_version_key,
    due_on = excluded.due_on,
    is_on_time = excluded.is_on_time,
    days_late = excluded.days_late
WHERE mart.fact_timeliness_event.due_on IS NULL AND excluded.due_on IS NOT NULL
