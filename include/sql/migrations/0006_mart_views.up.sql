-- What holds now (v_current_*), and the wide tables with Chinese headings that office users open (v_cn_*).
-- noqa: disable=RF06
CREATE VIEW mart.v_current_run AS
SELECT DISTINCT ON (region_code, period_code) *
FROM mart.dim_run
WHERE run_id IS NOT NULL
ORDER BY region_code, period_code, publication_no DESC;
COMMENT ON VIEW mart.v_current_run IS '现行考核批次：每个行政区划、考核期最近一次发布的批次';

CREATE VIEW mart.v_current_submission AS
SELECT DISTINCT ON (region_code, period_code, feed_code, reporter_code) *
FROM mart.dim_submission
WHERE is_published
ORDER BY region_code, period_code, feed_code, reporter_code, sequence_no DESC;
COMMENT ON VIEW mart.v_current_submission IS '现行报送批次：已随考核批次发布的最近一次更正';

CREATE VIEW mart.v_current_deposit_balance AS
SELECT DISTINCT ON (f.account_key, f.as_of_date) f.*
FROM mart.fact_deposit_balance AS f
INNER JOIN mart.v_current_submission AS s ON f.submission_key = s.submission_key
ORDER BY f.account_key, f.as_of_date, s.period_code DESC, f.record_no;
COMMENT ON VIEW mart.v_current_deposit_balance IS
'现行政府性资金存款余额，每户每日一行。半可加：不同日期之间不得相加，请限定 is_period_end 和一个考核期';

CREATE VIEW mart.v_current_loan_balance AS
SELECT DISTINCT ON (f.region_key, f.institution_key, f.measure_key, f.as_of_date) f.*
FROM mart.fact_loan_balance AS f
INNER JOIN mart.v_current_submission AS s ON f.submission_key = s.submission_key
ORDER BY f.region_key, f.institution_key, f.measure_key, f.as_of_date, s.period_code DESC, f.record_no;
COMMENT ON VIEW mart.v_current_loan_balance IS '现行存贷款余额。半可加：不同日期之间、相互重叠的标签之间不得相加';

CREATE VIEW mart.v_current_tax AS
SELECT DISTINCT ON (f.region_key, s.feed_code, f.institution_key, f.tax_type_name, f.window_from, f.window_to) f.*
FROM mart.fact_tax AS f
INNER JOIN mart.v_current_submission AS s ON f.submission_key = s.submission_key
ORDER BY
    f.region_key, s.feed_code, f.institution_key, f.tax_type_name, f.window_from, f.window_to,
    s.period_code DESC, f.record_no;
COMMENT ON VIEW mart.v_current_tax IS '现行入库税收。年初累计数不同截止日之间不得相加';

CREATE VIEW mart.v_current_timeliness_event AS
SELECT DISTINCT ON (f.region_key, f.event_code) f.*
FROM mart.fact_timeliness_event AS f
INNER JOIN mart.v_current_submission AS s ON f.submission_key = s.submission_key
ORDER BY f.region_key, f.event_code, s.period_code DESC, f.record_no;
COMMENT ON VIEW mart.v_current_timeliness_event IS '现行及时性事件，每件一行';

CREATE VIEW mart.v_current_run_input AS
SELECT f.*
FROM mart.fact_run_input AS f
INNER JOIN mart.v_current_run AS r ON f.run_key = r.run_key;
COMMENT ON VIEW mart.v_current_run_input IS '现行考核批次所依据的报送批次';

CREATE VIEW mart.v_current_score AS
SELECT f.*
FROM mart.fact_score AS f
INNER JOIN mart.v_current_run AS r ON f.run_key = r.run_key;
COMMENT ON VIEW mart.v_current_score IS '现行考核得分。得分在末级指标之间可相加';

CREATE VIEW mart.v_current_allocation AS
SELECT f.*
FROM mart.fact_allocation AS f
INNER JOIN mart.v_current_run AS r ON f.run_key = r.run_key;
COMMENT ON VIEW mart.v_current_allocation IS '现行应存额度分配。半可加：考核期之间不得相加';

CREATE VIEW mart.v_current_order AS
SELECT f.*
FROM mart.fact_order AS f
INNER JOIN mart.v_current_run AS r ON f.run_key = r.run_key;
COMMENT ON VIEW mart.v_current_order IS '现行存款调整指令';

CREATE VIEW mart.v_current_order_leg AS
SELECT f.*
FROM mart.fact_order_leg AS f
INNER JOIN mart.v_current_run AS r ON f.run_key = r.run_key;
COMMENT ON VIEW mart.v_current_order_leg IS '现行划转明细';

CREATE VIEW mart.v_current_alert AS
SELECT DISTINCT ON (f.region_key, f.institution_key, f.metric_code, f.scope_code, f.as_of_date) f.*
FROM mart.fact_alert AS f
INNER JOIN mart.dim_submission AS s ON f.submission_key = s.submission_key
WHERE
    NOT EXISTS (
        SELECT
        FROM mart.dim_submission AS newer
        WHERE
            newer.region_code = s.region_code AND newer.period_code = s.period_code AND newer.feed_code = s.feed_code
            AND newer.reporter_code = s.reporter_code AND newer.sequence_no > s.sequence_no
            AND newer.status_code = 'accepted'
    )
ORDER BY f.region_key, f.institution_key, f.metric_code, f.scope_code, f.as_of_date, f.alert_id DESC;
COMMENT ON VIEW mart.v_current_alert IS '现行预警：所依据的报送未被更正的最近一次预警';

CREATE VIEW mart.v_current_dq_result AS
SELECT DISTINCT ON (submission_key, check_code) *
FROM mart.fact_dq_result
ORDER BY submission_key, check_code, check_result_id DESC;
COMMENT ON VIEW mart.v_current_dq_result IS '每份报送每条校验规则最近一次的检查结果';

CREATE VIEW mart.v_cn_evaluation AS
SELECT
    g.region_name AS "行政区划",
    r.period_code AS "考核期",
    i.sort_no AS "机构排序",
    i.institution_name AS "金融机构",
    i.short_name AS "机构简称",
    i.institution_type AS "机构类型",
    f.role_name AS "参评身份",
    f.rank_no AS "名次",
    f.score_points AS "总得分",
    f.score_total AS "得分总和",
    f.share_ratio AS "分配比例",
    coalesce(p.listing, '') AS "各指标得分",
    f.current_amount AS "现有存款",
    f.rigid_amount AS "不调整存款",
    f.target_amount AS "应存额度",
    f.delta_amount AS "调整额",
    f.reason_text AS "说明",
    r.as_of_date AS "数据截至",
    r.run_name AS "运行次数",
    r.rule_version AS "规则版本",
    r.checks_passed AS "检查通过数",
    r.checks_total AS "检查总数"
FROM mart.fact_allocation AS f
INNER JOIN mart.v_current_run AS r ON f.run_key = r.run_key
INNER JOIN mart.dim_region AS g ON f.region_key = g.region_key
INNER JOIN mart.dim_institution AS i ON f.institution_key = i.institution_key
LEFT JOIN LATERAL (
    SELECT string_agg(n.indicator_name || ' ' || round(s.points, 4), '；' ORDER BY n.sort_no) AS listing
    FROM mart.fact_score AS s
    INNER JOIN mart.dim_indicator AS n ON s.indicator_key = n.indicator_key
    WHERE s.run_key = f.run_key AND s.institution_key = f.institution_key AND s.is_leaf
) AS p ON TRUE;
COMMENT ON VIEW mart.v_cn_evaluation IS '评价总表：现行批次，每个金融机构一行。金额为元，考核期之间不得相加';

CREATE VIEW mart.v_cn_score AS
SELECT
    g.region_name AS "行政区划",
    r.period_code AS "考核期",
    i.sort_no AS "机构排序",
    i.institution_name AS "金融机构",
    i.short_name AS "机构简称",
    n.sort_no AS "指标排序",
    n.parent_name AS "上级指标",
    n.indicator_name AS "考核指标",
    CASE WHEN f.is_leaf THEN '是' ELSE '否' END AS "末级指标",
    f.value_amount AS "规模值",
    f.value_ratio AS "比率值",
    f.numerator AS "分子",
    f.denominator AS "分母",
    f.points AS "得分",
    f.full_points AS "满分",
    n.method_name AS "计分方法",
    n.clause_text AS "条款",
    f.flag_text AS "标记",
    r.as_of_date AS "数据截至",
    r.run_name AS "运行次数",
    r.rule_version AS "规则版本"
FROM mart.fact_score AS f
INNER JOIN mart.v_current_run AS r ON f.run_key = r.run_key
INNER JOIN mart.dim_region AS g ON f.region_key = g.region_key
INNER JOIN mart.dim_institution AS i ON f.institution_key = i.institution_key
INNER JOIN mart.dim_indicator AS n ON f.indicator_key = n.indicator_key;
COMMENT ON VIEW mart.v_cn_score IS '评价明细表：现行批次，每个金融机构每项考核指标一行';

CREATE VIEW mart.v_cn_adjustment AS
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
    r.rule_version AS "规则版本"
FROM mart.fact_allocation AS f
INNER JOIN mart.v_current_run AS r ON f.run_key = r.run_key
INNER JOIN mart.dim_region AS g ON f.region_key = g.region_key
INNER JOIN mart.dim_institution AS i ON f.institution_key = i.institution_key
LEFT JOIN mart.fact_order AS o ON f.run_key = o.run_key AND f.institution_key = o.institution_key;
COMMENT ON VIEW mart.v_cn_adjustment IS '存款调整表：现行批次，每个金融机构一行。调整额 = 应存额度 - 现有存款 = 已安排 + 受阻 + 结转下期';

CREATE VIEW mart.v_cn_order_leg AS
SELECT
    g.region_name AS "行政区划",
    r.period_code AS "考核期",
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
    a.due_on AS "完成期限",
    r.as_of_date AS "数据截至",
    r.run_name AS "运行次数",
    r.rule_version AS "规则版本"
FROM mart.fact_order_leg AS f
INNER JOIN mart.v_current_run AS r ON f.run_key = r.run_key
INNER JOIN mart.dim_region AS g ON f.region_key = g.region_key
INNER JOIN mart.fact_order AS a ON f.from_order_key = a.order_key
INNER JOIN mart.fact_order AS b ON f.to_order_key = b.order_key
INNER JOIN mart.dim_institution AS x ON f.from_institution_key = x.institution_key
INNER JOIN mart.dim_institution AS y ON f.to_institution_key = y.institution_key
INNER JOIN mart.dim_account AS u ON f.from_account_key = u.account_key
INNER JOIN mart.dim_account AS v ON f.to_account_key = v.account_key
INNER JOIN mart.dim_fund_category AS c ON f.fund_category_key = c.fund_category_key;
COMMENT ON VIEW mart.v_cn_order_leg IS '划转明细表：现行批次，每笔划转一行';
