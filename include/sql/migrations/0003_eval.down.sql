DROP TRIGGER append_only ON raw.submission;
DROP TRIGGER append_only ON raw.submission_event;
DROP TRIGGER append_only ON raw.record;
DROP TRIGGER append_only ON ops.audit;
DROP TRIGGER append_only ON ops.approval;
DROP SCHEMA eval CASCADE;
