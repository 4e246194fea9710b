-- Feeds of the banks themselves and of the monitor: returns, targets, peers, credit projects; a place for later ones.
CREATE TABLE core.bank_return (
    submission_id bigint NOT NULL REFERENCES raw.submission,
    record_no integer NOT NULL,
    region text NOT NULL,
    institution text NOT NULL,
    account text,
    as_of date,
    balance numeric(18, 2),
    deposits numeric(18, 2),
    loans numeric(18, 2),
    leg text,
    executed_at timestamp,
    amount numeric(18, 2),
    reference text,
    part text NOT NULL GENERATED ALWAYS AS (
        CASE WHEN leg IS NOT NULL THEN 'leg' WHEN account IS NOT NULL THEN 'account' ELSE 'institution' END
    ) STORED,
    PRIMARY KEY (submission_id, record_no)
);
COMMENT ON TABLE core.bank_return IS '银行回报：账户余额、划转执行回执、全行存贷款合计，各行自行报送（S13、S25）';
COMMENT ON COLUMN core.bank_return.institution IS '报送银行的机构代码，与其文件夹一致';
COMMENT ON COLUMN core.bank_return.account IS '账号；执行回执和全行合计行为空';
COMMENT ON COLUMN core.bank_return.as_of IS '时点；执行回执行可空';
COMMENT ON COLUMN core.bank_return.balance IS '账户余额，元';
COMMENT ON COLUMN core.bank_return.deposits IS '全行各项存款余额，元；只在合计行';
COMMENT ON COLUMN core.bank_return.loans IS '全行各项贷款余额，元；只在合计行';
COMMENT ON COLUMN core.bank_return.leg IS '调整指令的划转明细编号';
COMMENT ON COLUMN core.bank_return.executed_at IS '执行时间';
COMMENT ON COLUMN core.bank_return.amount IS '执行金额，元';
COMMENT ON COLUMN core.bank_return.reference IS '交易流水号或凭证号';
COMMENT ON COLUMN core.bank_return.part IS '行的种类：account 账户余额，leg 执行回执，institution 全行合计';

-- A bank may send its balances and its receipts in two files: each part stands as it was last accepted.
CREATE VIEW core.standing_bank_return AS
SELECT
    n.region,
    s.period,
    s.file_name,
    n.submission_id,
    n.record_no,
    n.institution,
    n.part,
    n.account,
    n.as_of,
    n.balance,
    n.deposits,
    n.loans,
    n.leg,
    n.executed_at,
    n.amount,
    n.reference
FROM (
    SELECT
        r.*,
        rank() OVER (
            PARTITION BY t.region, t.period, r.institution, r.part ORDER BY e.event_id DESC
        ) AS age
    FROM core.bank_return AS r
    INNER JOIN raw.submission AS t ON r.submission_id = t.submission_id
    INNER JOIN raw.submission_event AS e ON r.submission_id = e.submission_id AND e.status = 'accepted'
) AS n
INNER JOIN raw.submission AS s ON n.submission_id = s.submission_id
WHERE n.age = 1;
COMMENT ON VIEW core.standing_bank_return IS '现行有效的银行回报：每家银行每一种行，以最近一次被接受的报送为准';

CREATE TABLE core.target (
    submission_id bigint NOT NULL REFERENCES raw.submission,
    record_no integer NOT NULL,
    region text NOT NULL,
    target text NOT NULL,
    subject text NOT NULL,
    measure text NOT NULL,
    operator text NOT NULL,
    amount numeric(18, 2),
    rate numeric,
    amount_max numeric(18, 2),
    year integer NOT NULL,
    q1 numeric(18, 2),
    q2 numeric(18, 2),
    q3 numeric(18, 2),
    q4 numeric(18, 2),
    owner text,
    PRIMARY KEY (submission_id, target)
);
COMMENT ON TABLE core.target IS '年度目标：对全区或某一机构某项计量的要求（D08、C01、C03）';
COMMENT ON COLUMN core.target.subject IS '行政区划代码表示全区，否则为机构代码';
COMMENT ON COLUMN core.target.operator IS '> 突破，>= 不低于，<、<= 控制在内，about 左右，flat 基本持平，range 区间';
COMMENT ON COLUMN core.target.amount IS '目标数额，元；按个数计的目标为个数；区间为下限';
COMMENT ON COLUMN core.target.rate IS '目标增幅或比率，0.08 为 8%';
COMMENT ON COLUMN core.target.amount_max IS '区间的上限（F08）';
COMMENT ON COLUMN core.target.q1 IS '截至一季度末的累计进度数额；二、三、四季度同';
COMMENT ON COLUMN core.target.owner IS '责任单位';

CREATE TABLE core.peer (
    submission_id bigint NOT NULL REFERENCES raw.submission,
    record_no integer NOT NULL,
    region text NOT NULL,
    peer text NOT NULL,
    as_of date NOT NULL,
    measure text NOT NULL,
    value numeric NOT NULL,
    unit text NOT NULL,
    PRIMARY KEY (submission_id, peer, as_of, measure)
);
COMMENT ON TABLE core.peer IS '兄弟县市的数据，用于横向排名（D03、N18）';
COMMENT ON COLUMN core.peer.region IS '收到数据的行政区划';
COMMENT ON COLUMN core.peer.peer IS '兄弟县市的名称，或全市平均';
COMMENT ON COLUMN core.peer.value IS '按 unit 计的数值';

CREATE TABLE core.credit_project (
    submission_id bigint NOT NULL REFERENCES raw.submission,
    record_no integer NOT NULL,
    region text NOT NULL,
    project text NOT NULL,
    name text,
    institution text NOT NULL,
    capital_account text NOT NULL,
    capital_amount numeric(18, 2) NOT NULL,
    loan_amount numeric(18, 2) NOT NULL,
    counterpart_funds numeric(18, 2),
    PRIMARY KEY (submission_id, project)
);
COMMENT ON TABLE core.credit_project IS '信贷项目：项目资本金、贷款与配套资金（S28、W14）';
COMMENT ON COLUMN core.credit_project.capital_account IS '项目资本金账户的账号';
COMMENT ON COLUMN core.credit_project.capital_amount IS '项目资本金，元';
COMMENT ON COLUMN core.credit_project.loan_amount IS '贷款额，元';
COMMENT ON COLUMN core.credit_project.counterpart_funds IS '财政配套资金，元';

-- Where a feed has no table of its own yet; amounts and days stand as exact text.
CREATE TABLE core.other (
    submission_id bigint NOT NULL REFERENCES raw.submission,
    record_no integer NOT NULL,
    region text NOT NULL,
    feed text NOT NULL,
    fields jsonb NOT NULL,
    PRIMARY KEY (submission_id, record_no)
);
CREATE INDEX ON core.other (feed, region);
COMMENT ON TABLE core.other IS '没有专表的报送：一行一个对象，列名见报送约定；报送约定写 table: core.other 即可入库';
COMMENT ON COLUMN core.other.fields IS '列名 → 规范值；数、日期按原精度写成文本，空值为 null';
