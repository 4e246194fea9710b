-- Orders in the star as they live: from the draft to money that has arrived, one row per bank and order, one per transfer,
-- one per event (S12, S13, S31). The source is ops.*; what was published before orders had a life stays as it was.
CREATE TABLE mart.dim_order_status (
    order_status_key integer PRIMARY KEY,
    status_code text NOT NULL UNIQUE,
    status_name text NOT NULL,
    is_open boolean NOT NULL,
    sort_no integer NOT NULL
);
COMMENT ON TABLE mart.dim_order_status IS '指令与划转的状态维度（S13）';
INSERT INTO mart.dim_order_status VALUES
(-1, '未知', '未知', FALSE, 9998),
(-2, '不适用', '不适用', FALSE, 9999),
(1, 'planned', '待下达', TRUE, 5),
(2, 'draft', '草稿', TRUE, 10),
(3, 'reviewed', '已复核', TRUE, 20),
(4, 'signed', '已签发', TRUE, 30),
(5, 'issued', '已下达', TRUE, 40),
(6, 'scheduled', '待到期', TRUE, 45),
(7, 'acknowledged', '已签收', TRUE, 50),
(8, 'executed', '已执行', TRUE, 60),
(9, 'confirmed', '已到位', FALSE, 70),
(10, 'overdue', '逾期', TRUE, 80),
(11, 'returned', '退回', TRUE, 90),
(12, 'blocked', '受阻', TRUE, 95),
(13, 'cancelled', '已撤销', FALSE, 99);

-- Each transfer with the days of its life. Lateness is counted in working days, for one that was not executed to today;
-- a bank is not late for what the office issued late.
CREATE VIEW ops.leg_progress AS
SELECT
    s.order_id,
    s.leg_no,
    s.leg_code,
    s.order_no,
    s.region,
    s.run_id,
    s.from_institution,
    s.to_institution,
    s.amount,
    s.available_from,
    s.due_on,
    coalesce(s.excused, FALSE) AS excused,
    s.reference,
    s.submission_id,
    concat_ws('；', nullif(s.reason, ''), nullif(s.status_reason, '')) AS reason,
    v.status,
    CAST(s.issued_at AT TIME ZONE 'Asia/Shanghai' AS date) AS issued_on,
    CAST(a.happened_at AT TIME ZONE 'Asia/Shanghai' AS date) AS acknowledged_on,
    CAST(s.executed_at AS date) AS executed_on,
    CASE WHEN v.status = 'confirmed' THEN CAST(s.status_at AT TIME ZONE 'Asia/Shanghai' AS date) END AS confirmed_on,
    CASE WHEN v.live AND s.due_on IS NOT NULL THEN d.counted_on END AS counted_on,
    CASE
        WHEN NOT v.live OR s.due_on IS NULL THEN NULL
        WHEN d.counted_on <= s.due_on THEN CASE WHEN s.executed_at IS NOT NULL THEN 0 END
        WHEN s.excused THEN 0
        WHEN
            EXISTS (
                SELECT FROM core.workday AS w
                WHERE w.day = d.counted_on
            )
            THEN (
                SELECT count(*) FROM core.workday AS w
                WHERE w.is_workday AND w.day > s.due_on AND w.day <= d.counted_on
            )
    END AS days_late,
    CASE
        WHEN NOT v.live OR s.due_on IS NULL THEN NULL
        WHEN d.counted_on > s.due_on THEN s.excused
        WHEN s.executed_at IS NOT NULL THEN TRUE
    END AS on_time,
    CASE WHEN v.live THEN s.amount ELSE 0 END AS issued_amount,
    CASE WHEN v.live AND s.executed_at IS NOT NULL THEN s.amount ELSE 0 END AS executed_amount,
    CASE WHEN v.status = 'confirmed' THEN s.amount ELSE 0 END AS confirmed_amount
FROM ops.leg_state AS s
INNER JOIN ops.order_paper AS p ON s.order_id = p.order_id
CROSS JOIN
    LATERAL (
        SELECT
            CASE
                WHEN p.status = 'cancelled' THEN 'cancelled'
                WHEN s.status IN ('planned', 'issued') AND s.available_from > ops.today() THEN 'scheduled'
                ELSE s.status
            END AS status,
            s.status NOT IN ('planned', 'blocked', 'cancelled') AS live
    ) AS v
CROSS JOIN LATERAL (SELECT coalesce(CAST(s.executed_at AS date), ops.today()) AS counted_on) AS d
LEFT JOIN LATERAL (
    SELECT e.happened_at FROM ops.leg_event AS e
    WHERE
        e.order_id = s.order_id AND e.leg_no = s.leg_no AND e.status = 'acknowledged' AND e.happened_at >= s.issued_at
    ORDER BY e.event_id DESC
    LIMIT 1
) AS a ON TRUE;
COMMENT ON VIEW ops.leg_progress IS '每笔划转走到哪一步：各步日期、逾期工作日（不因办公室迟延计）、下达与到位金额';

-- Each order as a paper, with its days. What the office took from the signature to the issue is counted too (S31).
CREATE VIEW ops.order_progress AS
SELECT
    p.order_id,
    p.order_no,
    p.region,
    p.period,
    p.kind,
    CASE p.kind WHEN 'adjustment' THEN '调整' WHEN 'recall' THEN '收回' WHEN 'true_up' THEN '补差' ELSE p.kind END AS kind_name,
    p.run_id,
    r.rulebook_id,
    p.status,
    p.cause,
    coalesce(b.order_no, '') AS supersedes_no,
    coalesce(a.order_no, '') AS superseded_by_no,
    coalesce(r.as_of, p.base_date) AS base_date,
    p.execute_workdays,
    p.issue_workdays,
    CAST(p.drafted_at AT TIME ZONE 'Asia/Shanghai' AS date) AS drafted_on,
    d.signed_on,
    d.issued_on,
    CASE WHEN d.issued_on IS NOT NULL THEN (
        SELECT count(*) FROM core.workday AS w
        WHERE w.is_workday AND w.day > d.signed_on AND w.day <= d.issued_on
    ) END AS office_workdays
FROM ops.order_paper AS p
LEFT JOIN eval.run AS r ON p.run_id = r.run_id
LEFT JOIN ops.transfer_order AS b ON p.supersedes = b.order_id
LEFT JOIN LATERAL (
    SELECT n.order_no FROM ops.order_paper AS n
    WHERE n.supersedes = p.order_id AND n.status = 'issued'
    ORDER BY n.order_id DESC
    LIMIT 1
) AS a ON TRUE
CROSS JOIN LATERAL (
    SELECT
        max(CAST(e.happened_at AT TIME ZONE 'Asia/Shanghai' AS date))
        FILTER (WHERE e.status = 'signed' AND p.status IN ('signed', 'issued')) AS signed_on,
        max(CAST(e.happened_at AT TIME ZONE 'Asia/Shanghai' AS date)) FILTER (WHERE e.status = 'issued') AS issued_on
    FROM ops.order_event AS e
    WHERE e.order_id = p.order_id
) AS d;
COMMENT ON VIEW ops.order_progress IS '每份指令走到哪一步：各步日期、办公室从签发到下达用了几个工作日';

-- What an order asks of each bank, and how far it is: a bank stands where its least advanced transfer stands.
CREATE VIEW ops.order_bank AS
SELECT
    b.*,
    CASE
        WHEN p.status <> 'issued' THEN p.status
        WHEN b.legs = b.blocked THEN 'blocked'
        WHEN b.legs = b.cancelled + b.blocked THEN 'cancelled'
        WHEN b.overdue > 0 THEN 'overdue'
        WHEN b.returned > 0 THEN 'returned'
        WHEN b.issued > 0 THEN 'issued'
        WHEN b.acknowledged > 0 THEN 'acknowledged'
        WHEN b.executed > 0 THEN 'executed'
        ELSE 'confirmed'
    END AS status
FROM (
    SELECT
        g.order_id,
        e.institution,
        count(*) AS legs,
        count(*) FILTER (WHERE g.status = 'blocked') AS blocked,
        count(*) FILTER (WHERE g.status = 'cancelled') AS cancelled,
        count(*) FILTER (WHERE g.status = 'overdue') AS overdue,
        count(*) FILTER (WHERE g.status = 'returned') AS returned,
        count(*) FILTER (WHERE g.status IN ('issued', 'scheduled')) AS issued,
        count(*) FILTER (WHERE g.status = 'acknowledged') AS acknowledged,
        count(*) FILTER (WHERE g.status = 'executed') AS executed,
        count(*) FILTER (WHERE g.days_late > 0) AS late,
        coalesce(sum(e.taken) FILTER (WHERE g.status NOT IN ('blocked', 'cancelled')), 0) AS taken,
        coalesce(sum(e.given) FILTER (WHERE g.status NOT IN ('blocked', 'cancelled')), 0) AS given,
        coalesce(sum(e.taken - e.given) FILTER (WHERE g.status = 'blocked'), 0) AS obstructed,
        sum(g.issued_amount) AS issued_amount,
        sum(g.executed_amount) AS executed_amount,
        sum(g.confirmed_amount) AS confirmed_amount,
        max(g.due_on) FILTER (WHERE g.issued_amount > 0) AS due_on,
        CASE WHEN sum(g.issued_amount) = sum(g.executed_amount) THEN max(g.executed_on) END AS executed_on,
        CASE WHEN sum(g.issued_amount) = sum(g.confirmed_amount) THEN max(g.confirmed_on) END AS confirmed_on,
        max(g.days_late) AS days_late,
        bool_or(g.excused) AS excused
    FROM ops.leg_progress AS g
    CROSS JOIN
        LATERAL (
            VALUES (g.from_institution, 0, g.amount), (g.to_institution, g.amount, 0)
        ) AS e (institution, taken, given)
    GROUP BY g.order_id, e.institution
) AS b
INNER JOIN ops.order_paper AS p ON b.order_id = p.order_id;
COMMENT ON VIEW ops.order_bank IS '每份指令对每家机构的要求与进度；尚无收款行的机构为空';

ALTER TABLE mart.fact_allocation ADD COLUMN scheduled_amount numeric(18, 2);

ALTER TABLE mart.fact_order DROP CONSTRAINT fact_order_run_key_institution_key_key;
ALTER TABLE mart.fact_order ALTER COLUMN issued_on DROP NOT NULL, ALTER COLUMN due_on DROP NOT NULL;
ALTER TABLE mart.fact_order
ADD COLUMN paper_no text NOT NULL DEFAULT '',
ADD COLUMN kind_code text NOT NULL DEFAULT 'adjustment',
ADD COLUMN kind_name text NOT NULL DEFAULT '调整',
ADD COLUMN order_status_key integer NOT NULL DEFAULT 5 REFERENCES mart.dim_order_status,
ADD COLUMN paper_status_code text NOT NULL DEFAULT 'issued',
ADD COLUMN paper_status_name text NOT NULL DEFAULT '已下达',
ADD COLUMN supersedes_no text NOT NULL DEFAULT '',
ADD COLUMN superseded_by_no text NOT NULL DEFAULT '',
ADD COLUMN cause_text text NOT NULL DEFAULT '',
ADD COLUMN drafted_on date,
ADD COLUMN signed_on date,
ADD COLUMN executed_on date,
ADD COLUMN confirmed_on date,
ADD COLUMN issue_workdays integer,
ADD COLUMN office_workdays integer,
ADD COLUMN is_excused boolean NOT NULL DEFAULT FALSE,
ADD COLUMN days_late integer,
ADD COLUMN late_leg_count integer NOT NULL DEFAULT 0,
ADD COLUMN cancelled_leg_count integer NOT NULL DEFAULT 0,
ADD COLUMN scheduled_amount numeric(18, 2) NOT NULL DEFAULT 0,
ADD COLUMN issued_amount numeric(18, 2) NOT NULL DEFAULT 0,
ADD COLUMN executed_amount numeric(18, 2) NOT NULL DEFAULT 0,
ADD COLUMN confirmed_amount numeric(18, 2) NOT NULL DEFAULT 0,
ADD COLUMN confirmed_ratio numeric(12, 6);
CREATE INDEX fact_order_paper ON mart.fact_order (paper_no);
UPDATE mart.fact_order SET paper_no = order_no;

ALTER TABLE mart.fact_order_leg
DROP CONSTRAINT fact_order_leg_pkey,
DROP CONSTRAINT fact_order_leg_leg_code_key,
ADD PRIMARY KEY (leg_code);
ALTER TABLE mart.fact_order_leg
ADD COLUMN paper_no text NOT NULL DEFAULT '',
ADD COLUMN kind_code text NOT NULL DEFAULT 'adjustment',
ADD COLUMN kind_name text NOT NULL DEFAULT '调整',
ADD COLUMN order_status_key integer NOT NULL DEFAULT -1 REFERENCES mart.dim_order_status,
ADD COLUMN receipt_submission_key integer NOT NULL DEFAULT -2 REFERENCES mart.dim_submission (submission_key),
ADD COLUMN receipt_text text NOT NULL DEFAULT '',
ADD COLUMN available_from date,
ADD COLUMN issued_on date,
ADD COLUMN due_on date,
ADD COLUMN acknowledged_on date,
ADD COLUMN executed_on date,
ADD COLUMN confirmed_on date,
ADD COLUMN counted_on date,
ADD COLUMN days_late integer,
ADD COLUMN is_on_time boolean,
ADD COLUMN is_excused boolean NOT NULL DEFAULT FALSE,
ADD COLUMN issued_amount numeric(18, 2) NOT NULL DEFAULT 0,
ADD COLUMN executed_amount numeric(18, 2) NOT NULL DEFAULT 0,
ADD COLUMN confirmed_amount numeric(18, 2) NOT NULL DEFAULT 0;
UPDATE mart.fact_order_leg AS f SET paper_no = o.order_no, issued_on = o.issued_on, due_on = o.due_on
FROM mart.fact_order AS o
WHERE f.from_order_key = o.order_key;
UPDATE mart.fact_order_leg SET issued_amount = leg_amount
WHERE status_code = 'planned';

CREATE TABLE mart.fact_order_event (
    event_no text PRIMARY KEY,
    paper_no text NOT NULL,
    leg_code text NOT NULL,
    run_key integer NOT NULL REFERENCES mart.dim_run,
    rule_version_key integer NOT NULL REFERENCES mart.dim_rule_version,
    submission_key integer NOT NULL REFERENCES mart.dim_submission,
    region_key integer NOT NULL REFERENCES mart.dim_region,
    period_key integer NOT NULL REFERENCES mart.dim_period,
    date_key integer NOT NULL REFERENCES mart.dim_date,
    source_code text NOT NULL,
    source_name text NOT NULL,
    step_title text NOT NULL,
    before_status_code text NOT NULL,
    before_status_name text NOT NULL,
    after_status_code text NOT NULL,
    after_status_name text NOT NULL,
    actor_name text NOT NULL,
    reason_text text NOT NULL,
    happened_on date NOT NULL,
    happened_at text NOT NULL
);
CREATE INDEX fact_order_event_paper ON mart.fact_order_event (paper_no);

CREATE TABLE mart.fact_correction (
    correction_no text PRIMARY KEY,
    correction_id integer NOT NULL,
    paper_no text NOT NULL,
    run_key integer NOT NULL REFERENCES mart.dim_run,
    against_run_key integer NOT NULL REFERENCES mart.dim_run,
    rule_version_key integer NOT NULL REFERENCES mart.dim_rule_version,
    submission_key integer NOT NULL REFERENCES mart.dim_submission,
    region_key integer NOT NULL REFERENCES mart.dim_region,
    period_key integer NOT NULL REFERENCES mart.dim_period,
    date_key integer NOT NULL REFERENCES mart.dim_date,
    institution_key integer NOT NULL REFERENCES mart.dim_institution,
    treatment_code text NOT NULL,
    treatment_name text NOT NULL,
    paper_status_code text NOT NULL,
    paper_status_name text NOT NULL,
    reason_text text NOT NULL,
    priced_on date NOT NULL,
    target_before_amount numeric(18, 2) NOT NULL,
    target_after_amount numeric(18, 2) NOT NULL,
    effect_amount numeric(18, 2) NOT NULL,
    score_before_points numeric(12, 6),
    score_after_points numeric(12, 6),
    rank_before_no integer,
    rank_after_no integer
);
COMMENT ON TABLE mart.fact_correction IS
'更正的影响。粒度：一次更正 × 机构。影响额在机构之间可相加，即总量的变动；同一考核期的几次更正各与当时的结果相比，不得相加';
-- Before orders had a life the newest run of a quarter took the place of those before it.
UPDATE mart.fact_order AS f SET status_code = 'cancelled', status_name = '已撤销', order_status_key = 13
WHERE NOT EXISTS (
    SELECT FROM mart.v_current_run AS r
    WHERE r.run_key = f.run_key
);
UPDATE mart.fact_order_leg AS f SET status_code = 'cancelled', status_name = '已撤销', issued_amount = 0
FROM mart.fact_order AS o
WHERE f.from_order_key = o.order_key AND o.status_code = 'cancelled';
UPDATE mart.fact_order_leg AS f SET order_status_key = s.order_status_key
FROM mart.dim_order_status AS s
WHERE f.status_code = s.status_code;
