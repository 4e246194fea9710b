-- The mart as it was: warnings of figures alone.
-- noqa: disable=RF06
DELETE FROM mart.fact_alert
WHERE cause_code = 'event';
ALTER TABLE mart.fact_alert
DROP COLUMN is_standing,
DROP COLUMN settled_on,
DROP COLUMN stands_until,
DROP COLUMN decision_text,
DROP COLUMN severity_name,
DROP COLUMN severity_code,
DROP COLUMN event_name,
DROP COLUMN event_kind,
DROP COLUMN event_code,
DROP COLUMN institution_type,
DROP COLUMN cause_name,
DROP COLUMN cause_code;
COMMENT ON TABLE mart.fact_alert IS '预警。粒度：机构 × 监管指标 × 日期 × 级别，一次预警一行；比率之间不得相加';
UPDATE mart.fact_alert SET alert_rule_key = -1
FROM mart.dim_alert_rule AS a
WHERE fact_alert.alert_rule_key = a.alert_rule_key AND a.institution_type <> '';
DELETE FROM mart.dim_alert_rule
WHERE cause_code = 'event' OR institution_type <> '';
ALTER TABLE mart.dim_alert_rule
DROP CONSTRAINT dim_alert_rule_once,
DROP COLUMN standing_months,
DROP COLUMN alert_level,
DROP COLUMN severity_code,
DROP COLUMN event_name,
DROP COLUMN event_kind,
DROP COLUMN institution_type,
DROP COLUMN cause_code,
ADD CONSTRAINT dim_alert_rule_rule_version_key_metric_code_key UNIQUE (rule_version_key, metric_code);
COMMENT ON TABLE mart.dim_alert_rule IS '预警规则维度：每个考核办法版本的监管指标限值';

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

DO $$
DECLARE
    item record;
BEGIN
    FOR item IN
        SELECT a.attname, col_description(f.attrelid, f.attnum) AS meaning
        FROM pg_attribute AS a
        INNER JOIN pg_attribute AS f ON f.attrelid = CAST('mart.fact_alert' AS regclass) AND a.attname = f.attname
        WHERE a.attrelid = CAST('mart.v_current_alert' AS regclass) AND a.attnum > 0
    LOOP
        EXECUTE format('COMMENT ON COLUMN mart.v_current_alert.%I IS %L', item.attname, item.meaning);
    END LOOP;
    FOR item IN
        SELECT g.word AS attname, g.meaning
        FROM (VALUES
            ('行政区划', '地区名称'),
            ('考核期', '如 2025-Q4'),
            ('预警级别', '黄、橙、红'),
            ('级别序号', '1 黄，2 橙，3 红'),
            ('机构排序', '官方顺序'),
            ('金融机构', '机构全称'),
            ('监管指标', '指标名称'),
            ('口径', '法人或分支机构'),
            ('指标值', '比率，0.25 即 25%'),
            ('比较符', '>= 不低于，<= 不高于'),
            ('限值', '比率，0.25 即 25%'),
            ('与限值之差', '指标值减限值，比率'),
            ('原因', '预警原因'),
            ('条款', '考核办法条款'),
            ('预警时间', '北京时间'),
            ('来源文件', '所报文件名'),
            ('数据截至', '数据截至日'),
            ('规则版本', '考核办法代码与内容散列前八位')
        ) AS g (word, meaning)
    LOOP
        EXECUTE format('COMMENT ON COLUMN mart.v_cn_alert.%I IS %L', item.attname, item.meaning);
    END LOOP;
END
$$;
