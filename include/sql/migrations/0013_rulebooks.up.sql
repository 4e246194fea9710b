-- Any county's policy as rows: what an indicator reads, how it becomes points, who takes part, how shares become
-- amounts. Methods are SQL, choices are rows.
-- json keeps the order of a document's indicators, jsonb does not.
ALTER TABLE eval.rulebook ALTER COLUMN content TYPE json;
ALTER TABLE eval.rulebook
ADD COLUMN scheme text NOT NULL DEFAULT 'commercial' CHECK (scheme IN ('commercial', 'policy', 'index')),
ADD COLUMN score_decimals integer,
ADD COLUMN bonus_cap numeric CHECK (bonus_cap >= 0),
ADD COLUMN penalty_cap numeric CHECK (penalty_cap >= 0),
ADD COLUMN bonus_amount_cap numeric(18, 2) CHECK (bonus_amount_cap >= 0),
ADD COLUMN penalty_amount_cap numeric(18, 2) CHECK (penalty_amount_cap >= 0),
ADD COLUMN tie_break text[] NOT NULL DEFAULT '{}',
ADD COLUMN allocation text NOT NULL DEFAULT 'proportional'
CHECK (allocation IN ('proportional', 'affine', 'top', 'by_rank', 'equal', 'tiers')),
ADD COLUMN base_amount numeric(18, 2) CHECK (base_amount >= 0),
ADD COLUMN base_score numeric CHECK (base_score >= 0),
ADD COLUMN top integer CHECK (top >= 1),
ADD COLUMN leftover text CHECK (leftover IN ('by_score', 'stop')),
ADD COLUMN deposits_cap numeric CHECK (deposits_cap > 0 AND deposits_cap <= 1),
ADD COLUMN deposits_family text,
ADD COLUMN deposits_measure text,
ADD COLUMN minimum_amount numeric(18, 2) CHECK (minimum_amount >= 0),
ADD COLUMN maximum_amount numeric(18, 2) CHECK (maximum_amount >= 0),
ADD COLUMN remainder text NOT NULL DEFAULT 'largest_remainder' CHECK (remainder IN ('largest_remainder', 'top_score')),
ADD COLUMN policy_banks text NOT NULL DEFAULT 'held' CHECK (policy_banks IN ('held', 'take_part', 'separate')),
ADD COLUMN policy_rulebook_id bigint REFERENCES eval.rulebook,
ADD COLUMN policy_support text CHECK (policy_support IN ('cap', 'held')),
ADD COLUMN minimum_months integer CHECK (minimum_months >= 1),
ADD COLUMN first_year text NOT NULL DEFAULT 'take_part' CHECK (first_year IN ('take_part', 'exclude', 'impute')),
ADD COLUMN one_per_group boolean NOT NULL DEFAULT FALSE,
ADD COLUMN suspension_family text,
ADD COLUMN suspension_measure text,
ADD COLUMN suspension_month integer CHECK (suspension_month BETWEEN 1 AND 12),
ADD COLUMN suspension_day integer CHECK (suspension_day BETWEEN 1 AND 31),
ADD COLUMN suspension_clause text,
ADD COLUMN four_falling_tax text,
ADD COLUMN four_falling_rate numeric CHECK (four_falling_rate > 0 AND four_falling_rate <= 1),
ADD COLUMN four_falling_clause text;
COMMENT ON COLUMN eval.rulebook.policy_rulebook_id IS '政策性银行单独考核所用的办法（S17）';
COMMENT ON COLUMN eval.rulebook.four_falling_tax IS '四项均下降（S16）中的纳税计量；空为办法没有这一条';

ALTER TABLE eval.indicator DISABLE TRIGGER append_only;
ALTER TABLE eval.indicator
DROP CONSTRAINT indicator_basis_check,
DROP CONSTRAINT indicator_method_check,
ADD COLUMN effect text NOT NULL DEFAULT 'score'
CHECK (effect IN ('score', 'bonus', 'penalty', 'bonus_amount', 'penalty_amount')),
ADD COLUMN flow_window text CHECK (flow_window IN ('ytd', 'quarter', 'ttm')),
ADD COLUMN since text CHECK (since IN ('year_start', 'year_ago', 'quarter_ago')),
ADD COLUMN as_of_month integer CHECK (as_of_month BETWEEN 1 AND 12),
ADD COLUMN lag_months integer CHECK (lag_months BETWEEN 1 AND 24),
ADD COLUMN average_of text CHECK (average_of IN ('months', 'quarters')),
ADD COLUMN reference text CHECK (reference IN ('value', 'area', 'mean', 'best', 'peers', 'targets')),
ADD COLUMN reference_value numeric,
ADD COLUMN reference_measure text,
ADD COLUMN gate text CHECK (gate IN ('value', 'area', 'mean', 'best', 'peers', 'targets')),
ADD COLUMN gate_operator text CHECK (gate_operator IN ('>=', '>', '<=', '<')),
ADD COLUMN gate_value numeric,
ADD COLUMN gate_measure text,
ADD COLUMN operator text CHECK (operator IN ('>=', '>', '<=', '<')),
ADD COLUMN base_points numeric,
ADD COLUMN step numeric CHECK (step >= 0),
ADD COLUMN step_percent numeric CHECK (step_percent >= 0),
ADD COLUMN per_point numeric CHECK (per_point >= 0),
ADD COLUMN below_per_point numeric CHECK (below_per_point >= 0),
ADD COLUMN unit numeric CHECK (unit > 0),
ADD COLUMN unit_points numeric,
ADD COLUMN below_unit_points numeric CHECK (below_unit_points >= 0),
ADD COLUMN threshold numeric,
ADD COLUMN whole_steps boolean NOT NULL DEFAULT FALSE,
ADD COLUMN otherwise_points numeric,
ADD COLUMN out_of numeric CHECK (out_of > 0),
ADD COLUMN cap_points numeric,
ADD COLUMN floor_points numeric,
ADD COLUMN direction text NOT NULL DEFAULT 'highest' CHECK (direction IN ('highest', 'lowest')),
ADD COLUMN ties text NOT NULL DEFAULT 'better' CHECK (ties IN ('better', 'worse', 'mean')),
ADD COLUMN keeps_sign boolean NOT NULL DEFAULT FALSE,
ADD COLUMN all_zero text NOT NULL DEFAULT 'zero' CHECK (all_zero IN ('zero', 'stop')),
ADD COLUMN decimals integer,
ADD COLUMN exempt_types text[] NOT NULL DEFAULT '{}';
-- 'ytd' is a flow in the window of the year so far.
UPDATE eval.indicator
SET
    basis = 'flow',
    flow_window = 'ytd'
WHERE basis = 'ytd';
ALTER TABLE eval.indicator
ADD CONSTRAINT indicator_basis_check CHECK (
    basis IN ('stock', 'flow', 'average', 'increment', 'growth', 'new_ratio', 'on_time_rate', 'event_count')
),
ADD CONSTRAINT indicator_method_check CHECK (
    method IN (
        'share_of_total', 'share_of_best', 'inverse_of_best', 'frontier', 'rank_step', 'rank_bands', 'bands', 'mean_cap',
        'area_relative', 'target_completion', 'points_per_unit', 'pass_fail', 'rate', 'score'
    )
);
ALTER TABLE eval.indicator ENABLE TRIGGER append_only;
COMMENT ON COLUMN eval.indicator.measure IS '计量，几项相加时以逗号分开；各项的系数见 eval.indicator_term';
COMMENT ON COLUMN eval.indicator.full_points IS '满分：各级权重之积乘以总分；effect 为金额时是元';
COMMENT ON COLUMN eval.indicator.effect IS 'score 计入总分，bonus、penalty 加减分，bonus_amount、penalty_amount 加减存款额（元）';

CREATE TABLE eval.indicator_term (
    rulebook_id bigint NOT NULL,
    indicator text NOT NULL,
    side text NOT NULL CHECK (side IN ('measure', 'over')),
    term_no integer NOT NULL,
    family text NOT NULL,
    measure text NOT NULL,
    times numeric NOT NULL,
    missing text NOT NULL CHECK (missing IN ('stop', 'zero')),
    parts text[] NOT NULL,
    PRIMARY KEY (rulebook_id, indicator, side, term_no),
    FOREIGN KEY (rulebook_id, indicator) REFERENCES eval.indicator
);
INSERT INTO eval.indicator_term (rulebook_id, indicator, side, term_no, family, measure, times, missing, parts)
SELECT
    i.rulebook_id,
    i.indicator,
    t.side,
    t.term_no,
    i.family,
    t.measure,
    1,
    'stop',
    '{}'
FROM eval.indicator AS i
CROSS JOIN
    LATERAL (
        SELECT
            'measure' AS side,
            m.term_no,
            m.measure
        FROM unnest(string_to_array(i.measure, ',')) WITH ORDINALITY AS m (measure, term_no)
        UNION ALL
        SELECT
            'over',
            1,
            i.over
        WHERE i.over IS NOT NULL
    ) AS t
WHERE i.leaf;
COMMENT ON TABLE eval.indicator_term IS '指标由哪些计量乘以系数相加而成：分子（measure）与分母（over）各若干项';
COMMENT ON COLUMN eval.indicator_term.parts IS '只计入的税种；空为全部';

CREATE TABLE eval.band (
    rulebook_id bigint NOT NULL REFERENCES eval.rulebook,
    indicator text NOT NULL,
    band_no integer NOT NULL,
    lower numeric,
    lower_included boolean NOT NULL,
    upper numeric,
    upper_included boolean NOT NULL,
    points numeric NOT NULL,
    PRIMARY KEY (rulebook_id, indicator, band_no)
);
COMMENT ON TABLE eval.band IS '分档：值（或名次）落在哪一档得几分；indicator 为空串的是分配档次，points 为系数';

CREATE TABLE eval.rank_amount (
    rulebook_id bigint NOT NULL REFERENCES eval.rulebook,
    rank integer NOT NULL CHECK (rank >= 1),
    amount numeric(18, 2) NOT NULL CHECK (amount >= 0),
    PRIMARY KEY (rulebook_id, rank)
);
COMMENT ON TABLE eval.rank_amount IS '按名次定额分配时各名次的金额，元';

CREATE TABLE eval.parameter (
    rulebook_id bigint NOT NULL REFERENCES eval.rulebook,
    path text NOT NULL,
    value text NOT NULL,
    clause text NOT NULL,
    origin text NOT NULL CHECK (origin IN ('stated', 'derived', 'ours')),
    PRIMARY KEY (rulebook_id, path)
);
COMMENT ON TABLE eval.parameter IS '考核办法的每一个参数：路径、值、条款，和出处（stated 原文，derived 推算，ours 我方所定）';

-- A figure of a run may belong to another date than its end (year start, last year, another month).
ALTER TABLE eval.run_input ADD COLUMN history boolean NOT NULL DEFAULT FALSE;
COMMENT ON COLUMN eval.run_input.history IS '只为以前时点的数而读：年初、上年同期、以前各月';

ALTER TABLE eval.run ADD COLUMN purpose text NOT NULL DEFAULT 'official' CHECK (purpose IN ('official', 'trial'));
COMMENT ON COLUMN eval.run.purpose IS 'official 正式考核，trial 试行办法的并行考核，不签批、不出指令';

ALTER TABLE core.institution ADD COLUMN corporate_group text;
COMMENT ON COLUMN core.institution.corporate_group IS '所属法人或集团；办法规定同一集团只由一家参加时用';

ALTER TABLE eval.indicator_value
ADD COLUMN class text NOT NULL DEFAULT '',
ADD COLUMN before_value numeric,
ADD COLUMN as_of date;
COMMENT ON COLUMN eval.indicator_value.class IS '新增存贷比的情形（N4）：normal、negative_lending、best、shrinking；其余为空';
COMMENT ON COLUMN eval.indicator_value.before_value IS '增量、增幅所比的以前时点或期间的数';
COMMENT ON COLUMN eval.indicator_value.as_of IS '取数时点';

ALTER TABLE eval.points
ADD COLUMN rank integer,
ADD COLUMN reference numeric,
ADD COLUMN basis text NOT NULL DEFAULT '';
COMMENT ON COLUMN eval.points.rank IS '按名次计分的方法中本行的名次';
COMMENT ON COLUMN eval.points.reference IS '计分所比的数：合计、最高、最低、平均、全辖、目标或规定值';
COMMENT ON COLUMN eval.points.basis IS '怎样得出这个分，一句话：落在哪一档、第几名、超过几个百分点';

CREATE TABLE eval.supplement (
    run_id bigint NOT NULL REFERENCES eval.run,
    institution text NOT NULL,
    indicator text NOT NULL,
    amount numeric(18, 2) NOT NULL,
    flag text NOT NULL DEFAULT '',
    PRIMARY KEY (run_id, institution, indicator)
);
COMMENT ON TABLE eval.supplement IS '以存款额计的加减（元，减为负），在按得分分配之前列支';

CREATE TABLE eval.four_falling (
    run_id bigint NOT NULL REFERENCES eval.run,
    institution text NOT NULL,
    year integer NOT NULL,
    tax numeric,
    tax_before numeric,
    ratio numeric,
    ratio_before numeric,
    loans numeric,
    loans_before numeric,
    new_loans numeric,
    new_loans_before numeric,
    falling boolean,
    rate numeric,
    decision text,
    PRIMARY KEY (run_id, institution, year)
);
COMMENT ON TABLE eval.four_falling IS '四项均下降的证据（S16、N13）；falling 为空表示缺数，须人工判断；rate 为本批次适用的减少比例';

CREATE TABLE eval.policy_support (
    run_id bigint NOT NULL REFERENCES eval.run,
    institution text NOT NULL,
    project_capital numeric(18, 2) NOT NULL,
    support_cap numeric(18, 2) NOT NULL,
    passed boolean NOT NULL,
    amount numeric(18, 2) NOT NULL,
    reason text NOT NULL DEFAULT '',
    PRIMARY KEY (run_id, institution)
);
COMMENT ON TABLE eval.policy_support IS '政策性银行的应存额度（S18、S19）：项目资本金、平均数上限 T/(n+1)、是否完成考核';

DO $$
DECLARE
    target text;
BEGIN
    FOREACH target IN ARRAY ARRAY[
        'eval.indicator_term', 'eval.band', 'eval.rank_amount', 'eval.parameter', 'eval.supplement', 'eval.four_falling',
        'eval.policy_support'
    ] LOOP
        EXECUTE format(
            'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s '
            'FOR EACH STATEMENT EXECUTE FUNCTION eval.refuse_change()', target
        );
    END LOOP;
END
$$;
