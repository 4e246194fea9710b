-- Allocation with proof: what T is derived from, the ladder from score to amount, and totals that no write can break.
-- noqa: disable=RF06
ALTER TABLE eval.quota DISABLE TRIGGER append_only;
ALTER TABLE eval.quota
ADD COLUMN stock numeric(18, 2),
ADD COLUMN reserve numeric(18, 2) NOT NULL DEFAULT 0 CHECK (reserve >= 0),
ADD CONSTRAINT quota_reserved CHECK (reserve = 0 OR total = stock - reserve);
UPDATE eval.quota AS q
SET stock = (
    SELECT sum(h.balance) FROM eval.holding AS h
    WHERE h.run_id = q.run_id
);
ALTER TABLE eval.quota ENABLE TRIGGER append_only;
COMMENT ON COLUMN eval.quota.stock IS '基准日范围内存量合计，元';
COMMENT ON COLUMN eval.quota.reserve IS '支付准备，元：从存量中留出、不参加分配、留在原处的部分（S04）';

ALTER TABLE eval.bounded ADD CONSTRAINT bounded_in_order CHECK (cap_amount IS NULL OR floor_amount <= cap_amount);

CREATE FUNCTION eval.binding_name(binding text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE binding
    WHEN 'none' THEN '按得分'
    WHEN 'floor' THEN '不调整存量为下限'
    WHEN 'minimum' THEN '最低额度'
    WHEN 'cap' THEN '集中度上限'
    WHEN 'deposits_cap' THEN '自身存款比例上限'
    WHEN 'maximum' THEN '最高额度'
    WHEN 'four_falling' THEN '四项均下降减少'
    WHEN 'by_rank' THEN '名次定额'
    WHEN 'fixed' THEN '先行列支'
END
$$;
COMMENT ON FUNCTION eval.binding_name IS '起作用的约束的名称';

-- The ladder of each bank (beyond 2): what stands on each rung, what holds it there, and by whose word.
CREATE VIEW eval.allocation_ladder AS
SELECT
    d.run_id,
    d.institution,
    p.name,
    p.role,
    s.rank,
    s.score,
    s.share,
    d.stated_amount,
    d.weight,
    d.raw_target,
    d.rigid_amount,
    d.floor_amount,
    d.cap_amount,
    d.bounded_target,
    d.binding,
    eval.binding_name(d.binding) AS binding_name,
    a.target AS rounded_target,
    a.target - d.bounded_target AS rounding_difference,
    a.current_amount,
    a.delta,
    CASE WHEN d.binding = 'four_falling' THEN f.decision ELSE c.decision END AS decision,
    m.clause
FROM eval.bounded AS d
INNER JOIN eval.run AS r ON d.run_id = r.run_id
INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id
INNER JOIN eval.participant AS p ON d.run_id = p.run_id AND d.institution = p.institution
INNER JOIN eval.allocation AS a ON d.run_id = a.run_id AND d.institution = a.institution
LEFT JOIN eval.score AS s ON d.run_id = s.run_id AND d.institution = s.institution
LEFT JOIN core.decision AS c ON p.evidence_submission_id = c.submission_id AND p.evidence_record_no = c.record_no
LEFT JOIN LATERAL (
    SELECT v.decision FROM eval.four_falling AS v
    WHERE v.run_id = d.run_id AND v.institution = d.institution AND v.rate > 0
    ORDER BY v.rate DESC, v.year
    LIMIT 1
) AS f ON TRUE
LEFT JOIN eval.parameter AS m
    ON
        k.rulebook_id = m.rulebook_id
        AND m.path = CASE
            WHEN p.role = 'policy' AND k.policy_support IS NULL THEN 'participation.policy_banks'
            WHEN p.role = 'policy' THEN 'participation.policy_support'
            WHEN d.binding = 'none' THEN 'allocation.scheme'
            WHEN d.binding = 'minimum' THEN 'allocation.minimum_amount'
            WHEN d.binding = 'cap' THEN 'allocation.concentration_cap'
            WHEN d.binding = 'deposits_cap' THEN 'allocation.deposits_cap.share'
            WHEN d.binding = 'maximum' THEN 'allocation.maximum_amount'
            WHEN d.binding = 'four_falling' THEN 'participation.four_falling'
            WHEN d.binding = 'by_rank' THEN 'allocation.rank_amounts'
        END;
COMMENT ON VIEW eval.allocation_ladder IS
'额度阶梯：每个批次、每家机构一行，得分 → 比例 → 原始 → 有界 → 取整，及起作用的约束与依据；金额为元';
DO $$
DECLARE
    said record;
BEGIN
    FOR said IN
        SELECT * FROM (VALUES
            ('run_id', '考核批次'), ('institution', '机构代码'), ('name', '机构名称'),
            ('role', '参加方式：commercial 参评，policy 政策性单列，carved_out 一事一议，excluded 不参评'),
            ('rank', '名次，不参评的为空'), ('score', '总得分'), ('share', '分配比例：得分占参评各行得分之和，不参评的为 0'),
            ('stated_amount', '规定额 f，元：基数、名次定额、加减的存款额，不随得分变动'),
            ('weight', '权数 w：λ 所乘的数'), ('raw_target', '原始额度，元：不计上下限时的额度；先行列支的为 0'),
            ('rigid_amount', '不调整存量，元'), ('floor_amount', '下限，元'), ('cap_amount', '上限，元，空为不设'),
            ('bounded_target', '有界额度，元：上下限之内、合计等于可分配总量的额度，未取整'),
            ('binding', '起作用的约束的代码'), ('binding_name', '起作用的约束'),
            ('rounded_target', '应存额度，元：取整后的额度，合计等于总量'),
            ('rounding_difference', '取整差额，元：应存额度减有界额度'),
            ('current_amount', '现有存量，元：基准日余额，加此后已执行的划转'), ('delta', '调整额，元，调入为正'),
            ('decision', '决定文号：一事一议、取消资格、四项均下降减少所依据的决定，没有的为空'),
            ('clause', '起作用的约束在考核办法中的条款，没有的为空')
        ) AS w (name, meaning)
    LOOP
        EXECUTE format('COMMENT ON COLUMN eval.allocation_ladder.%I IS %L', said.name, said.meaning);
    END LOOP;
END
$$;

-- That a run exists is asked once per statement: bounds belong to a quota, amounts to bounds.
ALTER TABLE eval.bounded DROP CONSTRAINT bounded_run_id_fkey;
ALTER TABLE eval.allocation DROP CONSTRAINT allocation_run_id_fkey;

CREATE FUNCTION eval.bounded_belongs() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text;
BEGIN
    SELECT string_agg(
        format('批次 %s：%s', i.run_id, CASE WHEN q.run_id IS NULL THEN '没有总量' ELSE '额度已定，不能再增加有界额度' END), '；'
    ) INTO broken
    FROM (SELECT DISTINCT n.run_id FROM inserted AS n) AS i
    LEFT JOIN eval.quota AS q ON i.run_id = q.run_id
    WHERE q.run_id IS NULL OR EXISTS (SELECT FROM eval.allocation AS a WHERE a.run_id = i.run_id);
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'bounds without a quota, or after the allocation: %', broken USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION eval.bounded_belongs IS '有界额度属于一个总量，并先于额度';
CREATE TRIGGER bounded_belongs AFTER INSERT ON eval.bounded
REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION eval.bounded_belongs();

-- A run's amounts are inserted by one statement or not at all: every bank with bounds has one, none without; each within
-- its bounds, and where its constraint puts it; what is set aside as the quota says; their sum is T, to the fen. A second
-- statement finds no bank with bounds that has no amount yet.
CREATE OR REPLACE FUNCTION eval.allocation_closes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text;
BEGIN
    WITH run AS (
        SELECT
            i.run_id,
            count(*) AS banks,
            sum(i.target) AS total
        FROM inserted AS i
        GROUP BY i.run_id
    ),

    held AS (
        SELECT
            d.run_id,
            count(i.institution) AS matched,
            coalesce(sum(i.target) FILTER (WHERE d.binding = 'fixed'), 0) AS aside,
            string_agg(d.institution || ' 没有额度', '，') FILTER (WHERE i.institution IS NULL) AS lacking,
            string_agg(
                format(
                    '%s 应存 %s，下限 %s，上限 %s，约束 %s 定为 %s，现有 %s', d.institution, i.target, d.floor_amount,
                    coalesce(CAST(d.cap_amount AS text), '不设'), d.binding, round(d.bounded_target, 2), d.current_amount
                ), '，'
            ) FILTER (
                WHERE i.target < d.floor_amount OR i.target > d.cap_amount
                OR (d.binding <> 'none' AND i.target <> round(d.bounded_target, 2)) OR i.current_amount <> d.current_amount
            ) AS outside
        FROM run AS u
        INNER JOIN eval.bounded AS d ON u.run_id = d.run_id
        LEFT JOIN inserted AS i ON d.run_id = i.run_id AND d.institution = i.institution
        GROUP BY d.run_id
    )

    SELECT string_agg(format('批次 %s：%s', u.run_id, s.said), '；' ORDER BY u.run_id) INTO broken
    FROM run AS u
    LEFT JOIN eval.quota AS q ON u.run_id = q.run_id
    LEFT JOIN held AS h ON u.run_id = h.run_id
    CROSS JOIN LATERAL (
        SELECT nullif(concat_ws(
            '；',
            CASE WHEN u.total IS DISTINCT FROM q.total THEN format('应存合计 %s ≠ 总量 %s', u.total, q.total) END,
            CASE WHEN coalesce(h.matched, 0) <> u.banks THEN '有额度而没有有界额度的机构' END,
            h.lacking,
            h.outside,
            CASE WHEN h.aside <> q.set_aside THEN format('先行列支合计 %s ≠ %s', h.aside, q.set_aside) END
        ), '') AS said
    ) AS s
    WHERE s.said IS NOT NULL;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'allocation does not close: %', broken USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION eval.allocation_closes IS '一个批次的额度一次写入：每家一笔，在上下限之内，合计等于总量';

-- What holds a run together is known when its transaction ends: a quota stands for amounts.
CREATE FUNCTION eval.quota_is_shared_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM eval.allocation AS a WHERE a.run_id = new.run_id) THEN
        RAISE EXCEPTION 'quota of run % is not shared out: 有总量而没有额度', new.run_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION eval.quota_is_shared_out IS '有总量的批次，提交时必有合计等于总量的额度';
CREATE CONSTRAINT TRIGGER quota_is_shared_out AFTER INSERT ON eval.quota
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION eval.quota_is_shared_out();

ALTER TABLE mart.fact_allocation
ADD COLUMN stated_amount numeric(18, 2),
ADD COLUMN weight_points numeric(12, 6),
ADD COLUMN rounding_amount numeric(18, 2),
ADD COLUMN basis_text text NOT NULL DEFAULT '';
CREATE OR REPLACE VIEW mart.v_current_allocation AS
SELECT f.*
FROM mart.fact_allocation AS f
INNER JOIN mart.v_current_run AS r ON f.run_key = r.run_key;

CREATE VIEW mart.v_cn_allocation AS
SELECT
    g.region_name AS "行政区划",
    r.period_code AS "考核期",
    i.sort_no AS "机构排序",
    i.institution_name AS "金融机构",
    i.short_name AS "机构简称",
    f.role_name AS "参加方式",
    f.score_points AS "总得分",
    f.rank_no AS "名次",
    f.share_ratio AS "分配比例",
    f.stated_amount AS "规定额度",
    f.weight_points AS "权数",
    f.raw_target_amount AS "原始额度",
    f.floor_amount AS "额度下限",
    f.cap_amount AS "额度上限",
    f.bounded_target_amount AS "有界额度",
    f.binding_name AS "起作用的约束",
    f.basis_text AS "依据",
    f.rounding_amount AS "取整差额",
    f.target_amount AS "应存额度",
    r.as_of_date AS "数据截至",
    r.run_name AS "运行次数",
    r.rule_version AS "规则版本"
FROM mart.fact_allocation AS f
INNER JOIN mart.v_current_run AS r ON f.run_key = r.run_key
INNER JOIN mart.dim_region AS g ON f.region_key = g.region_key
INNER JOIN mart.dim_institution AS i ON f.institution_key = i.institution_key;
COMMENT ON VIEW mart.v_cn_allocation IS
'额度阶梯表：现行批次，每个金融机构一行，从总得分到应存额度的每一步。金额为元，考核期之间不得相加';
DO $$
DECLARE
    said record;
BEGIN
    FOR said IN
        SELECT * FROM (VALUES
            ('fact_allocation', 'stated_amount', '规定额度，元：基数、名次定额、加减的存款额，不随得分变动'),
            ('fact_allocation', 'weight_points', '权数：按得分分配时所用的数，不可相加'),
            ('fact_allocation', 'rounding_amount', '取整差额，元 = 应存额度 - 约束后的额度'),
            ('fact_allocation', 'basis_text', '依据：决定文号，或起作用的约束在考核办法中的条款'),
            ('v_current_allocation', 'stated_amount', '规定额度，元：基数、名次定额、加减的存款额，不随得分变动'),
            ('v_current_allocation', 'weight_points', '权数：按得分分配时所用的数，不可相加'),
            ('v_current_allocation', 'rounding_amount', '取整差额，元 = 应存额度 - 约束后的额度'),
            ('v_current_allocation', 'basis_text', '依据：决定文号，或起作用的约束在考核办法中的条款'),
            ('v_cn_allocation', '行政区划', '行政区划名称'),
            ('v_cn_allocation', '考核期', '考核期，如 2025-Q4'),
            ('v_cn_allocation', '机构排序', '机构的排列顺序'),
            ('v_cn_allocation', '金融机构', '金融机构全称'),
            ('v_cn_allocation', '机构简称', '金融机构简称'),
            ('v_cn_allocation', '参加方式', '参评、政策性单列、一事一议或不参评'),
            ('v_cn_allocation', '总得分', '总得分，不可相加'),
            ('v_cn_allocation', '名次', '名次，不参评的为空'),
            ('v_cn_allocation', '分配比例', '得分占参评各行得分之和的比例'),
            ('v_cn_allocation', '规定额度', '不随得分变动的额度，元'),
            ('v_cn_allocation', '权数', '按得分分配时所用的权数'),
            ('v_cn_allocation', '原始额度', '不计上下限时的额度，元'),
            ('v_cn_allocation', '额度下限', '下限，元'),
            ('v_cn_allocation', '额度上限', '上限，元，空为不设'),
            ('v_cn_allocation', '有界额度', '上下限之内的额度，取整以前，元'),
            ('v_cn_allocation', '起作用的约束', '决定额度的约束'),
            ('v_cn_allocation', '依据', '决定文号，或约束在考核办法中的条款'),
            ('v_cn_allocation', '取整差额', '应存额度减有界额度，元'),
            ('v_cn_allocation', '应存额度', '应存额度，元，合计等于总量'),
            ('v_cn_allocation', '数据截至', '数据截至日期'),
            ('v_cn_allocation', '运行次数', '本考核期第几次运行'),
            ('v_cn_allocation', '规则版本', '考核办法版本')
        ) AS w (relation, name, meaning)
    LOOP
        EXECUTE format('COMMENT ON COLUMN mart.%I.%I IS %L', said.relation, said.name, said.meaning);
    END LOOP;
END
$$;
