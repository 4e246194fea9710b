-- Wide tables with Chinese headings, continued: what was delivered, warned of and checked.
-- noqa: disable=RF06
CREATE VIEW mart.v_cn_deposit_balance AS
SELECT
    g.region_name AS "行政区划",
    p.period_code AS "考核期",
    f.as_of_date AS "日期",
    CASE WHEN f.is_period_end THEN '是' ELSE '否' END AS "期末",
    i.institution_name AS "金融机构",
    a.account_code AS "账号",
    a.owner_name AS "资金所有者",
    c.fund_category_name AS "资金类别",
    CASE f.is_adjustable WHEN TRUE THEN '可调整' WHEN FALSE THEN '不调整' ELSE '未知' END AS "调整属性",
    f.balance_amount AS "余额",
    f.matures_on AS "到期日",
    s.file_name AS "来源文件",
    r.run_name AS "运行次数",
    r.rule_version AS "规则版本"
FROM mart.v_current_deposit_balance AS f
INNER JOIN mart.dim_region AS g ON f.region_key = g.region_key
INNER JOIN mart.dim_period AS p ON f.period_key = p.period_key
INNER JOIN mart.dim_institution AS i ON f.institution_key = i.institution_key
INNER JOIN mart.dim_account AS a ON f.account_key = a.account_key
INNER JOIN mart.dim_fund_category AS c ON f.fund_category_key = c.fund_category_key
INNER JOIN mart.dim_submission AS s ON f.submission_key = s.submission_key
INNER JOIN mart.dim_run AS r ON f.run_key = r.run_key;
COMMENT ON VIEW mart.v_cn_deposit_balance IS '政府性资金存款余额表：每户每日一行。余额半可加，不同日期之间不得相加，请限定期末和一个考核期';

CREATE VIEW mart.v_cn_loan_balance AS
SELECT
    g.region_name AS "行政区划",
    p.period_code AS "考核期",
    f.as_of_date AS "日期",
    CASE WHEN f.is_period_end THEN '是' ELSE '否' END AS "期末",
    i.sort_no AS "机构排序",
    i.institution_name AS "金融机构",
    m.measure_name AS "计量",
    CASE WHEN m.is_tag THEN '是' ELSE '否' END AS "重叠标签",
    f.balance_amount AS "余额",
    s.file_name AS "来源文件",
    r.run_name AS "运行次数",
    r.rule_version AS "规则版本"
FROM mart.v_current_loan_balance AS f
INNER JOIN mart.dim_region AS g ON f.region_key = g.region_key
INNER JOIN mart.dim_period AS p ON f.period_key = p.period_key
INNER JOIN mart.dim_institution AS i ON f.institution_key = i.institution_key
INNER JOIN mart.dim_measure AS m ON f.measure_key = m.measure_key
INNER JOIN mart.dim_submission AS s ON f.submission_key = s.submission_key
INNER JOIN mart.dim_run AS r ON f.run_key = r.run_key;
COMMENT ON VIEW mart.v_cn_loan_balance IS '存贷款余额表：每个金融机构每项计量每日一行。余额半可加，不同日期、不同计量之间不得相加';

CREATE VIEW mart.v_cn_tax AS
SELECT
    g.region_name AS "行政区划",
    p.period_code AS "考核期",
    i.sort_no AS "机构排序",
    i.institution_name AS "金融机构",
    f.tax_type_name AS "税种",
    f.window_from AS "起始日",
    f.window_to AS "截止日",
    CASE WHEN f.is_year_to_date THEN '是' ELSE '否' END AS "年初累计",
    f.paid_amount AS "入库税额",
    f.local_amount AS "地方留成",
    s.file_name AS "来源文件",
    r.run_name AS "运行次数",
    r.rule_version AS "规则版本"
FROM mart.v_current_tax AS f
INNER JOIN mart.dim_region AS g ON f.region_key = g.region_key
INNER JOIN mart.dim_period AS p ON f.period_key = p.period_key
INNER JOIN mart.dim_institution AS i ON f.institution_key = i.institution_key
INNER JOIN mart.dim_submission AS s ON f.submission_key = s.submission_key
INNER JOIN mart.dim_run AS r ON f.run_key = r.run_key;
COMMENT ON VIEW mart.v_cn_tax IS '入库税收表：每个金融机构每个税种每段期间一行。年初累计数不同截止日之间不得相加';

CREATE VIEW mart.v_cn_timeliness_event AS
SELECT
    g.region_name AS "行政区划",
    p.period_code AS "考核期",
    i.institution_name AS "金融机构",
    f.event_code AS "事件编号",
    f.event_kind_name AS "事件种类",
    f.issued_on AS "下达日期",
    f.due_on AS "完成期限",
    f.done_on AS "完成日期",
    CASE f.is_on_time WHEN TRUE THEN '是' WHEN FALSE THEN '否' ELSE '未知' END AS "是否及时",
    f.days_late AS "逾期工作日",
    f.event_amount AS "金额",
    s.file_name AS "来源文件",
    r.run_name AS "运行次数",
    r.rule_version AS "规则版本"
FROM mart.v_current_timeliness_event AS f
INNER JOIN mart.dim_region AS g ON f.region_key = g.region_key
INNER JOIN mart.dim_period AS p ON f.period_key = p.period_key
INNER JOIN mart.dim_institution AS i ON f.institution_key = i.institution_key
INNER JOIN mart.dim_submission AS s ON f.submission_key = s.submission_key
INNER JOIN mart.dim_run AS r ON f.run_key = r.run_key;
COMMENT ON VIEW mart.v_cn_timeliness_event IS '及时性事件表：每件一行';

CREATE VIEW mart.v_cn_alert AS
SELECT
    g.region_name AS "行政区划",
    p.period_code AS "考核期",
    f.alert_level AS "预警级别",
    f.level_no AS "级别序号",
    i.sort_no AS "机构排序",
    i.institution_name AS "金融机构",
    f.metric_name AS "监管指标",
    f.scope_name AS "口径",
    f.metric_ratio AS "指标值",
    f.operator_code AS "比较符",
    f.limit_ratio AS "限值",
    f.gap_ratio AS "与限值之差",
    f.reason_text AS "原因",
    a.clause_text AS "条款",
    f.raised_at AS "预警时间",
    s.file_name AS "来源文件",
    f.as_of_date AS "数据截至",
    v.rule_version AS "规则版本"
FROM mart.v_current_alert AS f
INNER JOIN mart.dim_region AS g ON f.region_key = g.region_key
INNER JOIN mart.dim_period AS p ON f.period_key = p.period_key
INNER JOIN mart.dim_institution AS i ON f.institution_key = i.institution_key
INNER JOIN mart.dim_alert_rule AS a ON f.alert_rule_key = a.alert_rule_key
INNER JOIN mart.dim_rule_version AS v ON f.rule_version_key = v.rule_version_key
INNER JOIN mart.dim_submission AS s ON f.submission_key = s.submission_key;
COMMENT ON VIEW mart.v_cn_alert IS '预警清单：现行预警，每条一行。比率以小数表示，0.25 即 25%';

CREATE VIEW mart.v_cn_dq_result AS
SELECT
    s.region_code AS "行政区划代码",
    s.period_code AS "考核期",
    s.feed_code AS "报送内容",
    w.provider_name AS "报送单位",
    s.file_name AS "来源文件",
    s.sequence_no AS "报送次数",
    s.status_name AS "报送状态",
    f.check_code AS "校验规则",
    f.class_name AS "校验类别",
    CASE WHEN f.is_passed THEN '是' ELSE '否' END AS "是否通过",
    f.evaluated_count AS "检查数",
    f.unexpected_count AS "不合格数",
    f.checked_at AS "检查时间"
FROM mart.v_current_dq_result AS f
INNER JOIN mart.dim_submission AS s ON f.submission_key = s.submission_key
INNER JOIN mart.dim_provider AS w ON s.provider_key = w.provider_key;
COMMENT ON VIEW mart.v_cn_dq_result IS '数据检查表：每份报送每条校验规则最近一次的结果';

CREATE VIEW mart.v_cn_finding AS
SELECT
    g.region_name AS "行政区划",
    p.period_code AS "考核期",
    s.feed_code AS "报送内容",
    s.status_name AS "报送状态",
    f.check_code AS "校验规则",
    f.class_name AS "校验类别",
    f.message_text AS "问题",
    f.advice_text AS "处理办法",
    f.place_text AS "位置",
    f.found_at AS "发现时间"
FROM mart.fact_finding AS f
INNER JOIN mart.dim_region AS g ON f.region_key = g.region_key
INNER JOIN mart.dim_period AS p ON f.period_key = p.period_key
INNER JOIN mart.dim_submission AS s ON f.submission_key = s.submission_key;
COMMENT ON VIEW mart.v_cn_finding IS '校验发现清单：何处、何事、如何处理，每条一行';
