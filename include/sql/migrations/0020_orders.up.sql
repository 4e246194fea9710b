-- Orders (调整指令) and their life: a paper of transfers that named persons sign one after another, and each transfer on
-- its own from issue to confirmation (S12, S13, S26). Nothing of it is edited: what happens is a row of its own, only the
-- moves of the tables below are taken, and every row is in the audit chain.

-- The day and moment as the office lives them. cunfang.today may be set on a database that plays through other dates;
-- the audit chain keeps the true time beside it.
CREATE FUNCTION ops.today() RETURNS date LANGUAGE sql STABLE AS $$
SELECT coalesce(
    CAST(nullif(current_setting('cunfang.today', TRUE), '') AS date),
    CAST(clock_timestamp() AT TIME ZONE 'Asia/Shanghai' AS date)
)
$$;
CREATE FUNCTION ops.moment() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
SELECT clock_timestamp() + (ops.today() - CAST(clock_timestamp() AT TIME ZONE 'Asia/Shanghai' AS date)) * interval '1 day'
$$;

ALTER TABLE eval.run_event ALTER COLUMN happened_at SET DEFAULT ops.moment();

ALTER TABLE eval.rulebook
ADD COLUMN max_drift numeric NOT NULL DEFAULT 0.05 CHECK (max_drift >= 0),
ADD COLUMN execute_workdays integer NOT NULL DEFAULT 5 CHECK (execute_workdays > 0),
ADD COLUMN issue_workdays integer NOT NULL DEFAULT 5 CHECK (issue_workdays > 0),
ADD COLUMN objection_workdays integer NOT NULL DEFAULT 5 CHECK (objection_workdays >= 0),
ADD COLUMN recall_workdays integer NOT NULL DEFAULT 3 CHECK (recall_workdays > 0),
ADD COLUMN true_up_threshold numeric(18, 2) CHECK (true_up_threshold >= 0),
ADD COLUMN reserve_amount numeric(18, 2) CHECK (reserve_amount >= 0),
ADD COLUMN reserve_share numeric CHECK (reserve_share > 0 AND reserve_share < 1);
COMMENT ON COLUMN eval.rulebook.max_drift IS '下达时余额变动超过划转额的这个比例，指令退回拟稿（S12）';
COMMENT ON COLUMN eval.rulebook.true_up_threshold IS '更正影响最大的一家不超过此数的，下期补差；为空时一律另行下达（元）';

-- Transfers of a plan: those that may start at once, those that wait until a time deposit matures, those that lack an account.
ALTER TABLE eval.leg ADD COLUMN available_from date;
ALTER TABLE eval.leg DROP CONSTRAINT leg_status_check;
ALTER TABLE eval.leg ADD CONSTRAINT leg_status_check CHECK (status IN ('planned', 'scheduled', 'blocked'));
ALTER TABLE eval.leg ADD CONSTRAINT leg_scheduled CHECK (status <> 'scheduled' OR available_from IS NOT NULL);
COMMENT ON COLUMN eval.leg.available_from IS '可以划转的第一天；空值为即日，到期前的定期存款为到期日';
ALTER TABLE eval.adjustment ADD COLUMN scheduled numeric(18, 2) NOT NULL DEFAULT 0;
ALTER TABLE eval.adjustment ALTER COLUMN carried SET EXPRESSION AS (delta - planned - scheduled - blocked);

-- What a run knew of transfers already ordered: its inputs as much as the feeds are.
CREATE TABLE eval.run_leg (
    run_id bigint NOT NULL REFERENCES eval.run,
    leg_code text NOT NULL,
    order_no text NOT NULL,
    from_institution text NOT NULL,
    to_institution text NOT NULL,
    from_account text NOT NULL,
    to_account text NOT NULL,
    amount numeric(18, 2) NOT NULL CHECK (amount > 0),
    issued_on date NOT NULL,
    due_on date NOT NULL,
    executed_on date,
    excused boolean NOT NULL,
    timed boolean NOT NULL,
    moved boolean NOT NULL,
    submission_id bigint REFERENCES raw.submission,
    record_no integer,
    PRIMARY KEY (run_id, leg_code)
);
COMMENT ON TABLE eval.run_leg IS '考核时已知的划转：到期日在考核期内的计入及时性（timed），基准日之后已执行的计入现有存量（moved）';
COMMENT ON COLUMN eval.run_leg.excused IS '因办公室下达迟延而不计银行逾期（S31）';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON eval.run_leg
FOR EACH STATEMENT EXECUTE FUNCTION eval.refuse_change();
ALTER TABLE eval.holding ADD COLUMN moved numeric(18, 2) NOT NULL DEFAULT 0;
COMMENT ON COLUMN eval.holding.moved IS '基准日之后已执行的划转，净额，转入为正；现有存量 = balance + moved';

CREATE TABLE ops.transfer_order (
    order_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_no text NOT NULL UNIQUE,
    region text NOT NULL,
    period text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('adjustment', 'recall', 'true_up')),
    run_id bigint REFERENCES eval.run,
    supersedes bigint REFERENCES ops.transfer_order,
    institution text,
    cause text NOT NULL DEFAULT '',
    base_date date NOT NULL,
    max_drift numeric NOT NULL,
    execute_workdays integer NOT NULL,
    issue_workdays integer NOT NULL,
    objection_workdays integer NOT NULL,
    drafted_by text NOT NULL,
    drafted_at timestamptz NOT NULL DEFAULT ops.moment(),
    UNIQUE (run_id, kind),
    UNIQUE (region, kind, institution, cause),
    CHECK ((kind = 'recall') = (institution IS NOT NULL)),
    CHECK (kind = 'recall' OR run_id IS NOT NULL)
);
COMMENT ON TABLE ops.transfer_order IS '调整指令：调整（adjustment）、收回（recall）、补差（true_up，本身不划转）';
COMMENT ON COLUMN ops.transfer_order.cause IS '收回的起因：一项红色预警或一项取消资格的决定，同一起因只提一次';
COMMENT ON COLUMN ops.transfer_order.supersedes IS '被本指令取代的指令：其未执行的划转在本指令下达时撤销';

CREATE TABLE ops.transfer_leg (
    order_id bigint NOT NULL REFERENCES ops.transfer_order,
    leg_no integer NOT NULL,
    leg_code text NOT NULL UNIQUE,
    from_institution text NOT NULL,
    to_institution text,
    from_account text NOT NULL,
    to_account text,
    owner text NOT NULL,
    fund_category text NOT NULL,
    amount numeric(18, 2) NOT NULL CHECK (amount > 0),
    available_from date NOT NULL,
    base_balance numeric(18, 2) NOT NULL,
    blocked boolean NOT NULL,
    reason text NOT NULL DEFAULT '',
    PRIMARY KEY (order_id, leg_no),
    CHECK (to_institution <> from_institution),
    CHECK (blocked OR to_account IS NOT NULL)
);
COMMENT ON TABLE ops.transfer_leg IS '划转明细：受阻的（blocked，需开户、须另行办理）只列明，不下达';
COMMENT ON COLUMN ops.transfer_leg.to_institution IS '收款行；收回而尚无待分配账户的为空';
COMMENT ON COLUMN ops.transfer_leg.base_balance IS '拟定时转出账户的余额，下达时据以核对变动';

-- Who signs, in which order, and what state the last of them brings: as it was agreed when the order was drafted.
CREATE TABLE ops.sign_step (
    order_id bigint NOT NULL REFERENCES ops.transfer_order,
    step_no integer NOT NULL,
    status text NOT NULL CHECK (status IN ('reviewed', 'signed', 'issued')),
    title text NOT NULL,
    signers text[] NOT NULL,
    PRIMARY KEY (order_id, step_no)
);
COMMENT ON TABLE ops.sign_step IS '签批环节：signers 为可以签批的用户名，空为任何具名用户；同一状态的最后一个环节签毕，指令进入该状态';

CREATE TABLE ops.order_move (
    before text NOT NULL,
    after text NOT NULL,
    PRIMARY KEY (before, after)
);
INSERT INTO ops.order_move (before, after) VALUES
('', 'draft'),
('draft', 'reviewed'), ('reviewed', 'signed'), ('signed', 'issued'),
('draft', 'returned'), ('reviewed', 'returned'), ('signed', 'returned'), ('returned', 'draft'),
('reviewed', 'draft'), ('signed', 'draft'),
('draft', 'cancelled'), ('reviewed', 'cancelled'), ('signed', 'cancelled'), ('returned', 'cancelled');
COMMENT ON TABLE ops.order_move IS '指令允许的状态变化；下达之后由各笔划转的状态决定';

CREATE TABLE ops.leg_move (
    before text NOT NULL,
    after text NOT NULL,
    PRIMARY KEY (before, after)
);
INSERT INTO ops.leg_move (before, after) VALUES
('', 'issued'),
('issued', 'acknowledged'), ('issued', 'executed'), ('issued', 'overdue'), ('issued', 'returned'), ('issued', 'cancelled'),
('acknowledged', 'executed'), ('acknowledged', 'overdue'), ('acknowledged', 'returned'), ('acknowledged', 'cancelled'),
('overdue', 'executed'), ('overdue', 'returned'), ('overdue', 'cancelled'),
('executed', 'confirmed'), ('executed', 'returned'),
('returned', 'issued'), ('returned', 'cancelled');
COMMENT ON TABLE ops.leg_move IS '划转允许的状态变化（S13）';

CREATE TABLE ops.order_event (
    event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id bigint NOT NULL REFERENCES ops.transfer_order,
    status text NOT NULL,
    actor text NOT NULL CHECK (actor <> ''),
    reason text NOT NULL DEFAULT '',
    happened_at timestamptz NOT NULL DEFAULT ops.moment()
);
CREATE INDEX ON ops.order_event (order_id, event_id);

CREATE TABLE ops.leg_event (
    event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id bigint NOT NULL,
    leg_no integer NOT NULL,
    status text NOT NULL,
    actor text NOT NULL CHECK (actor <> ''),
    reason text NOT NULL DEFAULT '',
    due_on date,
    excused boolean NOT NULL DEFAULT FALSE,
    executed_at timestamp,
    reference text NOT NULL DEFAULT '',
    submission_id bigint REFERENCES raw.submission,
    record_no integer,
    happened_at timestamptz NOT NULL DEFAULT ops.moment(),
    FOREIGN KEY (order_id, leg_no) REFERENCES ops.transfer_leg,
    CHECK (status <> 'issued' OR due_on IS NOT NULL),
    CHECK (status <> 'executed' OR executed_at IS NOT NULL)
);
CREATE INDEX ON ops.leg_event (order_id, leg_no, event_id);
COMMENT ON COLUMN ops.leg_event.excused IS '下达迟于规定期限，银行逾期不计（S31）';
COMMENT ON COLUMN ops.leg_event.submission_id IS '据以登记的银行回报；与 record_no 一起指向其中一行';

ALTER TABLE ops.approval ALTER COLUMN run_id DROP NOT NULL;
ALTER TABLE ops.approval
ADD COLUMN order_id bigint REFERENCES ops.transfer_order,
ADD COLUMN step_no integer,
ADD COLUMN round integer,
ADD FOREIGN KEY (order_id, step_no) REFERENCES ops.sign_step,
ADD UNIQUE (order_id, round, step_no);
COMMENT ON COLUMN ops.approval.round IS '第几轮：指令每退回拟稿一次，重新签批';

CREATE VIEW ops.order_paper AS
SELECT
    o.*,
    e.status,
    e.actor AS status_actor,
    e.reason AS status_reason,
    e.happened_at AS status_at,
    r.round
FROM ops.transfer_order AS o
CROSS JOIN
    LATERAL (
        SELECT v.* FROM ops.order_event AS v
        WHERE v.order_id = o.order_id
        ORDER BY v.event_id DESC
        LIMIT 1
    ) AS e
CROSS JOIN LATERAL (
    SELECT count(*) AS round FROM ops.order_event AS v
    WHERE v.order_id = o.order_id AND v.status = 'draft'
) AS r;
COMMENT ON VIEW ops.order_paper IS '指令作为文书的现状：拟稿、签批到下达，及现在是第几轮签批';

CREATE VIEW ops.leg_state AS
SELECT
    l.*,
    o.order_no,
    o.region,
    o.period,
    o.kind,
    o.run_id,
    coalesce(e.status, CASE WHEN l.blocked THEN 'blocked' ELSE 'planned' END) AS status,
    e.actor AS status_actor,
    e.reason AS status_reason,
    e.happened_at AS status_at,
    i.happened_at AS issued_at,
    i.due_on,
    i.excused,
    x.executed_at,
    x.reference,
    x.submission_id,
    x.record_no
FROM ops.transfer_leg AS l
INNER JOIN ops.transfer_order AS o ON l.order_id = o.order_id
LEFT JOIN LATERAL (
    SELECT v.* FROM ops.leg_event AS v
    WHERE v.order_id = l.order_id AND v.leg_no = l.leg_no
    ORDER BY v.event_id DESC
    LIMIT 1
) AS e ON TRUE
LEFT JOIN LATERAL (
    SELECT v.* FROM ops.leg_event AS v
    WHERE v.order_id = l.order_id AND v.leg_no = l.leg_no AND v.status = 'issued'
    ORDER BY v.event_id DESC
    LIMIT 1
) AS i ON TRUE
-- An execution that came back does not count.
LEFT JOIN LATERAL (
    SELECT v.* FROM ops.leg_event AS v
    WHERE
        v.order_id = l.order_id AND v.leg_no = l.leg_no AND v.status = 'executed'
        AND e.status IN ('executed', 'confirmed')
    ORDER BY v.event_id DESC
    LIMIT 1
) AS x ON TRUE;
COMMENT ON VIEW ops.leg_state IS '每笔划转的现状、期限与执行（S13）；planned 尚未下达，blocked 只列明';

-- An issued order stands where its least advanced transfer stands; overdue and returned ones show first.
CREATE VIEW ops.order_state AS
SELECT
    p.*,
    CASE
        WHEN p.status <> 'issued' OR s.live = 0 AND s.cancelled = 0 THEN p.status
        WHEN s.live = 0 THEN 'cancelled'
        WHEN s.overdue > 0 THEN 'overdue'
        WHEN s.returned > 0 THEN 'returned'
        WHEN s.issued > 0 THEN 'issued'
        WHEN s.acknowledged > 0 THEN 'acknowledged'
        WHEN s.executed > 0 THEN 'executed'
        ELSE 'confirmed'
    END AS standing
FROM ops.order_paper AS p
CROSS JOIN LATERAL (
    SELECT
        count(*) FILTER (WHERE l.status <> 'cancelled') AS live,
        count(*) FILTER (WHERE l.status = 'cancelled') AS cancelled,
        count(*) FILTER (WHERE l.status = 'overdue') AS overdue,
        count(*) FILTER (WHERE l.status = 'returned') AS returned,
        count(*) FILTER (WHERE l.status = 'issued') AS issued,
        count(*) FILTER (WHERE l.status = 'acknowledged') AS acknowledged,
        count(*) FILTER (WHERE l.status = 'executed') AS executed
    FROM ops.leg_state AS l
    WHERE l.order_id = p.order_id AND NOT l.blocked
) AS s;
COMMENT ON VIEW ops.order_state IS '指令的现状（standing）：draft … issued 由签批决定，之后取各笔划转中最落后的一笔';
