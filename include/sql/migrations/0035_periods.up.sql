-- Which quarters were evaluated and which a decision skipped, for BI (S14). Shares of a skipped quarter are those of the
-- last one published before it.
-- noqa: disable=RF06
CREATE VIEW mart.v_cn_period AS
SELECT
    coalesce(g.region_name, s.region) AS "行政区划",
    s.period AS "考核期",
    CASE s.state WHEN 'official' THEN '已公布' WHEN 'waived' THEN '暂停考核' ELSE '待考核' END AS "状态",
    s.decision AS "决定文号",
    nullif(s.in_force_period, s.period) AS "沿用考核期"
FROM ops.period_state AS s
LEFT JOIN mart.dim_region AS g ON s.region = g.region_code;
COMMENT ON VIEW mart.v_cn_period IS '考核期表：每个行政区划、考核期一行，已公布、暂停考核或待考核（S14）';
COMMENT ON COLUMN mart.v_cn_period."行政区划" IS '行政区划名称';
COMMENT ON COLUMN mart.v_cn_period."考核期" IS '考核期，如 2025-Q4';
COMMENT ON COLUMN mart.v_cn_period."状态" IS '已公布、暂停考核、待考核（含已考核而未下达的）';
COMMENT ON COLUMN mart.v_cn_period."决定文号" IS '暂停考核的决定文号';
COMMENT ON COLUMN mart.v_cn_period."沿用考核期" IS '暂停、待考核期间仍然有效的是哪一期公布的分配；本期已公布的为空';
