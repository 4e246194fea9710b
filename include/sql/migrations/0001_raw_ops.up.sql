-- What was delivered, and what was said about it. Append-only: a correction is a new row.
CREATE SCHEMA raw;
CREATE SCHEMA ops;

CREATE TABLE raw.submission (
    submission_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region text NOT NULL CHECK (region ~ '^[0-9]{6}$'),
    period text NOT NULL CHECK (period ~ '^[0-9]{4}-Q[1-4]$'),
    feed text NOT NULL,
    reporter text NOT NULL DEFAULT '',
    sequence integer NOT NULL CHECK (sequence > 0),
    provider text NOT NULL,
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    file_name text NOT NULL,
    file_size bigint NOT NULL,
    registered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (region, period, feed, reporter, sha256),
    UNIQUE (region, period, feed, reporter, sequence)
);
COMMENT ON TABLE raw.submission IS '报送批次：一个文件的一个版本，读取之前先登记';
COMMENT ON COLUMN raw.submission.reporter IS '由银行自行报送时为机构代码，否则为空';
COMMENT ON COLUMN raw.submission.sequence IS '同一地区、考核期、报送内容的第几次报送';

CREATE TABLE raw.arrival (
    path text NOT NULL,
    file_size bigint NOT NULL,
    modified_ns bigint NOT NULL,
    submission_id bigint NOT NULL REFERENCES raw.submission,
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (path, file_size, modified_ns)
);
COMMENT ON TABLE raw.arrival IS '收件箱中见过的文件，用以判断是否有新文件';

CREATE TABLE raw.submission_event (
    event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    submission_id bigint NOT NULL REFERENCES raw.submission,
    status text NOT NULL CHECK (status IN ('registered', 'read', 'checked', 'accepted', 'rejected')),
    detail text NOT NULL DEFAULT '',
    happened_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ON raw.submission_event (submission_id, event_id);
COMMENT ON TABLE raw.submission_event IS '报送批次的状态变化，最后一条为现状';

CREATE TABLE raw.record (
    submission_id bigint NOT NULL REFERENCES raw.submission,
    record_no integer NOT NULL,
    sheet text NOT NULL,
    row_no integer NOT NULL,
    texts jsonb NOT NULL,
    cells jsonb NOT NULL,
    units jsonb NOT NULL,
    PRIMARY KEY (submission_id, record_no)
);
COMMENT ON TABLE raw.record IS '读到的原始记录：每个值的原文、单元格坐标和单位';

CREATE VIEW raw.submission_state AS
SELECT
    s.*,
    e.status,
    e.detail,
    e.happened_at AS status_at
FROM raw.submission AS s
CROSS JOIN LATERAL (
    SELECT
        v.status,
        v.detail,
        v.happened_at
    FROM raw.submission_event AS v
    WHERE v.submission_id = s.submission_id
    ORDER BY v.event_id DESC
    LIMIT 1
) AS e;

CREATE VIEW raw.standing_submission AS
SELECT DISTINCT ON (region, period, feed, reporter) *
FROM raw.submission_state
WHERE status = 'accepted'
ORDER BY region, period, feed, reporter, sequence DESC;
COMMENT ON VIEW raw.standing_submission IS '现行有效的报送批次：最近一次被接受的版本，直到更正版本被接受';

CREATE TABLE ops.check_result (
    check_result_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    submission_id bigint NOT NULL REFERENCES raw.submission,
    check_id text NOT NULL,
    class text NOT NULL,
    passed boolean NOT NULL,
    evaluated_count integer NOT NULL,
    unexpected_count integer NOT NULL,
    checked_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ON ops.check_result (submission_id);
COMMENT ON TABLE ops.check_result IS '每条校验规则每次执行的结果';

CREATE TABLE ops.finding (
    finding_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    submission_id bigint REFERENCES raw.submission,
    region text NOT NULL,
    period text NOT NULL,
    check_id text NOT NULL,
    class text NOT NULL CHECK (class IN ('syntactical', 'validity', 'quality', 'macro')),
    message text NOT NULL,
    advice text NOT NULL,
    file_name text NOT NULL DEFAULT '',
    sheet text NOT NULL DEFAULT '',
    cell text NOT NULL DEFAULT '',
    column_name text NOT NULL DEFAULT '',
    record_no integer,
    found_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ON ops.finding (submission_id);
CREATE INDEX ON ops.finding (region, period);
COMMENT ON TABLE ops.finding IS '校验发现：何处、何事、如何处理';

CREATE TABLE ops.quarantine (
    submission_id bigint NOT NULL REFERENCES raw.submission,
    record_no integer NOT NULL,
    check_id text NOT NULL,
    reason text NOT NULL,
    quarantined_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (submission_id, record_no, check_id)
);
COMMENT ON TABLE ops.quarantine IS '未能采用的行及其原因，原文在 raw.record';

CREATE TABLE ops.audit (
    audit_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    happened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor text NOT NULL,
    action text NOT NULL,
    object text NOT NULL,
    detail jsonb NOT NULL DEFAULT '{}',
    previous_hash text NOT NULL,
    hash text NOT NULL UNIQUE
);
COMMENT ON TABLE ops.audit IS '审计链：每条记录的散列包含上一条的散列，篡改可被发现';

CREATE FUNCTION ops.audit_chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- One writer at a time, or two rows would claim the same predecessor.
    PERFORM pg_advisory_xact_lock(hashtext('ops.audit'));
    SELECT a.hash INTO NEW.previous_hash FROM ops.audit AS a ORDER BY a.audit_id DESC LIMIT 1;
    NEW.previous_hash := coalesce(NEW.previous_hash, '');
    NEW.audit_id := nextval(pg_get_serial_sequence('ops.audit', 'audit_id'));
    NEW.hash := encode(sha256(convert_to(concat_ws(
        '|', NEW.previous_hash, NEW.audit_id, extract(EPOCH FROM NEW.happened_at), NEW.actor, NEW.action, NEW.object, NEW.detail
    ), 'UTF8')), 'hex');
    RETURN NEW;
END
$$;
CREATE TRIGGER audit_chain BEFORE INSERT ON ops.audit FOR EACH ROW EXECUTE FUNCTION ops.audit_chain();

CREATE TABLE ops.approval (
    approval_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id bigint NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('approved', 'rejected')),
    approver text NOT NULL,
    comment text NOT NULL DEFAULT '',
    decided_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE ops.approval IS '签批：谁、何时、为何';

CREATE TABLE ops.warning (
    warning_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region text NOT NULL,
    period text NOT NULL,
    institution text NOT NULL,
    metric text NOT NULL,
    as_of date NOT NULL,
    level text NOT NULL CHECK (level IN ('黄', '橙', '红')),
    value numeric NOT NULL,
    limit_value numeric NOT NULL,
    operator text NOT NULL,
    scope text NOT NULL,
    reason text NOT NULL,
    rulebook_code text NOT NULL,
    submission_id bigint NOT NULL REFERENCES raw.submission,
    record_no integer NOT NULL,
    raised_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (region, institution, metric, scope, as_of, level, value)
);
COMMENT ON TABLE ops.warning IS '预警：监管指标触及限值（S20）';

CREATE TABLE ops.outbox (
    message_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dedup_key text NOT NULL UNIQUE,
    kind text NOT NULL,
    recipient text NOT NULL,
    subject text NOT NULL,
    content bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    attempts integer NOT NULL DEFAULT 0,
    last_error text NOT NULL DEFAULT '',
    next_attempt_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    sent_at timestamptz
);
CREATE INDEX ON ops.outbox (next_attempt_at) WHERE sent_at IS NULL;
COMMENT ON TABLE ops.outbox IS '待发信件：每件只发一次，失败则延后重试，不阻塞考核';
