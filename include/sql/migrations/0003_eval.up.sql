-- One evaluation per run: pinned inputs and rule book, every step of the arithmetic kept. A run is never changed.
CREATE SCHEMA eval;

-- Quotients keep 40 decimals, so that rounding to 30 makes mathematically equal results equal.
CREATE FUNCTION eval.ratio(numerator numeric, denominator numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
'SELECT round(numerator, 40) / nullif(denominator, 0)';

CREATE TABLE eval.rulebook (
    rulebook_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL,
    content_hash text NOT NULL UNIQUE,
    name text NOT NULL,
    document text NOT NULL,
    effective_from date NOT NULL,
    effective_to date,
    parent text,
    full_scale numeric NOT NULL,
    quota_mode text NOT NULL CHECK (quota_mode IN ('stock', 'stock_less_reserve', 'fixed')),
    rounding_unit numeric(18, 2) NOT NULL CHECK (rounding_unit >= 0.01),
    min_leg numeric(18, 2) NOT NULL CHECK (min_leg >= 0),
    concentration_cap numeric CHECK (concentration_cap > 0 AND concentration_cap <= 1),
    disqualification_years integer NOT NULL,
    content jsonb NOT NULL,
    loaded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE eval.rulebook IS '考核办法的一个版本，以内容散列为准';

CREATE TABLE eval.indicator (
    rulebook_id bigint NOT NULL REFERENCES eval.rulebook,
    indicator text NOT NULL,
    parent text,
    ordinal integer NOT NULL,
    name text NOT NULL,
    full_points numeric NOT NULL CHECK (full_points >= 0),
    leaf boolean NOT NULL,
    family text,
    measure text,
    over text,
    basis text CHECK (basis IN ('stock', 'ytd', 'on_time_rate')),
    method text CHECK (method IN ('share_of_total', 'rate')),
    missing text CHECK (missing IN ('stop', 'zero', 'mean')),
    due_workdays integer,
    clause text NOT NULL,
    PRIMARY KEY (rulebook_id, indicator),
    CHECK (NOT leaf OR (family IS NOT NULL AND measure IS NOT NULL AND basis IS NOT NULL AND method IS NOT NULL))
);
COMMENT ON COLUMN eval.indicator.full_points IS '该指标的满分：各级权重之积乘以总分';

CREATE TABLE eval.warning_limit (
    rulebook_id bigint NOT NULL REFERENCES eval.rulebook,
    metric text NOT NULL,
    name text NOT NULL,
    operator text NOT NULL CHECK (operator IN ('>=', '<=')),
    limit_value numeric NOT NULL,
    yellow_margin numeric NOT NULL,
    red_margin numeric NOT NULL,
    clause text NOT NULL,
    PRIMARY KEY (rulebook_id, metric)
);
COMMENT ON TABLE eval.warning_limit IS '预警限值（S20）：黄线为限值内的边际，红线为突破限值的幅度';

CREATE TABLE eval.run (
    run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region text NOT NULL,
    period text NOT NULL,
    as_of date NOT NULL,
    year_start date NOT NULL,
    rulebook_id bigint NOT NULL REFERENCES eval.rulebook,
    input_hash text NOT NULL UNIQUE,
    computed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE eval.run IS '考核批次：地区、考核期、考核办法与锁定的报送批次；同样的输入只有一个批次';

CREATE TABLE eval.run_event (
    event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id bigint NOT NULL REFERENCES eval.run,
    status text NOT NULL CHECK (status IN ('draft', 'approved', 'rejected', 'published')),
    actor text NOT NULL,
    comment text NOT NULL DEFAULT '',
    happened_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ON eval.run_event (run_id, event_id);

CREATE TABLE eval.run_input (
    run_id bigint NOT NULL REFERENCES eval.run,
    submission_id bigint NOT NULL REFERENCES raw.submission,
    feed text NOT NULL,
    family text NOT NULL,
    period text NOT NULL,
    sha256 text NOT NULL,
    PRIMARY KEY (run_id, submission_id)
);

CREATE TABLE eval.participant (
    run_id bigint NOT NULL REFERENCES eval.run,
    institution text NOT NULL,
    name text NOT NULL,
    short_name text NOT NULL,
    type text NOT NULL,
    sort_no integer NOT NULL,
    role text NOT NULL CHECK (role IN ('commercial', 'policy', 'carved_out', 'excluded')),
    reason text NOT NULL DEFAULT '',
    carve_out_amount numeric(18, 2),
    evidence_submission_id bigint,
    evidence_record_no integer,
    PRIMARY KEY (run_id, institution)
);

CREATE TABLE eval.holding (
    run_id bigint NOT NULL REFERENCES eval.run,
    account text NOT NULL,
    institution text NOT NULL,
    owner text NOT NULL,
    fund_category text NOT NULL,
    balance numeric(18, 2) NOT NULL,
    adjustable boolean NOT NULL,
    available boolean NOT NULL,
    matures_on date,
    basis text NOT NULL,
    submission_id bigint NOT NULL,
    record_no integer NOT NULL,
    PRIMARY KEY (run_id, account)
);
COMMENT ON COLUMN eval.holding.available IS '可以立即划转：可调整，且为活期或已到期（S12）';

CREATE TABLE eval.indicator_value (
    run_id bigint NOT NULL REFERENCES eval.run,
    institution text NOT NULL,
    indicator text NOT NULL,
    value numeric NOT NULL,
    numerator numeric,
    denominator numeric,
    flag text NOT NULL DEFAULT '',
    PRIMARY KEY (run_id, institution, indicator)
);

CREATE TABLE eval.points (
    run_id bigint NOT NULL REFERENCES eval.run,
    institution text NOT NULL,
    indicator text NOT NULL,
    points numeric NOT NULL,
    flag text NOT NULL DEFAULT '',
    PRIMARY KEY (run_id, institution, indicator)
);

CREATE TABLE eval.score (
    run_id bigint NOT NULL REFERENCES eval.run,
    institution text NOT NULL,
    score numeric NOT NULL,
    share numeric NOT NULL CHECK (share BETWEEN 0 AND 1),
    rank integer,
    PRIMARY KEY (run_id, institution)
);

CREATE TABLE eval.quota (
    run_id bigint PRIMARY KEY REFERENCES eval.run,
    total numeric(18, 2) NOT NULL,
    set_aside numeric(18, 2) NOT NULL,
    distributable numeric(18, 2) GENERATED ALWAYS AS (total - set_aside) STORED,
    derivation text NOT NULL
);
COMMENT ON TABLE eval.quota IS '额度总控 T（S04）：总量、先行扣除、可按得分分配的部分';

CREATE TABLE eval.bounded (
    run_id bigint NOT NULL REFERENCES eval.run,
    institution text NOT NULL,
    current_amount numeric(18, 2) NOT NULL,
    rigid_amount numeric(18, 2) NOT NULL,
    floor_amount numeric(18, 2) NOT NULL,
    cap_amount numeric(18, 2),
    raw_target numeric NOT NULL,
    bounded_target numeric NOT NULL,
    binding text NOT NULL CHECK (binding IN ('none', 'floor', 'cap', 'fixed')),
    PRIMARY KEY (run_id, institution)
);
COMMENT ON TABLE eval.bounded IS '有界分配（N9）：按得分的原始额度、上下限与起作用的约束';

CREATE TABLE eval.allocation (
    run_id bigint NOT NULL REFERENCES eval.run,
    institution text NOT NULL,
    target numeric(18, 2) NOT NULL CHECK (target >= 0),
    current_amount numeric(18, 2) NOT NULL,
    delta numeric(18, 2) GENERATED ALWAYS AS (target - current_amount) STORED,
    PRIMARY KEY (run_id, institution)
);
COMMENT ON TABLE eval.allocation IS '应存额度：精确到分，合计必等于总量';

CREATE FUNCTION eval.allocation_closes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text;
BEGIN
    SELECT string_agg(format('批次 %s：应存合计 %s ≠ 总量 %s', q.run_id, a.total, q.total), '；') INTO broken
    FROM (
        SELECT i.run_id, sum(i.target) AS total FROM inserted AS i GROUP BY i.run_id
    ) AS a
    FULL JOIN eval.quota AS q USING (run_id)
    WHERE a.run_id IS NOT NULL AND a.total IS DISTINCT FROM q.total;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'allocation does not close: %', broken USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
-- A run's allocation is inserted by one statement or not at all.
CREATE TRIGGER allocation_closes AFTER INSERT ON eval.allocation
REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION eval.allocation_closes();

CREATE TABLE eval.leg (
    run_id bigint NOT NULL REFERENCES eval.run,
    leg_no integer NOT NULL,
    from_institution text NOT NULL,
    to_institution text NOT NULL CHECK (to_institution <> from_institution),
    from_account text NOT NULL,
    to_account text,
    owner text NOT NULL,
    fund_category text NOT NULL,
    amount numeric(18, 2) NOT NULL CHECK (amount > 0),
    status text NOT NULL CHECK (status IN ('planned', 'blocked')),
    reason text NOT NULL DEFAULT '',
    PRIMARY KEY (run_id, leg_no),
    CHECK (status = 'blocked' OR to_account IS NOT NULL)
);
COMMENT ON TABLE eval.leg IS '划转明细：同一所有者、同一资金类别之间（S03）；对方行无对应账户则为“需开户”，不改道';

CREATE TABLE eval.adjustment (
    run_id bigint NOT NULL REFERENCES eval.run,
    institution text NOT NULL,
    delta numeric(18, 2) NOT NULL,
    planned numeric(18, 2) NOT NULL,
    blocked numeric(18, 2) NOT NULL,
    carried numeric(18, 2) GENERATED ALWAYS AS (delta - planned - blocked) STORED,
    reason text NOT NULL DEFAULT '',
    PRIMARY KEY (run_id, institution)
);
COMMENT ON TABLE eval.adjustment IS '多划少补：差额中已安排、受阻与结转下期的部分，带符号，调入为正';

CREATE FUNCTION eval.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: a run is never changed, a new one supersedes it', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;
DO $$
DECLARE
    target text;
BEGIN
    FOREACH target IN ARRAY ARRAY[
        'eval.run', 'eval.run_input', 'eval.run_event', 'eval.participant', 'eval.holding', 'eval.indicator_value', 'eval.points',
        'eval.score', 'eval.rulebook', 'eval.indicator', 'eval.warning_limit', 'eval.quota', 'eval.bounded', 'eval.allocation', 'eval.leg', 'eval.adjustment',
        'raw.submission', 'raw.submission_event', 'raw.record', 'ops.audit', 'ops.approval'
    ] LOOP
        EXECUTE format(
            'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s '
            'FOR EACH STATEMENT EXECUTE FUNCTION eval.refuse_change()', target
        );
    END LOOP;
END
$$;

CREATE VIEW eval.run_state AS
SELECT
    r.*,
    b.code AS rulebook_code,
    b.content_hash AS rulebook_hash,
    e.status,
    e.actor,
    e.happened_at AS status_at
FROM eval.run AS r
INNER JOIN eval.rulebook AS b ON r.rulebook_id = b.rulebook_id
LEFT JOIN LATERAL (
    SELECT
        v.status,
        v.actor,
        v.happened_at
    FROM eval.run_event AS v
    WHERE v.run_id = r.run_id
    ORDER BY v.event_id DESC
    LIMIT 1
) AS e ON TRUE;
COMMENT ON VIEW eval.run_state IS '考核批次及其现状';

-- Registers accumulate over periods; the latest file that speaks of a decision counts, with all the rows it gives to it.
CREATE VIEW eval.run_decision AS
SELECT
    x.run_id,
    x.submission_id,
    x.record_no,
    x.region,
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
    x.approver
FROM (
    SELECT
        n.run_id,
        d.*,
        rank() OVER (PARTITION BY n.run_id, d.decision, d.kind, d.institution, d.account ORDER BY n.period DESC) AS version
    FROM eval.run_input AS n
    INNER JOIN core.decision AS d ON n.submission_id = d.submission_id
) AS x
WHERE x.version = 1;

CREATE VIEW eval.run_supervisory_event AS
SELECT DISTINCT ON (n.run_id, e.event)
    n.run_id,
    e.*
FROM eval.run_input AS n
INNER JOIN core.supervisory_event AS e ON n.submission_id = e.submission_id
ORDER BY n.run_id, e.event, n.period DESC;

-- Flow rows that make up a year-to-date figure: the year-to-date row of the period where there is one, else the
-- shorter windows inside the year. Which rows were taken is a view, so that guards and explain see the same ones.
CREATE VIEW eval.run_flow AS
WITH flow AS (
    SELECT
        n.run_id,
        n.family,
        n.feed,
        n.period,
        r.period AS run_period,
        n.submission_id,
        o.record_no,
        o.institution,
        o.measure,
        o.part,
        o.column_name,
        o.window_from,
        o.as_of AS window_to,
        o.value,
        (o.window_from = r.year_start AND o.as_of = r.as_of) AS whole
    FROM eval.run AS r
    INNER JOIN eval.run_input AS n ON r.run_id = n.run_id
    -- OFFSET 0 makes the planner look up this submission instead of reading all that were ever delivered.
    CROSS JOIN LATERAL (
        SELECT v.*
        FROM core.observation AS v
        WHERE v.submission_id = n.submission_id AND v.window_from >= r.year_start AND v.as_of <= r.as_of
        OFFSET 0 -- noqa: AM09
    ) AS o
),

marked AS (
    SELECT
        f.*,
        bool_or(f.whole) OVER (PARTITION BY f.run_id, f.feed, f.measure) AS feed_whole,
        bool_or(f.whole) OVER (PARTITION BY f.run_id, f.feed, f.measure, f.institution, f.part) AS part_whole,
        row_number() OVER (
            PARTITION BY f.run_id, f.feed, f.measure, f.institution, f.part, f.window_from, f.window_to
            ORDER BY f.period DESC
        ) AS version
    FROM flow AS f
)

SELECT
    m.run_id,
    m.family,
    m.feed,
    m.submission_id,
    m.record_no,
    m.institution,
    m.measure,
    m.part,
    m.column_name,
    m.window_from,
    m.window_to,
    m.value
FROM marked AS m
WHERE m.version = 1 AND (m.whole OR (NOT m.part_whole AND (m.period = m.run_period OR NOT m.feed_whole)));

-- What was due and when it was done (N12): an event without a due date is due k working days after its issue.
CREATE VIEW eval.run_timeliness AS
SELECT
    r.run_id,
    i.indicator,
    n.submission_id,
    e.record_no,
    e.event,
    e.institution,
    e.kind,
    CAST(e.done_at AS date) AS done_on,
    coalesce(CAST(e.due_at AS date), d.day) AS due_on
FROM eval.run AS r
INNER JOIN eval.indicator AS i ON r.rulebook_id = i.rulebook_id AND i.basis = 'on_time_rate'
INNER JOIN eval.run_input AS n ON r.run_id = n.run_id AND i.family = n.family AND r.period = n.period
INNER JOIN core.timeliness_event AS e
    ON n.submission_id = e.submission_id AND e.kind = ANY(string_to_array(i.measure, ','))
LEFT JOIN LATERAL (
    SELECT w.day
    FROM core.workday AS w
    WHERE w.day > CAST(e.issued_at AS date) AND w.is_workday
    ORDER BY w.day
    LIMIT
        1
        OFFSET greatest(i.due_workdays - 1, 0)
) AS d ON TRUE;
