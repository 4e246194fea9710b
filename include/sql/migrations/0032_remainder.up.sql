-- What a bound eats of a true-up is carried on (结转下季): each run says of every true-up what it came to for each bank, and
-- the rest is an input of the first quarter after it, and of no other.
CREATE VIEW ops.standing_run AS
SELECT
    f.region,
    f.period,
    coalesce(i.run_id, f.run_id) AS run_id
FROM eval.official_run AS f
LEFT JOIN LATERAL (
    SELECT o.run_id
    FROM ops.transfer_order AS o
    INNER JOIN ops.order_event AS e ON o.order_id = e.order_id AND e.status = 'issued'
    WHERE o.region = f.region AND o.period = f.period AND o.kind IN ('adjustment', 'true_up')
    ORDER BY e.event_id DESC
    LIMIT 1
) AS i ON TRUE;
COMMENT ON VIEW ops.standing_run IS '各考核期现行有效的批次：最近下达的调整指令或补差所依据的，没有的为最近公布的';

CREATE TABLE eval.true_up_outcome (
    run_id bigint NOT NULL REFERENCES eval.run,
    order_no text NOT NULL REFERENCES ops.transfer_order (order_no),
    institution text NOT NULL,
    amount numeric(18, 2) NOT NULL,
    spread numeric(18, 2) NOT NULL,
    applied numeric(18, 2) NOT NULL,
    remainder numeric(18, 2) GENERATED ALWAYS AS (amount - spread - applied) STORED,
    PRIMARY KEY (run_id, order_no, institution)
);
COMMENT ON TABLE eval.true_up_outcome IS '补差的落实：每个批次、每份补差、每家机构一行；应补 = 总量变动分担 + 已落实 + 结转下季，元';
COMMENT ON COLUMN eval.true_up_outcome.amount IS '应补：本批次新计入的与以前考核期结转的，被合并机构的归于承继机构，元';
COMMENT ON COLUMN eval.true_up_outcome.spread IS '总量变动分担：更正改变了总量的，按权数由各行分担，合计等于应补合计，元；总量没有变的为 0';
COMMENT ON COLUMN eval.true_up_outcome.applied IS '已落实：计入这份补差与不计入时的有界额度之差，合计为 0，元';
COMMENT ON COLUMN eval.true_up_outcome.remainder IS '结转下季：因上下限没有落实的，或落实中多得少得、须由下季抵回的，合计为 0，元';

CREATE TABLE eval.true_up_carried (
    run_id bigint NOT NULL REFERENCES eval.run,
    from_run_id bigint NOT NULL REFERENCES eval.run,
    order_no text NOT NULL REFERENCES ops.transfer_order (order_no),
    institution text NOT NULL,
    amount numeric(18, 2) NOT NULL CHECK (amount <> 0),
    PRIMARY KEY (run_id, from_run_id, order_no, institution)
);
COMMENT ON TABLE eval.true_up_carried IS '结转的补差：以前考核期（from_run_id）没有落实、由本批次计入各行规定额的数，元';

-- A quarter is an account: what its standing run left, less what published quarters took over. A correction of a quarter
-- that was already carried on thus comes out as the difference.
CREATE VIEW eval.open_remainder AS
SELECT
    e.region,
    e.period,
    e.run_id,
    e.order_no,
    e.institution,
    sum(e.amount) AS amount
FROM (
    SELECT
        s.*,
        o.order_no,
        o.institution,
        o.remainder AS amount
    FROM eval.true_up_outcome AS o
    INNER JOIN ops.standing_run AS s ON o.run_id = s.run_id
    UNION ALL
    SELECT
        w.*,
        c.order_no,
        c.institution,
        -c.amount
    FROM eval.official_run AS t
    INNER JOIN eval.true_up_carried AS c ON t.run_id = c.run_id
    INNER JOIN eval.run AS f ON c.from_run_id = f.run_id
    INNER JOIN ops.standing_run AS w ON f.region = w.region AND f.period = w.period
) AS e
GROUP BY e.region, e.period, e.run_id, e.order_no, e.institution
HAVING sum(e.amount) <> 0;
COMMENT ON VIEW eval.open_remainder IS '尚未由其后已公布的考核期计入的结转补差：哪个考核期、哪份补差、哪家机构，元';

CREATE OR REPLACE VIEW eval.run_true_up AS
SELECT
    t.run_id,
    t.order_no,
    t.period,
    t.corrected_institution,
    coalesce(g.heir, t.corrected_institution) AS institution,
    t.amount,
    coalesce(p.role = 'commercial', FALSE) AS counted,
    t.carried_from
FROM (
    SELECT
        n.run_id,
        n.order_no,
        n.period,
        n.institution AS corrected_institution,
        n.amount,
        CAST(NULL AS text) AS carried_from
    FROM eval.true_up AS n
    UNION ALL
    SELECT
        c.run_id,
        c.order_no,
        o.period,
        c.institution,
        c.amount,
        f.period AS carried_from
    FROM eval.true_up_carried AS c
    INNER JOIN ops.transfer_order AS o ON c.order_no = o.order_no
    INNER JOIN eval.run AS f ON c.from_run_id = f.run_id
) AS t
LEFT JOIN eval.lineage AS g ON t.run_id = g.run_id AND t.corrected_institution = g.institution
LEFT JOIN eval.participant AS p
    ON t.run_id = p.run_id AND p.institution = coalesce(g.heir, t.corrected_institution);
COMMENT ON VIEW eval.run_true_up IS
'各批次的补差归于哪家机构，是否计入（counted：参加按得分分配的才计入）；carried_from 为结转自哪个考核期，新计入的为空';
