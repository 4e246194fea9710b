-- The cause of a warning for the analyst: a figure with its limit, or a listed event with its document; and whether what
-- it rests on still says so (S20).
ALTER TABLE mart.dim_alert_rule
ADD COLUMN cause_code text NOT NULL DEFAULT 'figure' CHECK (cause_code IN ('figure', 'event')),
ADD COLUMN institution_type text NOT NULL DEFAULT '',
ADD COLUMN event_kind text NOT NULL DEFAULT '',
ADD COLUMN event_name text NOT NULL DEFAULT '',
ADD COLUMN severity_code text NOT NULL DEFAULT '',
ADD COLUMN alert_level text NOT NULL DEFAULT '',
ADD COLUMN standing_months integer,
DROP CONSTRAINT dim_alert_rule_rule_version_key_metric_code_key,
ADD CONSTRAINT dim_alert_rule_once UNIQUE (rule_version_key, metric_code, institution_type, event_kind, severity_code);
COMMENT ON TABLE mart.dim_alert_rule IS '预警规则维度：每个考核办法版本的监管指标限值（一般的和各类机构的），列入预警的监管事件';

ALTER TABLE mart.fact_alert
ADD COLUMN cause_code text NOT NULL DEFAULT 'figure' CHECK (cause_code IN ('figure', 'event')),
ADD COLUMN cause_name text NOT NULL DEFAULT '监管指标',
ADD COLUMN institution_type text NOT NULL DEFAULT '',
ADD COLUMN event_code text NOT NULL DEFAULT '',
ADD COLUMN event_kind text NOT NULL DEFAULT '',
ADD COLUMN event_name text NOT NULL DEFAULT '',
ADD COLUMN severity_code text NOT NULL DEFAULT '',
ADD COLUMN severity_name text NOT NULL DEFAULT '',
ADD COLUMN decision_text text NOT NULL DEFAULT '',
ADD COLUMN stands_until date,
ADD COLUMN settled_on date,
ADD COLUMN is_standing boolean NOT NULL DEFAULT TRUE;
COMMENT ON TABLE mart.fact_alert IS
'预警。粒度：机构 × 监管指标或监管事件 × 日期 × 级别，一次预警一行；比率之间不得相加';

-- As the view had it so far; the next publication looks again.
UPDATE mart.fact_alert SET is_standing = FALSE
FROM mart.dim_submission AS s
INNER JOIN mart.dim_submission AS newer
    ON
        s.region_code = newer.region_code AND s.period_code = newer.period_code AND s.feed_code = newer.feed_code
        AND s.reporter_code = newer.reporter_code AND s.sequence_no < newer.sequence_no
        AND newer.status_code = 'accepted'
WHERE fact_alert.submission_key = s.submission_key;
