-- What of the run did not arrive in mart as it stands in eval: nothing may be dropped on the way, to the fen.
WITH compared AS (
    SELECT
        '应存额度合计（元）' AS thing,
        (
            SELECT coalesce(sum(target), 0) FROM eval.allocation
            WHERE run_id = %(run_id)s
        ) AS expected,
        (
            SELECT coalesce(sum(f.target_amount), 0) FROM mart.fact_allocation AS f
            WHERE f.run_key = r.run_key
        ) AS published
    FROM mart.dim_run AS r
    WHERE r.run_id = %(run_id)s
    UNION ALL
    SELECT
        '分配行数',
        (
            SELECT count(*) FROM eval.allocation
            WHERE run_id = %(run_id)s
        ),
        (
            SELECT count(*) FROM mart.fact_allocation AS f
            WHERE f.run_key = r.run_key
        )
    FROM mart.dim_run AS r
    WHERE r.run_id = %(run_id)s
    UNION ALL
    SELECT
        '得分行数',
        (
            SELECT count(*) FROM eval.points
            WHERE run_id = %(run_id)s
        ),
        (
            SELECT count(*) FROM mart.fact_score AS f
            WHERE f.run_key = r.run_key AND f.points IS NOT NULL
        )
    FROM mart.dim_run AS r
    WHERE r.run_id = %(run_id)s
)

SELECT
    thing,
    expected,
    published
FROM compared
WHERE expected <> published
