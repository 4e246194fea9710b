-- What the older tables cannot say has no place in them: nobody's warnings are thrown away on the way down.
DO $$
BEGIN
    IF (SELECT count(event) > 0 FROM ops.warning) THEN
        RAISE EXCEPTION '已有依据监管事件的预警，不能退回到没有事件预警的版本：请先备份数据库，再由数据库管理员处理 ops.warning';
    END IF;
END
$$;
DROP INDEX ops.warning_event_once;
ALTER TABLE ops.warning
DROP CONSTRAINT warning_event_record,
DROP CONSTRAINT warning_cause,
DROP CONSTRAINT warning_scope,
DROP COLUMN stands_until,
DROP COLUMN event_name,
DROP COLUMN event_severity,
DROP COLUMN event_kind,
DROP COLUMN event,
DROP COLUMN limit_type,
ALTER COLUMN scope SET NOT NULL,
ALTER COLUMN operator SET NOT NULL,
ALTER COLUMN limit_value SET NOT NULL,
ALTER COLUMN value SET NOT NULL,
ALTER COLUMN metric SET NOT NULL;
COMMENT ON COLUMN ops.warning.scope IS NULL;
COMMENT ON TABLE ops.warning IS '预警：监管指标触及限值（S20）';
DROP TABLE eval.warning_event;
-- Limits by type stay in the content of their rule book, from which the tables are filled.
ALTER TABLE eval.warning_limit DISABLE TRIGGER append_only;
DELETE FROM eval.warning_limit
WHERE institution_type <> '';
ALTER TABLE eval.warning_limit ENABLE TRIGGER append_only;
ALTER TABLE eval.warning_limit DROP CONSTRAINT warning_limit_pkey;
ALTER TABLE eval.warning_limit DROP COLUMN institution_type;
ALTER TABLE eval.warning_limit ADD PRIMARY KEY (rulebook_id, metric);
ALTER TABLE core.supervisory_event DROP COLUMN closed_on;
