-- The loop closes (S12, S13, S31, N12): what banks say of a transfer, what the balances say of it, what the two do not
-- agree on, and the days that count for the banks' timeliness and for the office's own.

ALTER TABLE core.bank_return
ADD COLUMN outcome text CHECK (outcome IN ('acknowledged', 'executed', 'returned')),
ADD COLUMN reason text;
COMMENT ON COLUMN core.bank_return.outcome IS '回执的办理结果：已收到、已执行、退回；空为已执行';
COMMENT ON COLUMN core.bank_return.reason IS '退回的原因';
COMMENT ON COLUMN core.bank_return.executed_at IS '办理时间：执行、收到或退回';
CREATE INDEX bank_return_region ON core.bank_return (region);
CREATE INDEX bank_return_leg ON core.bank_return (leg) WHERE leg IS NOT NULL;

CREATE OR REPLACE VIEW core.standing_bank_return AS
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
    n.reference,
    n.outcome,
    n.reason
FROM (
    SELECT
        r.*,
        rank() OVER (
            PARTITION BY r.region, t.period, r.institution, r.part ORDER BY e.event_id DESC
        ) AS age
    FROM core.bank_return AS r
    INNER JOIN raw.submission AS t ON r.submission_id = t.submission_id
    INNER JOIN raw.submission_event AS e ON r.submission_id = e.submission_id AND e.status = 'accepted'
) AS n
INNER JOIN raw.submission AS s ON n.submission_id = s.submission_id
WHERE n.age = 1;

-- A bank reports each transfer when it is done, in files of their own: a later file says nothing of the transfers that
-- it does not name. Of one bank, transfer and outcome the last accepted row stands.
CREATE VIEW ops.leg_receipt AS
SELECT DISTINCT ON (o.region, l.leg_code, b.institution, x.outcome)
    o.region,
    l.order_id,
    l.leg_no,
    l.leg_code,
    b.institution,
    x.outcome,
    b.executed_at,
    b.amount,
    b.amount = l.amount AS fits,
    coalesce(b.reference, '') AS reference,
    coalesce(b.reason, '') AS reason,
    b.submission_id,
    b.record_no,
    e.event_id AS accepted_no
FROM core.bank_return AS b
INNER JOIN raw.submission_event AS e ON b.submission_id = e.submission_id AND e.status = 'accepted'
INNER JOIN ops.transfer_leg AS l ON b.leg = l.leg_code
INNER JOIN ops.transfer_order AS o ON l.order_id = o.order_id AND b.region = o.region
CROSS JOIN LATERAL (SELECT coalesce(b.outcome, 'executed') AS outcome) AS x
ORDER BY o.region, l.leg_code, b.institution, x.outcome, e.event_id DESC, b.record_no DESC;
COMMENT ON VIEW ops.leg_receipt IS '每笔划转现行有效的回执：同一银行对同一笔划转的同一结果，以最近一次被接受的为准（S13）';
COMMENT ON COLUMN ops.leg_receipt.fits IS '回执金额与划转金额一致；不一致的不据以登记';

CREATE VIEW ops.account_balance AS
SELECT DISTINCT ON (b.region, b.account, b.as_of) b.*
FROM (
    SELECT
        s.region,
        n.account,
        n.as_of,
        n.balance,
        s.feed,
        s.period,
        n.submission_id,
        n.record_no
    FROM core.balance AS n
    INNER JOIN raw.standing_submission AS s ON n.submission_id = s.submission_id
    UNION ALL
    SELECT
        r.region,
        r.account,
        r.as_of,
        r.balance,
        'bank_return' AS feed,
        r.period,
        r.submission_id,
        r.record_no
    FROM core.standing_bank_return AS r
    WHERE r.part = 'account' AND r.balance IS NOT NULL
    UNION ALL
    -- An account that was opened after balances were first reported held nothing on the day before.
    SELECT
        a.region,
        a.account,
        a.opened_on - 1,
        0,
        'opened' AS feed,
        s.period,
        a.submission_id,
        a.record_no
    FROM core.account AS a
    INNER JOIN raw.standing_submission AS s ON a.submission_id = s.submission_id
    WHERE
        a.opened_on > (
            SELECT min(f.as_of) FROM core.balance AS f
            WHERE f.region = a.region
        )
) AS b
ORDER BY b.region, b.account, b.as_of, b.feed, b.period DESC, b.submission_id DESC, b.record_no DESC;
COMMENT ON VIEW ops.account_balance IS '各账户各时点现行有效的余额；同一时点财政局与银行都报的，取财政局的';

-- From the last balance before a transfer to the first one on or after its day, an account must have moved by all the
-- transfers of those days together (S13). A function, so that one region costs what one region holds.
CREATE FUNCTION ops.leg_balances(of_region text) RETURNS TABLE (
    order_id bigint,
    leg_no integer,
    leg_code text,
    side text,
    institution text,
    account text,
    amount numeric,
    moved_on date,
    before_on date,
    before_balance numeric,
    after_on date,
    after_balance numeric,
    transfers numeric,
    difference numeric,
    allowed numeric,
    agrees boolean
) LANGUAGE sql STABLE AS $$
WITH side AS MATERIALIZED (
    SELECT
        s.order_id,
        s.leg_no,
        s.leg_code,
        e.side,
        e.institution,
        e.account,
        e.amount,
        CAST(s.executed_at AS date) AS moved_on
    FROM ops.leg_state AS s
    CROSS JOIN LATERAL (
        VALUES
        ('out', s.from_institution, s.from_account, -s.amount), ('in', s.to_institution, s.to_account, s.amount)
    ) AS e (side, institution, account, amount)
    WHERE s.region = of_region AND s.executed_at IS NOT NULL
),

held AS MATERIALIZED (
    SELECT b.* FROM ops.account_balance AS b WHERE b.region = of_region
),

framed AS MATERIALIZED (
    SELECT
        d.order_id,
        d.leg_no,
        d.side,
        d.account,
        max(b.as_of) FILTER (WHERE b.as_of < d.moved_on) AS before_on,
        min(b.as_of) FILTER (WHERE b.as_of >= d.moved_on) AS after_on
    FROM side AS d
    LEFT JOIN held AS b ON d.account = b.account
    GROUP BY d.order_id, d.leg_no, d.side, d.account
),

moved AS (
    SELECT
        f.order_id,
        f.leg_no,
        f.side,
        sum(n.amount) AS transfers,
        sum(abs(n.amount)) AS turnover
    FROM framed AS f
    INNER JOIN side AS n ON f.account = n.account AND f.before_on < n.moved_on AND f.after_on >= n.moved_on
    GROUP BY f.order_id, f.leg_no, f.side
)

SELECT
    d.order_id,
    d.leg_no,
    d.leg_code,
    d.side,
    d.institution,
    d.account,
    d.amount,
    d.moved_on,
    f.before_on,
    x.balance,
    f.after_on,
    y.balance,
    m.transfers,
    y.balance - x.balance - m.transfers,
    o.max_drift * m.turnover,
    abs(y.balance - x.balance - m.transfers) <= o.max_drift * m.turnover
FROM side AS d
INNER JOIN ops.transfer_order AS o ON d.order_id = o.order_id
INNER JOIN framed AS f ON d.order_id = f.order_id AND d.leg_no = f.leg_no AND d.side = f.side
LEFT JOIN moved AS m ON d.order_id = m.order_id AND d.leg_no = m.leg_no AND d.side = m.side
LEFT JOIN held AS x ON d.account = x.account AND f.before_on = x.as_of
LEFT JOIN held AS y ON d.account = y.account AND f.after_on = y.as_of
$$;

CREATE VIEW ops.leg_balance AS
SELECT
    r.region,
    b.*
FROM (SELECT DISTINCT o.region FROM ops.transfer_order AS o) AS r
CROSS JOIN LATERAL ops.leg_balances(r.region) AS b;
COMMENT ON VIEW ops.leg_balance IS '已执行划转的付款、收款账户在执行前后两个余额之间的变动，与其间全部划转相比（S13）';
COMMENT ON COLUMN ops.leg_balance.difference IS '余额变动减去其间划转净额，元；两个余额缺一个的为空';
