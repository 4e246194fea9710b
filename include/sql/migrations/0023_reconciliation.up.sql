-- What receipts and balances do not agree on (S13): one row per transfer and cause, until it is confirmed or settled.
CREATE FUNCTION ops.reconciliations(of_region text) RETURNS TABLE (
    order_no text,
    leg_code text,
    status text,
    check_id text,
    institution text,
    account text,
    expected numeric,
    found numeric,
    difference numeric,
    message text,
    advice text
) LANGUAGE sql STABLE AS $$
WITH leg AS MATERIALIZED (
    SELECT
        s.*,
        CAST(s.issued_at AT TIME ZONE 'Asia/Shanghai' AS date) AS issued_on,
        o.max_drift
    FROM ops.leg_state AS s
    INNER JOIN ops.transfer_order AS o ON s.order_id = o.order_id
    WHERE s.region = of_region AND s.issued_at IS NOT NULL AND s.status <> 'confirmed'
),

balance AS MATERIALIZED (
    SELECT b.* FROM ops.leg_balances(of_region) AS b
),

receipt AS MATERIALIZED (
    SELECT
        r.*,
        r.institution = l.from_institution AS paying
    FROM ops.leg_receipt AS r
    INNER JOIN leg AS l ON r.order_id = l.order_id AND r.leg_no = l.leg_no
    WHERE r.region = of_region AND CAST(r.executed_at AS date) >= l.issued_on
),

-- Transfers that no bank has reported, by account and issue: whether all of them together show in the balances.
unreported AS MATERIALIZED (
    SELECT
        l.order_id,
        l.leg_no,
        l.issued_on,
        e.account,
        e.amount,
        l.max_drift
    FROM leg AS l
    CROSS JOIN LATERAL (VALUES (l.from_account, -l.amount), (l.to_account, l.amount)) AS e (account, amount)
    WHERE l.status IN ('issued', 'acknowledged', 'overdue')
),

opened AS MATERIALIZED (
    SELECT
        u.account,
        u.issued_on,
        sum(u.amount) AS amount,
        sum(abs(u.amount)) * max(u.max_drift) AS allowed
    FROM unreported AS u
    GROUP BY u.account, u.issued_on
),

framed AS MATERIALIZED (
    SELECT
        p.account,
        p.issued_on,
        p.amount,
        p.allowed,
        max(n.as_of) FILTER (WHERE n.as_of < p.issued_on) AS before_on,
        max(n.as_of) FILTER (WHERE n.as_of >= p.issued_on) AS after_on,
        (array_agg(n.balance ORDER BY n.as_of DESC) FILTER (WHERE n.as_of < p.issued_on))[1] AS before_balance,
        (array_agg(n.balance ORDER BY n.as_of DESC) FILTER (WHERE n.as_of >= p.issued_on))[1] AS after_balance
    FROM opened AS p
    INNER JOIN ops.account_balance AS n ON n.region = of_region AND p.account = n.account
    GROUP BY p.account, p.issued_on, p.amount, p.allowed
),

seen AS (
    SELECT
        f.account,
        f.issued_on,
        abs(f.after_balance - f.before_balance - coalesce(sum(b.amount), 0) - f.amount) <= f.allowed AS shows
    FROM framed AS f
    LEFT JOIN balance AS b ON f.account = b.account AND f.before_on < b.moved_on AND f.after_on >= b.moved_on
    GROUP BY f.account, f.issued_on, f.amount, f.allowed, f.before_balance, f.after_balance
),

item AS (
    SELECT
        'TRK-M001' AS check_id,
        'macro' AS class,
        format(
            '余额与回执不符：账户 %s 从 %s 到 %s 变动 %s 元，其间已回执的划转净额 %s 元，相差 %s 元',
            v.account, v.before_on, v.after_on, to_char(v.after_balance - v.before_balance, 'FM999,999,999,999,990.00'),
            to_char(v.transfers, 'FM999,999,999,999,990.00'), to_char(v.difference, 'FM999,999,999,999,990.00')
        ) AS message,
        '请与开户银行核对流水；确已到位的，由具名人员写明理由予以确认' AS advice,
        v.order_id,
        v.leg_no,
        v.institution,
        v.account,
        v.transfers AS expected,
        v.after_balance - v.before_balance AS found,
        v.difference
    FROM balance AS v
    INNER JOIN leg AS l ON v.order_id = l.order_id AND v.leg_no = l.leg_no
    WHERE NOT v.agrees
    UNION ALL
    SELECT
        'TRK-M002',
        'macro',
        format(
            '尚无余额可以核对：账户 %s 没有执行日 %s %s的余额', v.account, v.moved_on,
            concat_ws(
                '和', CASE WHEN v.before_on IS NULL THEN '之前' END, CASE WHEN v.after_on IS NULL THEN '及以后' END
            )
        ),
        '下一次账户余额报送后自动核对；急需确认的，请开户银行先报账户余额',
        v.order_id,
        v.leg_no,
        v.institution,
        v.account,
        v.amount,
        NULL,
        NULL
    FROM balance AS v
    INNER JOIN leg AS l ON v.order_id = l.order_id AND v.leg_no = l.leg_no
    WHERE v.agrees IS NULL
    UNION ALL
    SELECT
        'TRK-M003',
        'macro',
        '已登记执行，没有银行回执',
        '请付款行或收款行补报执行回执',
        l.order_id,
        l.leg_no,
        l.from_institution,
        l.from_account,
        l.amount,
        NULL,
        NULL
    FROM leg AS l
    WHERE
        l.status = 'executed'
        AND NOT EXISTS (
            SELECT FROM receipt AS r
            WHERE r.order_id = l.order_id AND r.leg_no = l.leg_no AND r.outcome = 'executed' AND r.fits
        )
    UNION ALL
    SELECT
        'TRK-M004',
        'macro',
        '两边账户的余额都已变动，像是已经划转，没有银行回执',
        '请付款行补报执行回执',
        u.order_id,
        u.leg_no,
        l.from_institution,
        l.from_account,
        l.amount,
        NULL,
        NULL
    FROM unreported AS u
    INNER JOIN leg AS l ON u.order_id = l.order_id AND u.leg_no = l.leg_no
    INNER JOIN seen AS n ON u.account = n.account AND u.issued_on = n.issued_on
    GROUP BY u.order_id, u.leg_no, l.from_institution, l.from_account, l.amount
    HAVING bool_and(coalesce(n.shows, FALSE))
    UNION ALL
    SELECT
        'TRK-M005',
        'macro',
        format(
            '两行的回执不一致：%s 报 %s 执行，%s 报 %s 到账；以先收到的为准（%s）', l.from_institution,
            CAST(p.executed_at AS date), r.institution, CAST(r.executed_at AS date), CAST(l.executed_at AS date)
        ),
        '请两行核对执行日，报错的一行更正后重新报送',
        r.order_id,
        r.leg_no,
        r.institution,
        NULL,
        NULL,
        NULL,
        NULL
    FROM receipt AS r
    INNER JOIN leg AS l ON r.order_id = l.order_id AND r.leg_no = l.leg_no
    INNER JOIN receipt AS p ON r.order_id = p.order_id AND r.leg_no = p.leg_no AND p.paying AND p.outcome = 'executed'
    WHERE
        l.status = 'executed' AND r.outcome = 'executed' AND NOT r.paying
        AND CAST(r.executed_at AS date) <> CAST(p.executed_at AS date)
    UNION ALL
    SELECT
        'TRK-M006',
        'macro',
        format(
            '%s 报 %s 已执行 %s 元，而划转%s，未据以登记', r.institution, CAST(r.executed_at AS date), to_char(r.amount, 'FM999,999,999,999,990.00'),
            CASE l.status WHEN 'returned' THEN '已退回' WHEN 'cancelled' THEN '已撤销' ELSE '金额不是这个数' END
        ),
        '请与该行核实资金在哪里：未执行的请其更正回执，已执行的由具名人员重新下达或办理退回',
        r.order_id,
        r.leg_no,
        r.institution,
        NULL,
        l.amount AS expected,
        r.amount AS found,
        r.amount - l.amount
    FROM receipt AS r
    INNER JOIN leg AS l ON r.order_id = l.order_id AND r.leg_no = l.leg_no
    WHERE
        r.outcome = 'executed'
        AND (
            NOT r.fits
            OR l.status = 'cancelled'
            OR (
                l.status = 'returned' AND NOT EXISTS (
                    SELECT FROM ops.leg_event AS e
                    WHERE e.submission_id = r.submission_id AND e.record_no = r.record_no
                )
                AND NOT EXISTS (
                    SELECT FROM ops.leg_event AS e
                    WHERE
                        e.order_id = r.order_id AND e.leg_no = r.leg_no AND e.status = 'executed'
                        AND CAST(e.executed_at AS date) = CAST(r.executed_at AS date)
                )
            )
        )
)

SELECT
    l.order_no,
    l.leg_code,
    l.status,
    i.check_id,
    i.institution,
    i.account,
    i.expected,
    i.found,
    i.difference,
    i.message,
    i.advice
FROM item AS i
INNER JOIN leg AS l ON i.order_id = l.order_id AND i.leg_no = l.leg_no
$$;

CREATE VIEW ops.reconciliation AS
SELECT
    r.region,
    i.*
FROM (SELECT DISTINCT o.region FROM ops.transfer_order AS o) AS r
CROSS JOIN LATERAL ops.reconciliations(r.region) AS i;
COMMENT ON VIEW ops.reconciliation IS '待核对事项：回执与余额、付款行与收款行所说不一致或缺一的划转；确认、更正之后不再列出（S13）';
COMMENT ON COLUMN ops.reconciliation.check_id IS
'TRK-M001 余额不符，M002 余额未到，M003 无回执，M004 有变动无回执，M005 两行回执不一致，M006 回执与现状不符';
COMMENT ON COLUMN ops.reconciliation.expected IS '应有的变动或划转额，元';
COMMENT ON COLUMN ops.reconciliation.found IS '实有的变动或回执额，元';
