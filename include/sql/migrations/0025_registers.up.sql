-- Registers: decisions with the paper they rest on and the time they hold (S15), accounts dated within a register (S01),
-- objections to a provisional result (S27), quarters that were waived (S14).

-- The paper itself lies in the archive under its digest; here is what was seen beside which register.
CREATE TABLE raw.document (
    document_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    submission_id bigint NOT NULL REFERENCES raw.submission,
    region text NOT NULL,
    name text NOT NULL CHECK (name <> '' AND name !~ '[/\\]'),
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    size bigint NOT NULL CHECK (size > 0),
    registered_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ON raw.document (submission_id, name, document_id);
COMMENT ON TABLE raw.document IS '与登记一同报送的决定文件：校验登记时取其散列并存档，同名文件换过的另记一行，最后一行为准';
COMMENT ON COLUMN raw.document.submission_id IS '写明这个文件名的那份登记';
COMMENT ON COLUMN raw.document.sha256 IS '文件内容的 SHA-256，存档按它命名';
COMMENT ON COLUMN raw.document.size IS '字节数';

ALTER TABLE core.decision
ADD COLUMN document text,
ADD COLUMN document_sha256 text CHECK (document_sha256 ~ '^[0-9a-f]{64}$');
COMMENT ON COLUMN core.decision.document IS '决定文件的文件名';
COMMENT ON COLUMN core.decision.document_sha256 IS '决定文件的 SHA-256：随登记送来的取自文件，否则由报送系统写明';

-- What a kind of decision does, and what follows when it ends; those that depart from the rule book are overrides.
CREATE TABLE core.decision_kind (
    kind text PRIMARY KEY,
    name text NOT NULL,
    overrides boolean NOT NULL,
    affects text NOT NULL,
    afterwards text NOT NULL
);
COMMENT ON TABLE core.decision_kind IS '领导小组决定的事项；overrides：须有文号、起止日期和决定文件才起作用';
INSERT INTO core.decision_kind (kind, name, overrides, affects, afterwards) VALUES
('carve_out', '一事一议额度', TRUE, '该机构的应存额度由决定确定，不按得分分配', '该机构按办法的一般规定参加考核分配'),
('exclude', '不参加考核', TRUE, '该机构不参加考核分配', '该机构重新参加考核分配'),
('adjustable', '账户可调整', TRUE, '该账户的存量纳入可调整资金', '该账户按资金类别的规定处理，不再划出'),
('quota', '核定总额', TRUE, '本县应分配总额由决定核定', '总额按办法的一般规定计算；办法要求核定的，考核停下待决'),
('four_falling_rate', '四项下降扣减比例', TRUE, '四项指标均下降的机构按决定的比例减少', '按办法规定的比例执行；办法没有规定的，考核停下待决'),
('waive_period', '暂停考核', TRUE, '所涉考核期不考核，沿用此前最后一次公布的分配', '恢复每季考核'),
('break_deposit', '提前支取定期存款', TRUE, '该账户未到期的定期存款可以提前支取划转', '该账户的定期存款到期后才能划转'),
('one_off', '一次性事项', FALSE, '决定所写的事项', '不再适用');

CREATE TABLE core.account_past (LIKE core.account INCLUDING CONSTRAINTS);
ALTER TABLE core.account_past ADD PRIMARY KEY (submission_id, record_no);
ALTER TABLE core.account_past
ADD FOREIGN KEY (submission_id) REFERENCES raw.submission,
ADD FOREIGN KEY (fund_category) REFERENCES core.fund_category;
COMMENT ON TABLE core.account_past IS '同一账号在一份名录中的其余各段（销户重开、改变类别或开户银行）：考核期末有效的一段在 core.account';
CREATE VIEW core.account_history AS
SELECT
    a.submission_id,
    a.record_no,
    a.region,
    a.account,
    a.institution,
    a.owner,
    a.fund_category,
    a.opened_on,
    a.closed_on,
    TRUE AS standing
FROM core.account AS a
UNION ALL
SELECT
    p.submission_id,
    p.record_no,
    p.region,
    p.account,
    p.institution,
    p.owner,
    p.fund_category,
    p.opened_on,
    p.closed_on,
    FALSE
FROM core.account_past AS p;
COMMENT ON VIEW core.account_history IS '账户的各段起止：opened_on 起，至 closed_on 前一日止；standing 为名录所在考核期末有效的一段';

CREATE TABLE core.objection (
    submission_id bigint NOT NULL REFERENCES raw.submission,
    record_no integer NOT NULL,
    region text NOT NULL,
    objection text NOT NULL,
    institution text NOT NULL,
    about_period text NOT NULL CHECK (about_period ~ '^[0-9]{4}-Q[1-4]$'),
    matter text NOT NULL,
    raised_on date NOT NULL,
    outcome text CHECK (outcome IN ('upheld', 'rejected')),
    answered_on date,
    answer text,
    PRIMARY KEY (submission_id, record_no),
    UNIQUE (submission_id, objection),
    CHECK ((outcome IS NULL) = (answered_on IS NULL))
);
CREATE INDEX ON core.objection (region, about_period);
COMMENT ON TABLE core.objection IS '对拟定结果的异议（S27）：每一份被接受的登记都有效，同一异议以最后一次登记为准';
COMMENT ON COLUMN core.objection.outcome IS 'upheld 成立，rejected 不成立；空值为尚未答复';

CREATE TABLE ops.waiver (
    waiver_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region text NOT NULL,
    period text NOT NULL CHECK (period ~ '^[0-9]{4}-Q[1-4]$'),
    status text NOT NULL DEFAULT 'waived' CHECK (status = 'waived'),
    decision text NOT NULL CHECK (decision <> ''),
    submission_id bigint NOT NULL REFERENCES raw.submission,
    record_no integer NOT NULL,
    run_in_force bigint REFERENCES eval.run,
    noted_at timestamptz NOT NULL DEFAULT ops.moment(),
    UNIQUE (region, period, decision)
);
COMMENT ON TABLE ops.waiver IS '暂停考核的考核期（S14）：不产生考核批次，沿用此前最后一次公布的分配';
COMMENT ON COLUMN ops.waiver.run_in_force IS '暂停时仍然有效的考核批次；空值为此前没有公布过';

DO $$
DECLARE
    target text;
BEGIN
    FOREACH target IN ARRAY ARRAY['raw.document', 'core.objection', 'core.account_past', 'ops.waiver'] LOOP
        EXECUTE format(
            'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s '
            'FOR EACH STATEMENT EXECUTE FUNCTION eval.refuse_change()', target
        );
    END LOOP;
END
$$;
CREATE TRIGGER audited AFTER INSERT ON ops.waiver FOR EACH ROW EXECUTE FUNCTION ops.write_audit();
REVOKE INSERT ON core.decision_kind FROM cunfang_pipeline;

-- Registers accumulate over periods; the latest file that speaks of a decision counts, with all the rows it gives to it.
CREATE VIEW ops.standing_decision AS
SELECT
    x.region,
    x.submission_id,
    x.record_no,
    x.decision,
    x.kind,
    x.institution,
    x.account,
    x.amount,
    x.rate,
    x.valid_from,
    x.valid_to,
    x.reason,
    x.decided_on,
    x.approver,
    x.document,
    x.document_sha256
FROM (
    SELECT
        d.*,
        rank() OVER (
            PARTITION BY s.region, d.decision, d.kind, d.institution, d.account
            ORDER BY s.period DESC, s.submission_id DESC
        ) AS version
    FROM raw.standing_submission AS s
    INNER JOIN core.decision AS d ON s.submission_id = d.submission_id
    WHERE s.feed = 'decisions'
) AS x
WHERE x.version = 1;
COMMENT ON VIEW ops.standing_decision IS '现行登记的决定：同一决定以最后一期的登记为准';

CREATE VIEW ops.register_state AS
SELECT
    d.*,
    coalesce(k.name, d.kind) AS kind_name,
    coalesce(k.overrides, FALSE) AS overrides,
    CASE
        WHEN d.valid_from > t.today THEN 'not_yet'
        WHEN d.valid_to < t.today THEN 'expired'
        WHEN d.valid_to - 30 <= t.today THEN 'expiring'
        ELSE 'in_force'
    END AS state,
    n.decision AS renewed_by
FROM ops.standing_decision AS d
CROSS JOIN LATERAL (SELECT ops.today() AS today) AS t
LEFT JOIN core.decision_kind AS k ON d.kind = k.kind
LEFT JOIN LATERAL (
    SELECT r.decision
    FROM ops.standing_decision AS r
    WHERE
        r.region = d.region AND r.kind = d.kind
        AND r.institution IS NOT DISTINCT FROM d.institution
        AND r.account IS NOT DISTINCT FROM d.account
        AND d.valid_to + 1 BETWEEN r.valid_from AND coalesce(r.valid_to, 'infinity')
    ORDER BY r.decided_on DESC, r.decision
    LIMIT 1
) AS n ON TRUE;
COMMENT ON VIEW ops.register_state IS '决定登记簿（S15）：每项决定的事项、对象、金额、起止、现状、文件散列和签批人';
COMMENT ON COLUMN ops.register_state.kind_name IS '事项名称';
COMMENT ON COLUMN ops.register_state.overrides IS '是否改变办法的一般规定';
COMMENT ON COLUMN ops.register_state.amount IS '金额（元）';
COMMENT ON COLUMN ops.register_state.rate IS '比率，1 为 100%';
COMMENT ON COLUMN ops.register_state.approver IS '签批人';
COMMENT ON COLUMN ops.register_state.document_sha256 IS '决定文件的 SHA-256';
COMMENT ON COLUMN ops.register_state.state IS 'not_yet 尚未生效，in_force 有效，expiring 三十日内到期，expired 已失效';
COMMENT ON COLUMN ops.register_state.renewed_by IS '到期次日起就同一对象继续执行的决定';

-- The window opens the first time a paper is reviewed: what it shows is never edited, so that signing it anew after a
-- drift opens none. No closing day where the working calendar does not reach so far.
CREATE VIEW ops.objection_window AS
SELECT
    o.order_id,
    o.order_no,
    o.region,
    o.period,
    o.kind,
    o.objection_workdays,
    v.opened_on,
    CASE WHEN o.objection_workdays = 0 THEN v.opened_on ELSE w.day END AS closes_on
FROM ops.transfer_order AS o
LEFT JOIN LATERAL (
    SELECT CAST(min(e.happened_at) AT TIME ZONE 'Asia/Shanghai' AS date) AS opened_on
    FROM ops.order_event AS e
    WHERE e.order_id = o.order_id AND e.status = 'reviewed'
) AS v ON TRUE
LEFT JOIN LATERAL (
    SELECT c.day
    FROM core.workday AS c
    WHERE c.is_workday AND c.day > v.opened_on
    ORDER BY c.day
    LIMIT
        1
        OFFSET greatest(o.objection_workdays - 1, 0)
) AS w ON TRUE;
COMMENT ON VIEW ops.objection_window IS '异议期（S27）：拟定结果复核发出之日起，满规定工作日之日止';

CREATE VIEW ops.objection_state AS
SELECT
    x.region,
    x.objection,
    x.institution,
    x.about_period,
    x.matter,
    x.raised_on,
    x.outcome,
    x.answered_on,
    x.answer,
    x.submission_id,
    x.record_no,
    coalesce(x.raised_on > w.closes_on, FALSE) AS late,
    CASE
        WHEN x.outcome IS NOT NULL THEN x.outcome
        WHEN x.raised_on > w.closes_on THEN 'late'
        ELSE 'open'
    END AS state
FROM (
    SELECT DISTINCT ON (o.region, o.objection) o.*
    FROM core.objection AS o
    CROSS JOIN
        LATERAL (
            SELECT max(e.event_id) AS accepted
            FROM raw.submission_event AS e
            WHERE e.submission_id = o.submission_id AND e.status = 'accepted'
        ) AS a
    ORDER BY o.region, o.objection, a.accepted DESC
) AS x
LEFT JOIN LATERAL (
    SELECT max(v.closes_on) AS closes_on
    FROM ops.objection_window AS v
    WHERE v.region = x.region AND v.period = x.about_period AND v.kind = 'adjustment'
) AS w ON TRUE;
COMMENT ON VIEW ops.objection_state IS '异议登记簿（S27）：每项异议的最后一次登记';
COMMENT ON COLUMN ops.objection_state.late IS '在异议期满之后提出';
COMMENT ON COLUMN ops.objection_state.state IS 'open 待答复，upheld 成立，rejected 不成立，late 逾期提出、待答复而不影响签批';

CREATE VIEW ops.period_state AS
SELECT
    p.region,
    p.period,
    CASE WHEN r.period = p.period THEN 'official' WHEN d.decision IS NOT NULL THEN 'waived' ELSE 'open' END AS state,
    CASE WHEN r.period = p.period THEN NULL ELSE d.decision END AS decision,
    r.run_id AS run_in_force,
    r.period AS in_force_period
FROM (
    SELECT
        s.region,
        s.period
    FROM raw.submission AS s
    UNION
    SELECT
        n.region,
        n.period
    FROM eval.run AS n
    WHERE n.purpose = 'official'
    UNION
    SELECT
        w.region,
        w.period
    FROM ops.waiver AS w
) AS p
CROSS JOIN
    LATERAL (
        SELECT CAST(
            make_date(CAST(left(p.period, 4) AS integer), CAST(right(p.period, 1) AS integer) * 3, 1)
            + interval '1 month - 1 day' AS date
        ) AS last_day
    ) AS q
LEFT JOIN LATERAL (
    SELECT
        s.run_id,
        s.period
    FROM eval.run_state AS s
    WHERE s.region = p.region AND s.period <= p.period AND s.purpose = 'official' AND s.status = 'published'
    ORDER BY s.period DESC, s.run_id DESC
    LIMIT 1
) AS r ON TRUE
LEFT JOIN LATERAL (
    SELECT v.decision
    FROM ops.standing_decision AS v
    WHERE v.region = p.region AND v.kind = 'waive_period' AND q.last_day BETWEEN v.valid_from AND v.valid_to
    ORDER BY v.decided_on DESC, v.decision
    LIMIT 1
) AS d ON TRUE;
COMMENT ON VIEW ops.period_state IS '每个考核期的现状（S14）：官方考核、暂停考核或待考核，及仍然有效的考核批次';
COMMENT ON COLUMN ops.period_state.state IS 'official 已公布，waived 暂停考核，open 待考核';
COMMENT ON COLUMN ops.period_state.decision IS '暂停考核的决定文号';
COMMENT ON COLUMN ops.period_state.run_in_force IS '有效的考核批次：本期或此前最后一次公布的';
