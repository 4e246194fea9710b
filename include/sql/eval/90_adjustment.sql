-- What of each difference is ordered, waits for a time deposit or for an account, or is carried to the next quarter, and
-- why (S12). Where less is shared out than there is, what nobody may receive is kept for payments, not carried.
WITH leg AS MATERIALIZED (
    SELECT
        d.from_bank,
        d.to_bank,
        d.amount,
        CASE WHEN d.to_account IS NOT NULL AND s.available_from IS NULL THEN d.amount END AS planned,
        CASE WHEN d.to_account IS NOT NULL AND s.available_from IS NOT NULL THEN d.amount END AS scheduled
    FROM draft_leg AS d
    INNER JOIN supply AS s ON d.item = s.item
),

-- A bank gives or receives, never both.
moved AS (
    SELECT
        l.from_bank AS bank,
        -sum(l.amount) AS amount,
        -coalesce(sum(l.planned), 0) AS planned,
        -coalesce(sum(l.scheduled), 0) AS scheduled
    FROM leg AS l
    GROUP BY l.from_bank
    UNION ALL
    SELECT
        l.to_bank,
        sum(l.amount),
        coalesce(sum(l.planned), 0),
        coalesce(sum(l.scheduled), 0)
    FROM leg AS l
    GROUP BY l.to_bank
),

settled AS MATERIALIZED (
    SELECT
        n.run_id,
        n.institution,
        n.delta,
        n.min_leg,
        coalesce(m.planned, 0) AS planned,
        coalesce(m.scheduled, 0) AS scheduled,
        coalesce(m.amount - m.planned - m.scheduled, 0) AS blocked,
        n.delta - coalesce(m.amount, 0) AS carried
    FROM need AS n
    LEFT JOIN moved AS m ON n.bank = m.bank
),

rest AS (
    SELECT
        s.*,
        sum(s.delta) OVER of_run < 0 AS reserved,
        sum(greatest(s.carried, 0)) OVER of_run AS wanted
    FROM settled AS s
    WINDOW of_run AS (PARTITION BY s.run_id)
)

INSERT INTO eval.adjustment (run_id, institution, delta, planned, scheduled, blocked, reason)
SELECT
    t.run_id,
    t.institution,
    t.delta,
    t.planned,
    t.scheduled,
    t.blocked,
    concat_ws(
        '；',
        CASE WHEN t.scheduled <> 0 THEN '部分待定期存款到期后划转' END,
        CASE WHEN t.blocked <> 0 THEN '收款行无同一所有者、同一类别的账户，需开户' END,
        CASE
            WHEN t.carried = 0 THEN NULL
            WHEN t.carried < 0 AND t.reserved AND t.wanted = 0 THEN '应存总量小于存量，无须调入的部分留作支付准备'
            WHEN abs(t.delta) < t.min_leg THEN format('差额低于 %s 元，结转下期', t.min_leg)
            WHEN t.carried < 0 AND t.reserved
                THEN '应存总量小于存量，无须调入的部分留作支付准备，其余资金下季度末前不到期或不足起点，结转下期'
            WHEN t.carried < 0 THEN '其余可调资金下季度末前不到期或不足起点，结转下期'
            ELSE '暂无可调入资金，结转下期'
        END
    )
FROM rest AS t
