-- Explain or correct: reasons that were given, values that were corrected, and where each finding stands.
-- noqa: disable=RF06
ALTER TABLE ops.finding ADD COLUMN institution text NOT NULL DEFAULT '';
COMMENT ON COLUMN ops.finding.institution IS '所涉金融机构代码；不涉及某一家或尚不知道的为空';

CREATE TABLE core.explanation (
    submission_id bigint NOT NULL REFERENCES raw.submission,
    record_no integer NOT NULL,
    region text NOT NULL,
    check_id text NOT NULL,
    feed text,
    institution text,
    sheet text,
    cell text,
    finding text,
    period text CHECK (period ~ '^[0-9]{4}-Q[1-4]$'),
    reason text,
    explained_by text,
    explained_on date,
    valid_until text CHECK (valid_until ~ '^[0-9]{4}-Q[1-4]$'),
    attachment text,
    PRIMARY KEY (submission_id, record_no)
);
CREATE INDEX ON core.explanation (region, check_id);
COMMENT ON TABLE core.explanation IS '校验说明：报送单位或金融办对质量、宏观发现的答复。每一份被接受的说明都有效，同一处以最后一份为准';
COMMENT ON COLUMN core.explanation.feed IS '所说明的报送；考核自身的发现为空';
COMMENT ON COLUMN core.explanation.finding IS '抄录的校验发现；写了而与现在的发现不同的，不算说明';
COMMENT ON COLUMN core.explanation.period IS '所说明的考核期；空为报送时的考核期';
COMMENT ON COLUMN core.explanation.reason IS '理由；空为尚未答复，不起作用';
COMMENT ON COLUMN core.explanation.explained_by IS '说明人，写岗位';
COMMENT ON COLUMN core.explanation.valid_until IS '有效期至（考核期）；此前各期的同一发现沿用这一理由';
COMMENT ON COLUMN core.explanation.attachment IS '依据文件的名称';

CREATE TABLE ops.correction (
    submission_id bigint NOT NULL REFERENCES raw.submission,
    record_no integer NOT NULL,
    column_name text NOT NULL,
    applied_at timestamptz NOT NULL,
    check_id text NOT NULL,
    entry text NOT NULL,
    delivered text NOT NULL,
    corrected text NOT NULL,
    reason text NOT NULL,
    said_by text NOT NULL,
    said_on date NOT NULL,
    PRIMARY KEY (submission_id, record_no, column_name, applied_at)
);
COMMENT ON TABLE ops.correction IS '已知错误的更正：每次校验时按 include/corrections 改读的值，原文仍在 raw.record；最后一次校验的为准';
COMMENT ON COLUMN ops.correction.entry IS '更正条目的编号';
COMMENT ON COLUMN ops.correction.delivered IS '送来的原文';
COMMENT ON COLUMN ops.correction.corrected IS '改读为';
COMMENT ON COLUMN ops.correction.said_by IS '何岗位所说';

CREATE TABLE eval.run_finding (
    run_id bigint NOT NULL REFERENCES eval.run,
    finding_id bigint NOT NULL REFERENCES ops.finding,
    PRIMARY KEY (run_id, finding_id)
);
COMMENT ON TABLE eval.run_finding IS '考核批次自身的发现：同一发现只存一条，各批次引用';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON core.explanation
FOR EACH STATEMENT EXECUTE FUNCTION eval.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ops.correction
FOR EACH STATEMENT EXECUTE FUNCTION eval.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON eval.run_finding
FOR EACH STATEMENT EXECUTE FUNCTION eval.refuse_change();

CREATE VIEW ops.last_finding AS
SELECT
    f.*,
    s.feed,
    f.found_at = r.read_at AS at_reading
FROM raw.submission AS s
CROSS JOIN
    LATERAL (
        SELECT
            max(e.happened_at) FILTER (WHERE e.status = 'registered') AS registered_at,
            max(e.happened_at) FILTER (WHERE e.status = 'read') AS read_at,
            max(e.happened_at) FILTER (WHERE e.status = 'checked') AS checked_at
        FROM raw.submission_event AS e
        WHERE e.submission_id = s.submission_id
    ) AS r
INNER JOIN ops.finding AS f
    ON
        s.submission_id = f.submission_id
        AND (
            f.found_at IN (r.registered_at, r.read_at)
            OR (r.checked_at = f.found_at AND r.checked_at > r.read_at)
        );
COMMENT ON VIEW ops.last_finding IS '每份报送最后一次登记、读取和其后校验的发现；同一轮的发现与其事件同一时刻';

CREATE VIEW ops.correction_in_force AS
SELECT c.*
FROM ops.correction AS c
INNER JOIN LATERAL (
    SELECT max(e.happened_at) AS checked_at
    FROM raw.submission_event AS e
    WHERE e.submission_id = c.submission_id AND e.status = 'checked'
) AS r ON c.applied_at = r.checked_at;
COMMENT ON VIEW ops.correction_in_force IS '每份报送最后一次校验所用的更正';

CREATE VIEW core.explanation_given AS
SELECT
    e.submission_id,
    e.record_no,
    e.region,
    e.check_id,
    coalesce(e.feed, '') AS feed,
    coalesce(e.institution, '') AS institution,
    coalesce(e.sheet, '') AS sheet,
    upper(btrim(regexp_replace(coalesce(e.cell, ''), '^.*›', ''))) AS cell,
    regexp_replace(coalesce(e.finding, ''), '\s', '', 'g') AS finding,
    coalesce(e.period, s.period) AS period,
    coalesce(e.valid_until, e.period, s.period) AS valid_until,
    e.reason,
    e.explained_by,
    e.explained_on,
    e.attachment
FROM core.explanation AS e
INNER JOIN raw.submission AS s ON e.submission_id = s.submission_id
WHERE e.reason IS NOT NULL;
COMMENT ON VIEW core.explanation_given IS '已作出的校验说明，写法已统一：单元格只留坐标，考核期已补全';
