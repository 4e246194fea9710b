-- Orders in the star as they live: from the draft to money that has arrived, one row per bank and order, one per transfer,
-- one per event (S12, S13, S31). The source is ops.*; what was published before orders had a life stays as it was.
-- noqa: disable=RF06
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
        WHEN EXISTS (SELECT FROM core.workday AS w WHERE w.day = d.counted_on)
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
CROSS JOIN LATERAL (
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
    CROSS JOIN LATERAL (
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
UPDATE mart.fact_order_leg SET issued_amount = leg_amount WHERE status_code = 'planned';

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

CREATE OR REPLACE VIEW mart.v_current_allocation AS
SELECT f.*
FROM mart.fact_allocation AS f
INNER JOIN mart.v_current_run AS r ON f.run_key = r.run_key;

CREATE OR REPLACE VIEW mart.v_current_order AS
SELECT f.*
FROM mart.fact_order AS f
WHERE
    f.paper_status_code = 'issued' AND f.status_code <> 'cancelled'
    AND (f.status_code <> 'blocked' OR f.superseded_by_no = '');

CREATE OR REPLACE VIEW mart.v_current_order_leg AS
SELECT f.*
FROM mart.fact_order_leg AS f
INNER JOIN mart.fact_order AS o ON f.from_order_key = o.order_key
WHERE
    o.paper_status_code = 'issued' AND f.status_code <> 'cancelled'
    AND (f.status_code <> 'blocked' OR o.superseded_by_no = '');

CREATE VIEW mart.v_current_order_event AS
SELECT f.*
FROM mart.fact_order_event AS f
WHERE
    EXISTS (
        SELECT FROM mart.v_current_order AS o
        WHERE o.paper_no = f.paper_no
    );

CREATE OR REPLACE VIEW mart.v_cn_adjustment AS
SELECT
    g.region_name AS "行政区划",
    r.period_code AS "考核期",
    i.sort_no AS "机构排序",
    i.institution_name AS "金融机构",
    i.short_name AS "机构简称",
    f.current_amount AS "现有存款",
    f.rigid_amount AS "不调整存款",
    f.adjustable_amount AS "可调整存款",
    f.raw_target_amount AS "原始额度",
    f.binding_name AS "起作用的约束",
    f.target_amount AS "应存额度",
    f.delta_amount AS "调整额",
    f.planned_amount AS "已安排",
    f.blocked_amount AS "受阻",
    f.carried_amount AS "结转下期",
    coalesce(o.order_no, '') AS "指令编号",
    coalesce(o.status_name, '') AS "指令状态",
    o.issued_on AS "下达日期",
    o.due_on AS "完成期限",
    coalesce(o.in_amount, CAST(0 AS numeric(18, 2))) AS "划入金额",
    coalesce(o.out_amount, CAST(0 AS numeric(18, 2))) AS "划出金额",
    coalesce(o.reason_text, '') AS "说明",
    r.as_of_date AS "数据截至",
    r.run_name AS "运行次数",
    r.rule_version AS "规则版本",
    coalesce(f.scheduled_amount, CAST(0 AS numeric(18, 2))) AS "待到期",
    o.issued_amount AS "应划金额",
    o.confirmed_amount AS "到位金额",
    o.confirmed_ratio AS "到位率",
    o.days_late AS "逾期工作日"
FROM mart.fact_allocation AS f
INNER JOIN mart.v_current_run AS r ON f.run_key = r.run_key
INNER JOIN mart.dim_region AS g ON f.region_key = g.region_key
INNER JOIN mart.dim_institution AS i ON f.institution_key = i.institution_key
LEFT JOIN mart.fact_order AS o
    ON f.run_key = o.run_key AND f.institution_key = o.institution_key AND o.kind_code = 'adjustment';

CREATE OR REPLACE VIEW mart.v_cn_order_leg AS
SELECT
    g.region_name AS "行政区划",
    p.period_code AS "考核期",
    f.leg_code AS "明细编号",
    a.order_no AS "划出指令编号",
    b.order_no AS "划入指令编号",
    x.institution_name AS "划出机构",
    y.institution_name AS "划入机构",
    u.account_code AS "划出账户",
    v.account_code AS "划入账户",
    f.owner_name AS "资金所有者",
    c.fund_category_name AS "资金类别",
    f.leg_amount AS "金额",
    f.status_name AS "状态",
    f.reason_text AS "说明",
    f.due_on AS "完成期限",
    r.as_of_date AS "数据截至",
    r.run_name AS "运行次数",
    r.rule_version AS "规则版本",
    f.paper_no AS "指令文书编号",
    f.kind_name AS "指令种类",
    f.issued_on AS "下达日期",
    f.available_from AS "可划转日",
    f.acknowledged_on AS "签收日期",
    f.executed_on AS "执行日期",
    f.confirmed_on AS "到位日期",
    f.days_late AS "逾期工作日",
    CASE f.is_on_time WHEN TRUE THEN '是' WHEN FALSE THEN '否' ELSE '未知' END AS "是否及时",
    CASE WHEN f.is_excused THEN '是' ELSE '否' END AS "免计逾期",
    f.receipt_text AS "回单编号",
    s.file_name AS "回报文件",
    f.issued_amount AS "应划金额",
    f.executed_amount AS "已执行金额",
    f.confirmed_amount AS "到位金额"
FROM mart.v_current_order_leg AS f
INNER JOIN mart.dim_run AS r ON f.run_key = r.run_key
INNER JOIN mart.dim_region AS g ON f.region_key = g.region_key
INNER JOIN mart.dim_period AS p ON f.period_key = p.period_key
INNER JOIN mart.fact_order AS a ON f.from_order_key = a.order_key
INNER JOIN mart.fact_order AS b ON f.to_order_key = b.order_key
INNER JOIN mart.dim_institution AS x ON f.from_institution_key = x.institution_key
INNER JOIN mart.dim_institution AS y ON f.to_institution_key = y.institution_key
INNER JOIN mart.dim_account AS u ON f.from_account_key = u.account_key
INNER JOIN mart.dim_account AS v ON f.to_account_key = v.account_key
INNER JOIN mart.dim_fund_category AS c ON f.fund_category_key = c.fund_category_key
INNER JOIN mart.dim_submission AS s ON f.receipt_submission_key = s.submission_key;

CREATE VIEW mart.v_cn_overdue AS
SELECT *
FROM mart.v_cn_order_leg
WHERE "状态" = '逾期';

CREATE VIEW mart.v_cn_order AS
SELECT
    g.region_name AS "行政区划",
    p.period_code AS "考核期",
    f.paper_no AS "指令文书编号",
    f.kind_name AS "指令种类",
    f.order_no AS "指令编号",
    i.sort_no AS "机构排序",
    i.institution_name AS "金融机构",
    f.paper_status_name AS "文书状态",
    f.status_name AS "指令状态",
    f.in_amount AS "划入金额",
    f.out_amount AS "划出金额",
    f.blocked_amount AS "受阻",
    f.issued_amount AS "应划金额",
    f.executed_amount AS "已执行金额",
    f.confirmed_amount AS "到位金额",
    f.confirmed_ratio AS "到位率",
    f.drafted_on AS "拟稿日期",
    f.signed_on AS "签发日期",
    f.issued_on AS "下达日期",
    f.due_on AS "完成期限",
    f.executed_on AS "执行日期",
    f.confirmed_on AS "到位日期",
    f.late_leg_count AS "逾期笔数",
    f.days_late AS "逾期工作日",
    CASE WHEN f.is_excused THEN '是' ELSE '否' END AS "免计逾期",
    f.supersedes_no AS "取代的指令",
    f.superseded_by_no AS "被何指令取代",
    f.cause_text AS "起因",
    f.reason_text AS "说明",
    r.run_name AS "运行次数",
    v.rule_version AS "规则版本"
FROM mart.fact_order AS f
INNER JOIN mart.dim_run AS r ON f.run_key = r.run_key
INNER JOIN mart.dim_rule_version AS v ON f.rule_version_key = v.rule_version_key
INNER JOIN mart.dim_region AS g ON f.region_key = g.region_key
INNER JOIN mart.dim_period AS p ON f.period_key = p.period_key
INNER JOIN mart.dim_institution AS i ON f.institution_key = i.institution_key;

CREATE VIEW mart.v_cn_order_paper AS
SELECT
    g.region_name AS "行政区划",
    p.period_code AS "考核期",
    o.paper_no AS "指令文书编号",
    o.kind_name AS "指令种类",
    o.paper_status_name AS "文书状态",
    o.drafted_on AS "拟稿日期",
    o.signed_on AS "签发日期",
    o.issued_on AS "下达日期",
    o.issue_workdays AS "下达期限工作日",
    o.office_workdays AS "下达用时工作日",
    l.leg_count AS "划转笔数",
    l.blocked_count AS "受阻笔数",
    l.overdue_count AS "逾期笔数",
    l.issued_amount AS "应划金额",
    l.executed_amount AS "已执行金额",
    l.confirmed_amount AS "到位金额",
    CAST(l.confirmed_amount / nullif(l.issued_amount, 0) AS numeric(12, 6)) AS "到位率",
    o.superseded_by_no AS "被何指令取代"
FROM (
    SELECT DISTINCT
        f.paper_no, f.kind_name, f.paper_status_name, f.region_key, f.period_key, f.drafted_on, f.signed_on,
        f.issued_on, f.issue_workdays, f.office_workdays, f.superseded_by_no
    FROM mart.fact_order AS f
) AS o
INNER JOIN mart.dim_region AS g ON o.region_key = g.region_key
INNER JOIN mart.dim_period AS p ON o.period_key = p.period_key
CROSS JOIN LATERAL (
    SELECT
        CAST(count(*) AS integer) AS leg_count,
        CAST(count(*) FILTER (WHERE n.status_code = 'blocked') AS integer) AS blocked_count,
        CAST(count(*) FILTER (WHERE n.status_code = 'overdue') AS integer) AS overdue_count,
        CAST(coalesce(sum(n.issued_amount), 0) AS numeric(18, 2)) AS issued_amount,
        CAST(coalesce(sum(n.executed_amount), 0) AS numeric(18, 2)) AS executed_amount,
        CAST(coalesce(sum(n.confirmed_amount), 0) AS numeric(18, 2)) AS confirmed_amount
    FROM mart.fact_order_leg AS n
    WHERE n.paper_no = o.paper_no
) AS l;

CREATE VIEW mart.v_cn_correction AS
SELECT
    g.region_name AS "行政区划",
    p.period_code AS "考核期",
    f.priced_on AS "测定日期",
    f.treatment_name AS "处理方式",
    f.paper_no AS "指令文书编号",
    f.paper_status_name AS "文书状态",
    i.sort_no AS "机构排序",
    i.institution_name AS "金融机构",
    f.target_before_amount AS "更正前额度",
    f.target_after_amount AS "更正后额度",
    f.effect_amount AS "影响额",
    f.score_before_points AS "更正前得分",
    f.score_after_points AS "更正后得分",
    f.rank_before_no AS "更正前名次",
    f.rank_after_no AS "更正后名次",
    f.reason_text AS "说明",
    v.rule_version AS "规则版本"
FROM mart.fact_correction AS f
INNER JOIN mart.dim_region AS g ON f.region_key = g.region_key
INNER JOIN mart.dim_period AS p ON f.period_key = p.period_key
INNER JOIN mart.dim_institution AS i ON f.institution_key = i.institution_key
INNER JOIN mart.dim_rule_version AS v ON f.rule_version_key = v.rule_version_key;
COMMENT ON VIEW mart.v_cn_correction IS '更正影响表：一次更正每个金融机构一行，应存额度前后相差多少元，如何处理';

CREATE VIEW mart.v_cn_order_event AS
SELECT
    g.region_name AS "行政区划",
    p.period_code AS "考核期",
    f.paper_no AS "指令文书编号",
    f.leg_code AS "明细编号",
    f.happened_at AS "时间",
    f.source_name AS "事项",
    f.step_title AS "签批环节",
    f.before_status_name AS "原状态",
    f.after_status_name AS "新状态",
    f.actor_name AS "经办人",
    f.reason_text AS "说明"
FROM mart.fact_order_event AS f
INNER JOIN mart.dim_region AS g ON f.region_key = g.region_key
INNER JOIN mart.dim_period AS p ON f.period_key = p.period_key;

COMMENT ON VIEW mart.v_current_order IS '现行调整指令：已下达、未撤销的；被取代而已有划转执行的仍在其中';
COMMENT ON VIEW mart.v_current_order_leg IS '现行划转明细：已下达、未撤销的；受阻的只列未被取代的指令';
COMMENT ON VIEW mart.v_current_order_event IS '现行调整指令的经过';
COMMENT ON VIEW mart.v_cn_adjustment IS
'存款调整表：现行批次，每个金融机构一行。调整额 = 应存额度 - 现有存款 = 已安排 + 待到期 + 受阻 + 结转下期';
COMMENT ON VIEW mart.v_cn_order_leg IS '划转明细表：已下达、未撤销的每笔划转一行。到位率 = Σ到位金额 / Σ应划金额';
COMMENT ON VIEW mart.v_cn_overdue IS '逾期清单：现在逾期未执行的每笔划转一行，列同划转明细表';
COMMENT ON VIEW mart.v_cn_order IS
'指令表：每份指令每个金融机构一行，含草稿与已撤销的。一笔划转在划出行、划入行各列一次，金额跨机构相加会重复，请用指令到位表';
COMMENT ON VIEW mart.v_cn_order_paper IS '指令到位表：每份指令一行，每笔划转只计一次。到位率 = 到位金额 / 应划金额';
COMMENT ON VIEW mart.v_cn_order_event IS '指令经过表：谁在何时作何变动、因何，每件一行';
COMMENT ON TABLE mart.fact_order IS
'调整指令（调整、收回、补差）。粒度：指令文书 × 机构，有划转明细的机构各一行；尚无收款行的划转归于机构 -2（待分配）。'
'一笔划转在划出行、划入行各计一次，金额跨机构相加会重复；到位率 = Σ到位金额 / Σ应划金额';
COMMENT ON TABLE mart.fact_order_leg IS
'划转明细。粒度：一笔划转。同一所有者、同一资金类别之间；每笔同属划出行与划入行两份指令，按指令汇总时勿重复。'
'到位率 = Σ到位金额 / Σ应划金额；及时率 = 及时笔数 / 已有结论的笔数';
COMMENT ON TABLE mart.fact_order_event IS '指令与划转的经过。粒度：一次状态变化或一次签批。只记用户名，不含个人信息';

-- Comments: what a column means here, else what a column of that name means elsewhere in mart.
DO $$
DECLARE
    item record;
BEGIN
    FOR item IN
        SELECT
            CAST(c.oid AS regclass) AS relation,
            a.attname,
            coalesce(g.meaning, (
                SELECT col_description(o.oid, b.attnum)
                FROM pg_class AS o
                INNER JOIN pg_attribute AS b ON o.oid = b.attrelid AND b.attname = a.attname
                WHERE o.relnamespace = c.relnamespace AND col_description(o.oid, b.attnum) IS NOT NULL
                ORDER BY o.relname
                LIMIT 1
            )) AS meaning
        FROM pg_class AS c
        INNER JOIN pg_attribute AS a ON c.oid = a.attrelid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN (VALUES
            ('order_no', '', '指令编号：指令文书编号-机构代码'),
            ('指令编号', '', '指令文书编号-机构代码，空为无需划转'),
            ('status_code', 'order', '状态代码，见 dim_order_status'),
            ('status_name', 'order', '状态：待下达、待到期、已下达、已签收、已执行、已到位、逾期、退回、受阻、已撤销；指令为本行各笔中最落后的一笔'),
            ('状态', '', '待到期、已下达、已签收、已执行、已到位、逾期、退回、受阻'),
            ('due_on', 'order', '完成期限；指令为本行各笔中最晚的，空为未下达'),
            ('issued_on', 'order', '下达日期，空为未下达'),
            ('submission_key', 'order', '所依据余额的报送批次键，-1 未知，-2 不适用或多份'),
            ('run_key', 'order', '考核批次键，-1 批次尚未公布，-2 不适用（收回）'),
            ('paper_no', '', '指令文书编号：行政区划-考核期-种类与序号'),
            ('指令文书编号', '', '一份指令一个编号'),
            ('kind_code', '', '指令种类代码：adjustment、recall、true_up'),
            ('kind_name', '', '指令种类：调整、收回、补差'),
            ('指令种类', '', '调整、收回、补差'),
            ('order_status_key', '', '状态键，-1 未知，-2 不适用'),
            ('is_open', '', '是否还有事待办'),
            ('paper_status_code', '', '文书状态代码：draft、reviewed、signed、issued、returned、cancelled'),
            ('paper_status_name', '', '文书状态：草稿、已复核、已签发、已下达、退回、已撤销'),
            ('文书状态', '', '草稿、已复核、已签发、已下达、退回、已撤销'),
            ('指令状态', '', '本行各笔划转中最落后的一笔；下达之前同文书状态'),
            ('supersedes_no', '', '本指令取代的指令文书编号，空为无'),
            ('superseded_by_no', '', '取代本指令的、已下达的指令文书编号，空为未被取代'),
            ('取代的指令', '', '本指令取代的指令文书编号'),
            ('被何指令取代', '', '空为未被取代'),
            ('cause_text', '', '收回的起因，其余为空'),
            ('起因', '', '收回的起因，其余为空'),
            ('drafted_on', '', '拟稿日期'),
            ('拟稿日期', '', '拟定草稿的日期'),
            ('signed_on', '', '签发日期，空为未签发'),
            ('签发日期', '', '领导小组签批的日期，空为未签发'),
            ('executed_on', '', '执行日期；指令为全部执行完毕之日，空为未执行完'),
            ('执行日期', '', '空为未执行完'),
            ('confirmed_on', '', '到位日期：回单与余额相符之日；指令为全部到位之日，空为未到位'),
            ('到位日期', '', '回单与余额相符之日，空为未到位'),
            ('acknowledged_on', '', '银行签收日期，空为未签收'),
            ('签收日期', '', '银行签收的日期，空为未签收'),
            ('available_from', '', '可以划转的第一天，定期存款为到期日'),
            ('可划转日', '', '可以划转的第一天，定期存款为到期日'),
            ('counted_on', '', '逾期工作日数算到的日期：执行日，未执行的为最近刷新日'),
            ('days_late', 'order', '逾期工作日数，按时为 0；未执行的算到最近刷新日，未到期为空；因办公室迟延免计的为 0'),
            ('逾期工作日', '', '按时为 0，未到期为空，未执行的算到最近刷新日'),
            ('is_on_time', 'order', '是否及时，空为尚无结论；免计逾期的为是'),
            ('is_excused', '', '因办公室下达迟延，不计银行逾期'),
            ('免计逾期', '', '因办公室下达迟延，不计银行逾期'),
            ('due_workdays', 'order', '办法规定的执行工作日数'),
            ('issue_workdays', '', '办法规定办公室在签发后几个工作日内下达'),
            ('office_workdays', '', '办公室从签发到下达实用的工作日数，空为未下达'),
            ('下达期限工作日', '', '办法规定办公室下达的工作日数'),
            ('下达用时工作日', '', '办公室从签发到下达实用的工作日数'),
            ('late_leg_count', '', '逾期的划转笔数，不含免计的'),
            ('cancelled_leg_count', '', '已撤销的划转笔数'),
            ('blocked_amount', 'fact_order', '受阻金额，元，带符号，划入为正'),
            ('scheduled_amount', '', '待定期存款到期的金额，元，带符号，调入为正'),
            ('待到期', '', '待定期存款到期的金额，元，调入为正'),
            ('issued_amount', '', '已下达、未撤销的应划金额，元；到位率的分母'),
            ('executed_amount', '', '其中已执行的金额，元'),
            ('confirmed_amount', '', '其中已到位的金额，元；到位率的分子'),
            ('confirmed_ratio', '', '到位率 = confirmed_amount / issued_amount，空为没有应划金额；不可相加'),
            ('应划金额', '', '已下达、未撤销的金额，元；到位率的分母'),
            ('已执行金额', '', '应划金额中已执行的，元'),
            ('到位金额', '', '应划金额中已到位的，元；到位率的分子'),
            ('到位率', '', '到位金额除以应划金额；不可相加'),
            ('receipt_submission_key', '', '登记执行所据银行回报的报送批次键，-2 不适用'),
            ('receipt_text', '', '回单编号，空为未登记'),
            ('回单编号', '', '银行回单的编号'),
            ('回报文件', '', '登记执行所据的银行回报文件'),
            ('划转笔数', '', '含受阻与已撤销的'),
            ('受阻笔数', '', '需开户、须另行办理的笔数'),
            ('逾期笔数', '', '现在逾期的笔数'),
            ('event_no', '', '事项编号'),
            ('source_code', '', '事项种类代码：paper、signature、leg'),
            ('source_name', '', '事项种类：指令、签批、划转'),
            ('事项', '', '指令、签批或划转'),
            ('correction_no', '', '更正编号-机构代码'),
            ('correction_id', '', '更正编号'),
            ('against_run_key', '', '所对比的批次键：当时有效的批次，-1 未知'),
            ('treatment_code', '', '处理方式代码：none、true_up、superseding'),
            ('treatment_name', '', '处理方式：不变、下期补差、另行下达'),
            ('priced_on', '', '测定影响的日期'),
            ('target_before_amount', '', '更正前的应存额度，元'),
            ('target_after_amount', '', '更正后的应存额度，元'),
            ('effect_amount', '', '影响额，元 = 更正后 - 更正前'),
            ('score_before_points', '', '更正前的总得分，不可相加'),
            ('score_after_points', '', '更正后的总得分，不可相加'),
            ('rank_before_no', '', '更正前的名次'),
            ('rank_after_no', '', '更正后的名次'),
            ('测定日期', '', '测定影响的日期'),
            ('处理方式', '', '不变、下期补差、另行下达'),
            ('更正前额度', '', '更正前的应存额度，元'),
            ('更正后额度', '', '更正后的应存额度，元'),
            ('影响额', '', '更正后减更正前，元'),
            ('更正前得分', '', '更正前的总得分'),
            ('更正后得分', '', '更正后的总得分'),
            ('更正前名次', '', '更正前的名次，不参评为空'),
            ('更正后名次', '', '更正后的名次，不参评为空'),
            ('step_title', '', '签批环节，其余为空'),
            ('签批环节', '', '签批的环节，其余为空'),
            ('before_status_code', '', '变动之前的状态代码'),
            ('before_status_name', '', '变动之前的状态'),
            ('原状态', '', '变动之前的状态'),
            ('after_status_code', '', '变动之后的状态代码'),
            ('after_status_name', '', '变动之后的状态'),
            ('新状态', '', '变动之后的状态'),
            ('actor_name', '', '经办人的用户名'),
            ('经办人', '', '用户名'),
            ('happened_on', '', '发生日期'),
            ('happened_at', '', '发生时间，北京时间'),
            ('时间', '', '北京时间')
        ) AS g (word, scope, meaning) ON a.attname = g.word AND c.relname LIKE '%' || g.scope || '%'
        WHERE
            c.relnamespace = CAST('mart' AS regnamespace) AND c.relkind IN ('r', 'v')
            AND (col_description(c.oid, a.attnum) IS NULL OR g.meaning IS NOT NULL AND c.relname LIKE '%order%')
    LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', item.relation, item.attname, item.meaning);
    END LOOP;
END
$$;
