-- Days that count: of our own transfers beside the events of the feed (S08, N12), of the banks, and of the office (S31).

-- What was due and when it was done (N12), as before; a transfer of ours counts once, as we know it ourselves, for the
-- bank that pays, and not where the office was late (S31).
CREATE OR REPLACE VIEW eval.run_timeliness AS
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
    i.rulebook_id,
    '' AS order_no
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
) AS d ON TRUE
WHERE
    NOT EXISTS (
        SELECT FROM eval.run_leg AS g
        WHERE g.run_id = r.run_id AND g.leg_code = e.leg
    )
UNION ALL
SELECT
    r.run_id,
    i.indicator,
    g.submission_id,
    g.record_no,
    g.leg_code,
    coalesce(l.heir, g.from_institution),
    'adjustment',
    g.executed_on,
    g.due_on,
    g.from_institution,
    i.rulebook_id,
    g.order_no
FROM eval.run AS r
INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id
INNER JOIN eval.indicator AS i
    ON
        i.rulebook_id IN (k.rulebook_id, k.policy_rulebook_id) AND i.basis = 'on_time_rate'
        AND 'adjustment' = ANY(string_to_array(i.measure, ','))
INNER JOIN eval.run_leg AS g ON r.run_id = g.run_id AND g.timed AND NOT g.excused
LEFT JOIN eval.lineage AS l ON r.run_id = l.run_id AND g.from_institution = l.institution;

CREATE FUNCTION ops.workdays_after(since date, until date) RETURNS integer LANGUAGE sql STABLE AS $$
SELECT CASE
    WHEN until IS NOT NULL
        THEN (SELECT CAST(count(*) AS integer) FROM core.workday AS w WHERE w.is_workday AND w.day > since AND w.day <= until)
END
$$;
COMMENT ON FUNCTION ops.workdays_after IS '某日之后到另一日为止有几个工作日；同日或更早为 0，没有另一日的为空';

CREATE VIEW ops.leg_timeliness AS
SELECT
    s.region,
    s.period,
    s.order_no,
    s.kind,
    s.leg_code,
    s.from_institution AS institution,
    s.to_institution,
    s.amount,
    s.status,
    CAST(s.issued_at AT TIME ZONE 'Asia/Shanghai' AS date) AS issued_on,
    s.due_on,
    CAST(s.executed_at AS date) AS done_on,
    s.excused,
    CASE
        WHEN s.status = 'cancelled' THEN NULL
        WHEN s.executed_at IS NOT NULL THEN CAST(s.executed_at AS date) <= s.due_on
        WHEN ops.today() > s.due_on THEN FALSE
    END AS on_time,
    CASE
        WHEN s.status = 'cancelled' THEN NULL
        ELSE ops.workdays_after(s.due_on, coalesce(CAST(s.executed_at AS date), ops.today()))
    END AS days_late
FROM ops.leg_state AS s
WHERE s.issued_at IS NOT NULL;
COMMENT ON VIEW ops.leg_timeliness IS '每笔已下达的划转是否按时（S08、S13）：由付款行负责';
COMMENT ON COLUMN ops.leg_timeliness.on_time IS '是否按时；未到期未执行的、已撤销的为空';
COMMENT ON COLUMN ops.leg_timeliness.days_late IS '迟了几个工作日；未执行的算到今天';
COMMENT ON COLUMN ops.leg_timeliness.excused IS '下达迟于规定期限，不计银行逾期（S31）';

CREATE VIEW ops.office_timeliness AS
SELECT
    o.order_id,
    o.order_no,
    o.region,
    o.period,
    o.kind,
    d.final_on,
    d.issue_due_on,
    d.issued_on,
    CASE
        WHEN o.status IN ('signed', 'issued')
            THEN ops.workdays_after(d.issue_due_on, coalesce(d.issued_on, ops.today()))
    END AS days_late,
    CASE WHEN l.live > 0 AND l.live = l.confirmed THEN l.confirmed_on END AS confirmed_on,
    d.issued_on - d.final_on AS days_to_issue,
    CASE WHEN l.live > 0 AND l.live = l.confirmed THEN l.confirmed_on - d.issued_on END AS days_to_arrive
FROM ops.order_paper AS o
CROSS JOIN
    LATERAL (
        SELECT
            max(CAST(e.happened_at AT TIME ZONE 'Asia/Shanghai' AS date)) FILTER (
                WHERE e.status = 'signed'
            ) AS final_on,
            max(CAST(e.happened_at AT TIME ZONE 'Asia/Shanghai' AS date)) FILTER (
                WHERE e.status = 'issued'
            ) AS issued_on
        FROM ops.order_event AS e
        WHERE e.order_id = o.order_id
    ) AS f
CROSS JOIN
    LATERAL (
        SELECT
            f.final_on,
            f.issued_on,
            (
                SELECT w.day
                FROM core.workday AS w
                WHERE w.is_workday AND w.day > f.final_on
                ORDER BY w.day
                LIMIT
                    1
                    OFFSET o.issue_workdays - 1
            ) AS issue_due_on
    ) AS d
CROSS JOIN
    LATERAL (
        SELECT
            count(*) FILTER (WHERE s.status <> 'cancelled') AS live,
            count(*) FILTER (WHERE s.status = 'confirmed') AS confirmed,
            max(CAST(s.status_at AT TIME ZONE 'Asia/Shanghai' AS date)) FILTER (
                WHERE s.status = 'confirmed'
            ) AS confirmed_on
        FROM ops.leg_state AS s
        WHERE s.order_id = o.order_id AND s.issued_at IS NOT NULL
    ) AS l
WHERE f.final_on IS NOT NULL AND o.status <> 'cancelled';
COMMENT ON VIEW ops.office_timeliness IS '办公室自身的及时性（S31）：从结果确定（签批）到下达，从下达到全部到位';
COMMENT ON COLUMN ops.office_timeliness.final_on IS '结果确定之日：最后一次签批';
COMMENT ON COLUMN ops.office_timeliness.issue_due_on IS '应下达之日：签批后第 issue_workdays 个工作日';
COMMENT ON COLUMN ops.office_timeliness.days_late IS '下达迟了几个工作日；未下达的算到今天，退回重拟的为空';
COMMENT ON COLUMN ops.office_timeliness.confirmed_on IS '全部划转确认到位之日；未全部到位的为空';
COMMENT ON COLUMN ops.office_timeliness.days_to_issue IS '从结果确定到下达的日历天数';
COMMENT ON COLUMN ops.office_timeliness.days_to_arrive IS '从下达到全部到位的日历天数';

CREATE VIEW ops.execution_rate AS
SELECT
    s.region,
    s.period,
    s.order_id,
    s.order_no,
    s.kind,
    s.from_institution AS institution,
    count(*) AS legs,
    sum(s.amount) AS issued_amount,
    coalesce(sum(s.amount) FILTER (WHERE s.status IN ('executed', 'confirmed')), 0) AS executed_amount,
    coalesce(sum(s.amount) FILTER (WHERE s.status = 'confirmed'), 0) AS confirmed_amount,
    coalesce(sum(s.amount) FILTER (WHERE s.status IN ('executed', 'confirmed')), 0) / sum(s.amount) AS execution_rate,
    coalesce(sum(s.amount) FILTER (WHERE s.status = 'confirmed'), 0) / sum(s.amount) AS confirmation_rate
FROM ops.leg_state AS s
WHERE s.issued_at IS NOT NULL AND s.status <> 'cancelled'
GROUP BY GROUPING SETS (
    (s.region, s.period, s.order_id, s.order_no, s.kind),
    (s.region, s.period, s.order_id, s.order_no, s.kind, s.from_institution)
);
COMMENT ON VIEW ops.execution_rate IS '到位率（S13）：已执行、已确认的划转额占已下达的比重；已撤销的不计';
COMMENT ON COLUMN ops.execution_rate.institution IS '付款行；空为整个指令';
COMMENT ON COLUMN ops.execution_rate.issued_amount IS '已下达的划转额，元';
COMMENT ON COLUMN ops.execution_rate.executed_amount IS '其中已执行（含已确认）的，元';
COMMENT ON COLUMN ops.execution_rate.confirmed_amount IS '其中已确认到位的，元';

-- A transfer has no submission until a bank reports it: it is known by its code.
ALTER TABLE mart.fact_timeliness_event DROP CONSTRAINT fact_timeliness_event_pkey;
ALTER TABLE mart.fact_timeliness_event ADD PRIMARY KEY (submission_key, record_no, event_code);
ALTER TABLE mart.fact_timeliness_event ADD COLUMN is_excused boolean NOT NULL DEFAULT FALSE;
COMMENT ON COLUMN mart.fact_timeliness_event.is_excused IS '办公室下达迟延，不计是否按时（S31）';
COMMENT ON TABLE mart.fact_timeliness_event IS
'划解、调度与调整的及时性事件。粒度：事件（× 报送批次；本系统下达的划转以明细编号为事件编号，不属报送批次）。及时率 = 按时件数 / 应办件数';

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
LEFT JOIN mart.v_current_submission AS s ON f.submission_key = s.submission_key
WHERE s.submission_key IS NOT NULL OR f.submission_key = -1
ORDER BY f.region_key, f.event_code, s.period_code DESC NULLS LAST, f.record_no;
