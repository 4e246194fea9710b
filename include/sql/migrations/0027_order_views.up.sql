-- Orders as BI and the office open them: what stands now (v_current_*), and tables with Chinese headings (v_cn_*).
-- noqa: disable=RF06
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
        f.paper_no,
        f.kind_name,
        f.paper_status_name,
        f.region_key,
        f.period_key,
        f.drafted_on,
        f.signed_on,
        f.issued_on,
        f.issue_workdays,
        f.office_workdays,
        f.superseded_by_no
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
