-- Warnings by type of bank and by listed event (S20): a warning rests on a figure with its limit, or on the record of an
-- event that the rule book lists. An event warns until its record is corrected or closed, or its months are over.

ALTER TABLE core.supervisory_event ADD COLUMN closed_on date;
COMMENT ON COLUMN core.supervisory_event.closed_on IS '办结日期：自这一天起不再预警（S20）；空值为没有办结';

ALTER TABLE eval.warning_limit ADD COLUMN institution_type text NOT NULL DEFAULT '';
ALTER TABLE eval.warning_limit DROP CONSTRAINT warning_limit_pkey;
ALTER TABLE eval.warning_limit ADD PRIMARY KEY (rulebook_id, metric, institution_type);
COMMENT ON COLUMN eval.warning_limit.institution_type IS '适用的机构类型；空为其余各类';

CREATE TABLE eval.warning_event (
    rulebook_id bigint NOT NULL REFERENCES eval.rulebook,
    kind text NOT NULL,
    severity text NOT NULL,
    name text NOT NULL,
    level text NOT NULL CHECK (level IN ('黄', '橙', '红')),
    months integer CHECK (months > 0),
    clause text NOT NULL,
    PRIMARY KEY (rulebook_id, kind, severity),
    CHECK (kind <> '' OR severity <> '')
);
COMMENT ON TABLE eval.warning_event IS '列入预警的监管事件（S20）：类别、等级与颜色，空为任何；类别与等级都写的先于只写类别的，再先于只写等级的';
COMMENT ON COLUMN eval.warning_event.months IS '自事件之日起预警几个月；空值为直至更正或办结';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON eval.warning_event
FOR EACH STATEMENT EXECUTE FUNCTION eval.refuse_change();

ALTER TABLE ops.warning
ALTER COLUMN metric DROP NOT NULL,
ALTER COLUMN value DROP NOT NULL,
ALTER COLUMN limit_value DROP NOT NULL,
ALTER COLUMN operator DROP NOT NULL,
ALTER COLUMN scope DROP NOT NULL,
ADD COLUMN limit_type text NOT NULL DEFAULT '',
ADD COLUMN event text,
ADD COLUMN event_kind text,
ADD COLUMN event_severity text,
ADD COLUMN event_name text,
ADD COLUMN stands_until date,
ADD CONSTRAINT warning_scope CHECK (scope IN ('legal_person', 'branch')),
ADD CONSTRAINT warning_cause CHECK (
    num_nonnulls(metric, value, limit_value, operator) = 4 * CAST(event IS NULL AS integer)
    AND num_nonnulls(event_kind, event_severity, event_name) = 3 * CAST(event IS NOT NULL AS integer)
    AND (event IS NOT NULL OR (scope IS NOT NULL AND stands_until IS NULL))
    AND (event IS NULL OR limit_type = '')
),
ADD CONSTRAINT warning_event_record FOREIGN KEY (submission_id, event) REFERENCES core.supervisory_event;
CREATE UNIQUE INDEX warning_event_once
ON ops.warning (region, event, institution, event_kind, event_severity, as_of, level) WHERE event IS NOT NULL;
COMMENT ON TABLE ops.warning IS '预警（S20）：监管指标触及限值，或列入预警的监管事件';
COMMENT ON COLUMN ops.warning.scope IS '口径：法人或分支机构；事件取名录所写，名录没有写的为空';
COMMENT ON COLUMN ops.warning.limit_type IS '所用限值适用的机构类型；空为一般的限值';
COMMENT ON COLUMN ops.warning.stands_until IS '事件预警至这一天之前；空值为直至更正或办结';
