-- How far the money is concentrated (S05): what waits in pool accounts (待分配), against all that is in scope.
-- noqa: disable=RF06
ALTER TABLE mart.dim_account ADD COLUMN is_pool boolean NOT NULL DEFAULT FALSE;
COMMENT ON COLUMN mart.dim_account.is_pool IS '是否待分配账户：归集、收回的资金在此等待分配（S05）';
UPDATE mart.dim_account AS d
SET is_pool = TRUE
FROM (
    SELECT DISTINCT ON (s.region, a.account)
        s.region,
        a.account,
        a.role
    FROM raw.standing_submission AS s
    INNER JOIN core.account AS a ON s.submission_id = a.submission_id
    WHERE s.feed = 'accounts'
    ORDER BY s.region, a.account, s.period DESC, s.submission_id DESC
) AS k
WHERE d.region_code = k.region AND d.account_code = k.account AND k.role = 'pool';

CREATE VIEW mart.v_cn_concentration AS
SELECT
    g.region_name AS "行政区划",
    r.period_code AS "考核期",
    CAST(sum(f.balance_amount) AS numeric(18, 2)) AS "范围内存量",
    CAST(coalesce(sum(f.balance_amount) FILTER (WHERE a.is_pool), 0) AS numeric(18, 2)) AS "待分配账户余额",
    CAST(
        coalesce(sum(f.balance_amount) FILTER (WHERE a.is_pool), 0) / nullif(sum(f.balance_amount), 0) AS numeric(12, 6)
    ) AS "资金集中度",
    r.as_of_date AS "数据截至",
    r.run_name AS "运行次数",
    r.rule_version AS "规则版本"
FROM mart.v_current_run AS r
INNER JOIN mart.dim_region AS g ON r.region_code = g.region_code
INNER JOIN mart.v_current_deposit_balance AS f ON g.region_key = f.region_key AND r.as_of_date = f.as_of_date
INNER JOIN mart.dim_account AS a ON f.account_key = a.account_key
GROUP BY g.region_name, r.period_code, r.as_of_date, r.run_name, r.rule_version;
COMMENT ON VIEW mart.v_cn_concentration IS
'资金集中度表：现行批次，每个行政区划、考核期一行，期末待分配账户余额占范围内存量的比例（S05）。考核期之间不得相加';
COMMENT ON COLUMN mart.v_cn_concentration."行政区划" IS '行政区划名称';
COMMENT ON COLUMN mart.v_cn_concentration."考核期" IS '考核期，如 2025-Q4';
COMMENT ON COLUMN mart.v_cn_concentration."范围内存量" IS '期末范围内全部账户的余额，元';
COMMENT ON COLUMN mart.v_cn_concentration."待分配账户余额" IS '其中待分配账户的余额，元';
COMMENT ON COLUMN mart.v_cn_concentration."资金集中度" IS '待分配账户余额占范围内存量的比例，不可相加';
COMMENT ON COLUMN mart.v_cn_concentration."数据截至" IS '数据截至日期';
COMMENT ON COLUMN mart.v_cn_concentration."运行次数" IS '本考核期第几次运行';
COMMENT ON COLUMN mart.v_cn_concentration."规则版本" IS '考核办法版本';
