-- The warnings that hold now, as analysts and the office read them (S20).
-- noqa: disable=RF06
CREATE OR REPLACE VIEW mart.v_current_alert AS
SELECT DISTINCT ON (
    f.region_key, f.institution_key, f.metric_code, f.scope_code, f.as_of_date, f.event_code
) f.*
FROM mart.fact_alert AS f
WHERE f.is_standing
ORDER BY f.region_key, f.institution_key, f.metric_code, f.scope_code, f.as_of_date, f.event_code, f.alert_id DESC;
COMMENT ON VIEW mart.v_current_alert IS '现行预警：所依据的指标或事件未被更正的最近一次预警；事件是否过期、办结看预警至和办结日期';

CREATE OR REPLACE VIEW mart.v_cn_alert AS
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
    v.rule_version AS "规则版本",
    f.cause_name AS "起因",
    f.institution_type AS "限值适用类型",
    nullif(f.event_code, '') AS "事件编号",
    nullif(f.event_name, '') AS "监管事件",
    nullif(f.severity_name, '') AS "处理等级",
    nullif(f.decision_text, '') AS "决定文号",
    f.stands_until AS "预警至",
    f.settled_on AS "办结日期"
FROM mart.v_current_alert AS f
INNER JOIN mart.dim_region AS g ON f.region_key = g.region_key
INNER JOIN mart.dim_period AS p ON f.period_key = p.period_key
INNER JOIN mart.dim_institution AS i ON f.institution_key = i.institution_key
INNER JOIN mart.dim_alert_rule AS a ON f.alert_rule_key = a.alert_rule_key
INNER JOIN mart.dim_rule_version AS v ON f.rule_version_key = v.rule_version_key
INNER JOIN mart.dim_submission AS s ON f.submission_key = s.submission_key;
COMMENT ON VIEW mart.v_cn_alert IS
'预警清单：现行预警，每条一行；起因为监管指标的看指标值与限值，为监管事件的看事件与文号。比率以小数表示，0.25 即 25%';

DO $$
DECLARE
    item record;
BEGIN
    FOR item IN
        SELECT CAST(c.oid AS regclass) AS relation, a.attname, g.meaning
        FROM pg_class AS c
        INNER JOIN pg_attribute AS a ON c.oid = a.attrelid AND a.attnum > 0 AND NOT a.attisdropped
        INNER JOIN (VALUES
            ('cause_code', '预警起因代码：figure、event'),
            ('cause_name', '预警起因：监管指标、监管事件'),
            ('institution_type', '限值适用的机构类型，空为一般的限值'),
            ('event_code', '监管事件编号，起因为指标的为空'),
            ('event_kind', '监管事件类别，规则中空为任何类别'),
            ('event_name', '监管事件的名称，考核办法所定'),
            ('severity_code', '处理等级代码：note、deduct、disqualify，规则中空为任何等级'),
            ('severity_name', '处理等级：记录、扣分、取消资格'),
            ('alert_level', '预警级别：黄、橙、红；规则中限值不分级别的为空'),
            ('standing_months', '事件预警几个月，空为直至更正或办结'),
            ('decision_text', '决定文号，按最近一次报送'),
            ('stands_until', '事件预警至这一天之前，空为直至更正或办结'),
            ('settled_on', '事件办结日期，空为没有办结'),
            ('is_standing', '所依据的指标或事件未被更正'),
            ('起因', '监管指标或监管事件'),
            ('限值适用类型', '限值适用的机构类型，空为一般的限值'),
            ('事件编号', '监管事件的编号'),
            ('监管事件', '考核办法列入预警的事件名称'),
            ('处理等级', '记录、扣分、取消资格'),
            ('决定文号', '按最近一次报送'),
            ('预警至', '这一天之前，空为直至更正或办结'),
            ('办结日期', '自这一天起不再预警，空为没有办结')
        ) AS g (word, meaning) ON a.attname = g.word
        WHERE
            c.relnamespace = CAST('mart' AS regnamespace)
            AND c.relname IN ('dim_alert_rule', 'fact_alert', 'v_current_alert', 'v_cn_alert')
            AND (a.attname <> 'alert_level' OR c.relname = 'dim_alert_rule')
    LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', item.relation, item.attname, item.meaning);
    END LOOP;
END
$$;
