-- The views of orders as they were, with what their columns mean.
-- noqa: disable=RF06
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

COMMENT ON TABLE mart.fact_order IS '存款调整指令（多划少补）。粒度：机构 × 考核批次，有划转明细的机构各一份';
COMMENT ON TABLE mart.fact_order_leg IS
'划转明细。粒度：考核批次 × 明细序号。同一所有者、同一资金类别之间；每笔同属划出行与划入行两份指令，按指令汇总时勿重复';

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
            ('order_no', '调整指令编号：行政区划-考核期-批次-机构'),
            ('status_code', '状态代码'),
            ('status_name', '状态'),
            ('due_on', '完成期限，空为未定'),
            ('issued_on', '下达日期'),
            ('submission_key', '报送批次键，-1 未知，-2 不适用（多份报送见 fact_run_input）'),
            ('run_key', '考核批次键，基础数据为首次发布该行的批次，-1 未知，-2 不适用'),
            ('blocked_amount', '受阻金额，元，带符号，调入为正'),
            ('due_workdays', '期限的工作日数'),
            ('行政区划', '地区名称'),
            ('考核期', '如 2025-Q4'),
            ('机构排序', '官方顺序'),
            ('金融机构', '机构全称'),
            ('机构简称', '金融机构简称'),
            ('现有存款', '元。半可加：考核期之间不得相加'),
            ('不调整存款', '计入总量而不调整的存款，元'),
            ('可调整存款', '元'),
            ('原始额度', '按得分的原始额度，元'),
            ('起作用的约束', '按得分、下限、上限或先行扣除'),
            ('应存额度', '元，合计等于总量'),
            ('调整额', '元，应存额度减现有存款，调入为正'),
            ('已安排', '已安排划转的金额，元，调入为正'),
            ('受阻', '因需开户等受阻的金额，元，调入为正'),
            ('结转下期', '结转下期的金额，元，调入为正'),
            ('指令编号', '行政区划-考核期-批次-机构，空为无需划转'),
            ('指令状态', '调整指令的状态'),
            ('下达日期', '指令或事件的下达日期'),
            ('完成期限', '应完成的日期'),
            ('划入金额', '已安排划入的金额，元'),
            ('划出金额', '已安排划出的金额，元'),
            ('说明', '原因或说明'),
            ('数据截至', '数据截至日'),
            ('运行次数', '本考核期第几次运行'),
            ('规则版本', '考核办法代码与内容散列前八位'),
            ('明细编号', '划转明细编号'),
            ('划出指令编号', '划出行的调整指令'),
            ('划入指令编号', '划入行的调整指令'),
            ('划出机构', '资金划出的金融机构'),
            ('划入机构', '资金划入的金融机构'),
            ('划出账户', '资金划出的账号'),
            ('划入账户', '资金划入的账号，未知为需开户'),
            ('资金所有者', '所有者在划转前后不变'),
            ('资金类别', '类别在划转前后不变'),
            ('金额', '元'),
            ('状态', '已安排或受阻')
        ) AS g (word, meaning) ON a.attname = g.word
        WHERE
            c.relnamespace = CAST('mart' AS regnamespace)
            AND c.relname IN (
                'fact_order', 'fact_order_leg', 'v_current_order', 'v_current_order_leg', 'v_cn_adjustment',
                'v_cn_order_leg'
            )
            AND (col_description(c.oid, a.attnum) IS NULL OR g.meaning IS NOT NULL)
        UNION ALL
        SELECT
            CAST('mart.v_current_allocation' AS regclass),
            s.attname,
            s.meaning
        FROM said AS s
    LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', item.relation, item.attname, item.meaning);
    END LOOP;
END
$$;
DROP TABLE said;
