-- What published runs say of true-ups, for BI.
-- noqa: disable=RF06
CREATE TABLE mart.fact_true_up (
    true_up_no text PRIMARY KEY,
    paper_no text NOT NULL,
    run_key integer NOT NULL REFERENCES mart.dim_run,
    rule_version_key integer NOT NULL REFERENCES mart.dim_rule_version,
    submission_key integer NOT NULL REFERENCES mart.dim_submission,
    region_key integer NOT NULL REFERENCES mart.dim_region,
    period_key integer NOT NULL REFERENCES mart.dim_period,
    corrected_period_key integer NOT NULL REFERENCES mart.dim_period,
    date_key integer NOT NULL REFERENCES mart.dim_date,
    institution_key integer NOT NULL REFERENCES mart.dim_institution,
    brought_amount numeric(18, 2) NOT NULL,
    due_amount numeric(18, 2) NOT NULL,
    spread_amount numeric(18, 2) NOT NULL,
    applied_amount numeric(18, 2) NOT NULL,
    left_amount numeric(18, 2) NOT NULL
);
COMMENT ON TABLE mart.fact_true_up IS
'补差的落实。粒度：考核批次 × 补差文书 × 机构。已落实在考核期之间可相加；应补与结转是余额，考核期之间不得相加';

CREATE VIEW mart.v_current_true_up AS
SELECT f.*
FROM mart.fact_true_up AS f
INNER JOIN mart.v_current_run AS r ON f.run_key = r.run_key;
COMMENT ON VIEW mart.v_current_true_up IS '现行的补差落实：每个考核期最近一次发布的批次';

CREATE VIEW mart.v_cn_true_up AS
SELECT
    g.region_name AS "行政区划",
    p.period_code AS "考核期",
    f.paper_no AS "补差文书编号",
    c.period_code AS "更正的考核期",
    i.sort_no AS "机构排序",
    i.institution_name AS "金融机构",
    f.brought_amount AS "上季结转",
    f.due_amount AS "应补",
    f.spread_amount AS "总量变动分担",
    f.applied_amount AS "已落实",
    f.left_amount AS "结转下季",
    v.rule_version AS "规则版本"
FROM mart.v_current_true_up AS f
INNER JOIN mart.dim_region AS g ON f.region_key = g.region_key
INNER JOIN mart.dim_period AS p ON f.period_key = p.period_key
INNER JOIN mart.dim_period AS c ON f.corrected_period_key = c.period_key
INNER JOIN mart.dim_institution AS i ON f.institution_key = i.institution_key
INNER JOIN mart.dim_rule_version AS v ON f.rule_version_key = v.rule_version_key;
COMMENT ON VIEW mart.v_cn_true_up IS '补差落实表：每份补差每个金融机构一行，应补多少元，本期落实多少元，结转下季多少元';
DO $$
DECLARE
    item record;
BEGIN
    FOR item IN
        SELECT
            c.relname,
            a.attname,
            g.meaning
        FROM pg_class AS c
        INNER JOIN pg_attribute AS a ON c.oid = a.attrelid AND a.attnum > 0
        INNER JOIN (
            VALUES
            ('true_up_no', '批次-补差文书编号-机构代码'), ('paper_no', '补差文书编号'), ('run_key', '考核批次键'),
            ('rule_version_key', '规则版本键'), ('submission_key', '报送批次键，-2 不适用'), ('region_key', '行政区划键'),
            ('period_key', '考核期键：计入补差的考核期'), ('corrected_period_key', '更正的考核期键'),
            ('date_key', '日期键：基准日'), ('institution_key', '机构键；被合并的为承继机构，-1 未知'),
            ('brought_amount', '应补中自以前考核期结转的，元'), ('due_amount', '应补，元 = 总量变动分担 + 已落实 + 结转下季'),
            ('spread_amount', '更正改变了总量的，由各行按权数分担的数，元'),
            ('applied_amount', '已落实，元：有界额度因补差的增减，各行合计为 0'),
            ('left_amount', '结转下季，元：因上下限没有落实的，各行合计为 0'),
            ('行政区划', '行政区划名称'), ('考核期', '计入补差的考核期'), ('补差文书编号', '补差文书编号'),
            ('更正的考核期', '所更正的考核期'), ('机构排序', '机构排序号'), ('金融机构', '金融机构名称'),
            ('上季结转', '应补中自以前考核期结转的，元'), ('应补', '本期应补，元，负数为应减'),
            ('总量变动分担', '由各行按权数分担的总量变动，元'), ('已落实', '有界额度因补差的增减，元'),
            ('结转下季', '因上下限没有落实、下季计入的，元'), ('规则版本', '考核办法的版本')
        ) AS g (word, meaning) ON a.attname = g.word
        WHERE c.relnamespace = CAST('mart' AS regnamespace) AND c.relkind IN ('r', 'v') AND c.relname LIKE '%true_up'
    LOOP
        EXECUTE format('COMMENT ON COLUMN mart.%I.%I IS %L', item.relname, item.attname, item.meaning);
    END LOOP;
END
$$;
