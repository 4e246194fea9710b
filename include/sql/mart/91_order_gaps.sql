-- What of the region's orders did not arrive in mart as it stands in ops: no transfer may be dropped, to the fen.
WITH ordered AS (
    SELECT
        g.leg_code,
        g.amount,
        g.issued_amount,
        g.confirmed_amount
    FROM ops.leg_progress AS g
    WHERE g.region = %(region)s
),

published AS (
    SELECT
        f.leg_amount,
        f.issued_amount,
        f.confirmed_amount
    FROM mart.fact_order_leg AS f
    INNER JOIN ordered AS o ON f.leg_code = o.leg_code
),

papers AS (
    SELECT
        f.paper_no,
        f.in_amount,
        f.out_amount
    FROM mart.fact_order AS f
    INNER JOIN ops.transfer_order AS o ON f.paper_no = o.order_no
    WHERE o.region = %(region)s
),

compared AS (
    SELECT
        '划转明细笔数' AS thing,
        (SELECT count(*) FROM ordered) AS expected,
        (SELECT count(*) FROM published) AS published
    UNION ALL
    SELECT
        '划转明细合计（元）',
        (SELECT coalesce(sum(amount), 0) FROM ordered),
        (SELECT coalesce(sum(leg_amount), 0) FROM published)
    UNION ALL
    SELECT
        '应划金额合计（元）',
        (SELECT coalesce(sum(issued_amount), 0) FROM ordered),
        (SELECT coalesce(sum(issued_amount), 0) FROM published)
    UNION ALL
    SELECT
        '到位金额合计（元）',
        (SELECT coalesce(sum(confirmed_amount), 0) FROM ordered),
        (SELECT coalesce(sum(confirmed_amount), 0) FROM published)
    UNION ALL
    SELECT
        '划入与划出之差（元）',
        0,
        (SELECT coalesce(sum(in_amount - out_amount), 0) FROM papers)
)

SELECT
    thing,
    expected,
    published
FROM compared
WHERE expected <> published
