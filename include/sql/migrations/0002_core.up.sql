-- Typed facts of accepted submissions. Every row leads back to the record, and so to the cell, it came from.
CREATE SCHEMA core;

CREATE TABLE core.region (
    region text PRIMARY KEY CHECK (region ~ '^[0-9]{6}$'),
    name text NOT NULL DEFAULT ''
);

CREATE TABLE core.workday (
    day date PRIMARY KEY,
    is_workday boolean NOT NULL,
    holiday text NOT NULL DEFAULT ''
);
COMMENT ON TABLE core.workday IS '国务院公布的工作日历；没有载入的年份视为未知，不得推算';

CREATE TABLE core.fund_category (
    fund_category text PRIMARY KEY,
    parent text REFERENCES core.fund_category,
    name text NOT NULL,
    adjustable boolean NOT NULL,
    sort_no integer NOT NULL
);
COMMENT ON TABLE core.fund_category IS '资金类别（S01）；adjustable 为 false 的存量计入总量而不调整（S02）';
INSERT INTO core.fund_category (fund_category, parent, name, adjustable, sort_no) VALUES
('special', NULL, '专项资金', TRUE, 1),
('fiscal', NULL, '财政专户资金', TRUE, 2),
('fiscal_nontax', 'fiscal', '非税收入', FALSE, 3),
('fiscal_social', 'fiscal', '社保基金', FALSE, 4),
('fiscal_fund', 'fiscal', '政府性基金', TRUE, 5),
('unit', NULL, '往来资金', TRUE, 6),
('township', NULL, '乡镇对公存款', FALSE, 7);

CREATE TABLE core.institution (
    submission_id bigint NOT NULL REFERENCES raw.submission,
    record_no integer NOT NULL,
    region text NOT NULL,
    institution text NOT NULL,
    name text NOT NULL,
    short_name text,
    aliases text[] NOT NULL DEFAULT '{}',
    type text NOT NULL,
    legal_person text,
    opened_on date,
    closed_on date,
    successor text,
    sort_no integer,
    PRIMARY KEY (submission_id, institution)
);

CREATE TABLE core.credit (
    submission_id bigint NOT NULL REFERENCES raw.submission,
    record_no integer NOT NULL,
    region text NOT NULL,
    institution text NOT NULL,
    as_of date NOT NULL,
    deposits numeric(18, 2) NOT NULL,
    loans numeric(18, 2) NOT NULL,
    loans_enterprise numeric(18, 2),
    loans_consumer numeric(18, 2),
    loans_agri numeric(18, 2),
    loans_sme numeric(18, 2),
    loans_micro numeric(18, 2),
    loans_farmer numeric(18, 2),
    loans_green numeric(18, 2),
    loans_medium_long numeric(18, 2),
    npl numeric(18, 2),
    deposits_year_start numeric(18, 2),
    loans_year_start numeric(18, 2),
    PRIMARY KEY (submission_id, institution, as_of)
);

CREATE TABLE core.prudential (
    submission_id bigint NOT NULL REFERENCES raw.submission,
    record_no integer NOT NULL,
    region text NOT NULL,
    institution text NOT NULL,
    as_of date NOT NULL,
    metric text NOT NULL,
    value numeric NOT NULL,
    scope text NOT NULL,
    PRIMARY KEY (submission_id, institution, as_of, metric, scope)
);

CREATE TABLE core.tax (
    submission_id bigint NOT NULL REFERENCES raw.submission,
    record_no integer NOT NULL,
    region text NOT NULL,
    institution text NOT NULL,
    tax_type text NOT NULL,
    window_from date NOT NULL,
    window_to date NOT NULL,
    paid numeric(18, 2) NOT NULL,
    local_part numeric(18, 2) NOT NULL,
    PRIMARY KEY (submission_id, institution, tax_type, window_from, window_to)
);

CREATE TABLE core.account (
    submission_id bigint NOT NULL REFERENCES raw.submission,
    record_no integer NOT NULL,
    region text NOT NULL,
    account text NOT NULL,
    institution text NOT NULL,
    owner text NOT NULL,
    fund_category text NOT NULL REFERENCES core.fund_category,
    adjustable boolean,
    basis text,
    opened_on date,
    closed_on date,
    PRIMARY KEY (submission_id, account)
);
COMMENT ON COLUMN core.account.adjustable IS '空值表示按资金类别的规定（S02）';

CREATE TABLE core.balance (
    submission_id bigint NOT NULL REFERENCES raw.submission,
    record_no integer NOT NULL,
    region text NOT NULL,
    account text NOT NULL,
    as_of date NOT NULL,
    balance numeric(18, 2) NOT NULL,
    matures_on date,
    PRIMARY KEY (submission_id, account, as_of)
);

CREATE TABLE core.timeliness_event (
    submission_id bigint NOT NULL REFERENCES raw.submission,
    record_no integer NOT NULL,
    region text NOT NULL,
    event text NOT NULL,
    kind text NOT NULL,
    institution text NOT NULL,
    issued_at timestamp NOT NULL,
    due_at timestamp,
    done_at timestamp,
    amount numeric(18, 2),
    leg text,
    PRIMARY KEY (submission_id, event)
);

CREATE TABLE core.supervisory_event (
    submission_id bigint NOT NULL REFERENCES raw.submission,
    record_no integer NOT NULL,
    region text NOT NULL,
    event text NOT NULL,
    institution text NOT NULL,
    kind text NOT NULL,
    severity text NOT NULL,
    found_on date,
    decided_on date,
    decision text,
    note text,
    PRIMARY KEY (submission_id, event)
);

CREATE TABLE core.decision (
    submission_id bigint NOT NULL REFERENCES raw.submission,
    record_no integer NOT NULL,
    region text NOT NULL,
    decision text NOT NULL,
    kind text NOT NULL,
    institution text,
    account text,
    amount numeric(18, 2),
    rate numeric,
    valid_from date NOT NULL,
    valid_to date,
    reason text,
    decided_on date NOT NULL,
    approver text NOT NULL,
    PRIMARY KEY (submission_id, record_no)
);

CREATE TABLE core.indicator (
    submission_id bigint NOT NULL REFERENCES raw.submission,
    record_no integer NOT NULL,
    region text NOT NULL,
    institution text NOT NULL,
    measure text NOT NULL,
    as_of date NOT NULL,
    value numeric NOT NULL,
    unit text,
    PRIMARY KEY (submission_id, institution, measure, as_of)
);

-- Every measure in one shape, so that a rule book picks a measure by name and no SQL changes with policy.
CREATE VIEW core.observation AS
SELECT
    c.submission_id,
    c.record_no,
    c.institution,
    m.measure,
    CAST(NULL AS date) AS window_from,
    c.as_of,
    m.value,
    CAST(NULL AS text) AS part,
    m.measure AS column_name
FROM core.credit AS c
CROSS JOIN
    LATERAL (
        VALUES
        ('deposits', c.deposits), ('loans', c.loans), ('loans_enterprise', c.loans_enterprise),
        ('loans_consumer', c.loans_consumer), ('loans_agri', c.loans_agri), ('loans_sme', c.loans_sme),
        ('loans_micro', c.loans_micro), ('loans_farmer', c.loans_farmer), ('loans_green', c.loans_green),
        ('loans_medium_long', c.loans_medium_long), ('npl', c.npl),
        ('deposits_year_start', c.deposits_year_start), ('loans_year_start', c.loans_year_start)
    ) AS m (measure, value)
WHERE m.value IS NOT NULL
UNION ALL
SELECT
    t.submission_id,
    t.record_no,
    t.institution,
    m.measure,
    t.window_from,
    t.window_to,
    m.value,
    t.tax_type,
    m.column_name
FROM core.tax AS t
CROSS JOIN
    LATERAL (
        VALUES ('tax_paid', t.paid, 'paid'), ('tax_local_part', t.local_part, 'local_part')
    ) AS m (measure, value, column_name)
UNION ALL
SELECT
    i.submission_id,
    i.record_no,
    i.institution,
    i.measure,
    NULL,
    i.as_of,
    i.value,
    NULL,
    'value'
FROM core.indicator AS i
UNION ALL
SELECT
    p.submission_id,
    p.record_no,
    p.institution,
    p.metric,
    NULL,
    p.as_of,
    p.value,
    NULL,
    'value'
FROM core.prudential AS p;
COMMENT ON VIEW core.observation IS '统一口径的计量：机构、计量、时点或期间、数值';
