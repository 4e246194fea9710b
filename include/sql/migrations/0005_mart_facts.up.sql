-- The facts of the star. Each names its grain, its run, its rule version and the submission it came from.
CREATE TABLE mart.fact_run_input (
    run_key integer NOT NULL REFERENCES mart.dim_run,
    submission_key integer NOT NULL REFERENCES mart.dim_submission,
    rule_version_key integer NOT NULL REFERENCES mart.dim_rule_version,
    region_key integer NOT NULL REFERENCES mart.dim_region,
    period_key integer NOT NULL REFERENCES mart.dim_period,
    family_code text NOT NULL,
    PRIMARY KEY (run_key, submission_key)
);
COMMENT ON TABLE mart.fact_run_input IS '考核批次所依据的报送批次。粒度：考核批次 × 报送批次';

CREATE TABLE mart.fact_deposit_balance (
    submission_key integer NOT NULL REFERENCES mart.dim_submission,
    record_no integer NOT NULL,
    run_key integer NOT NULL REFERENCES mart.dim_run,
    rule_version_key integer NOT NULL REFERENCES mart.dim_rule_version,
    region_key integer NOT NULL REFERENCES mart.dim_region,
    period_key integer NOT NULL REFERENCES mart.dim_period,
    date_key integer NOT NULL REFERENCES mart.dim_date,
    account_key integer NOT NULL REFERENCES mart.dim_account,
    institution_key integer NOT NULL REFERENCES mart.dim_institution,
    fund_category_key integer NOT NULL REFERENCES mart.dim_fund_category,
    as_of_date date NOT NULL,
    is_period_end boolean NOT NULL,
    is_adjustable boolean,
    matures_on date,
    balance_amount numeric(18, 2) NOT NULL,
    PRIMARY KEY (submission_key, record_no)
);
COMMENT ON TABLE mart.fact_deposit_balance IS
'政府性资金存款余额。粒度：账户 × 日期（× 报送批次）。余额为半可加：各账户之间可相加，不同日期之间不得相加，'
'汇总时限定 is_period_end 和一个考核期；更正前的批次也在表中，一般请用 v_current_deposit_balance';

CREATE TABLE mart.fact_loan_balance (
    submission_key integer NOT NULL REFERENCES mart.dim_submission,
    record_no integer NOT NULL,
    measure_key integer NOT NULL REFERENCES mart.dim_measure,
    run_key integer NOT NULL REFERENCES mart.dim_run,
    rule_version_key integer NOT NULL REFERENCES mart.dim_rule_version,
    region_key integer NOT NULL REFERENCES mart.dim_region,
    period_key integer NOT NULL REFERENCES mart.dim_period,
    date_key integer NOT NULL REFERENCES mart.dim_date,
    institution_key integer NOT NULL REFERENCES mart.dim_institution,
    as_of_date date NOT NULL,
    is_period_end boolean NOT NULL,
    balance_amount numeric(18, 2) NOT NULL,
    PRIMARY KEY (submission_key, record_no, measure_key)
);
COMMENT ON TABLE mart.fact_loan_balance IS
'各金融机构存贷款余额。粒度：机构 × 计量（含标签） × 日期（× 报送批次）。余额为半可加：机构之间可相加，日期之间不得相加；'
'标签口径相互重叠，计量之间也不得相加。存贷比 = Σ各项贷款 / Σ各项存款';

CREATE TABLE mart.fact_tax (
    submission_key integer NOT NULL REFERENCES mart.dim_submission,
    record_no integer NOT NULL,
    run_key integer NOT NULL REFERENCES mart.dim_run,
    rule_version_key integer NOT NULL REFERENCES mart.dim_rule_version,
    region_key integer NOT NULL REFERENCES mart.dim_region,
    period_key integer NOT NULL REFERENCES mart.dim_period,
    date_key integer NOT NULL REFERENCES mart.dim_date,
    institution_key integer NOT NULL REFERENCES mart.dim_institution,
    tax_type_name text NOT NULL,
    window_from date NOT NULL,
    window_to date NOT NULL,
    is_period_end boolean NOT NULL,
    is_year_to_date boolean NOT NULL,
    paid_amount numeric(18, 2) NOT NULL,
    local_amount numeric(18, 2) NOT NULL,
    PRIMARY KEY (submission_key, record_no)
);
COMMENT ON TABLE mart.fact_tax IS
'各金融机构入库税收。粒度：机构 × 税种 × 起止日期（× 报送批次）。退税为负数；'
'is_year_to_date 为真的是年初累计数，不同截止日之间不得相加';

CREATE TABLE mart.fact_timeliness_event (
    submission_key integer NOT NULL REFERENCES mart.dim_submission,
    record_no integer NOT NULL,
    run_key integer NOT NULL REFERENCES mart.dim_run,
    rule_version_key integer NOT NULL REFERENCES mart.dim_rule_version,
    region_key integer NOT NULL REFERENCES mart.dim_region,
    period_key integer NOT NULL REFERENCES mart.dim_period,
    date_key integer NOT NULL REFERENCES mart.dim_date,
    institution_key integer NOT NULL REFERENCES mart.dim_institution,
    event_code text NOT NULL,
    event_kind_code text NOT NULL,
    event_kind_name text NOT NULL,
    leg_code text NOT NULL DEFAULT '',
    issued_on date NOT NULL,
    due_on date,
    done_on date,
    is_done boolean NOT NULL,
    is_on_time boolean,
    days_late integer,
    event_amount numeric(18, 2),
    PRIMARY KEY (submission_key, record_no)
);
COMMENT ON TABLE mart.fact_timeliness_event IS '划解、调度与调整的及时性事件。粒度：事件（× 报送批次）。及时率 = 按时件数 / 应办件数';

CREATE TABLE mart.fact_score (
    run_key integer NOT NULL REFERENCES mart.dim_run,
    institution_key integer NOT NULL REFERENCES mart.dim_institution,
    indicator_key integer NOT NULL REFERENCES mart.dim_indicator,
    rule_version_key integer NOT NULL REFERENCES mart.dim_rule_version,
    submission_key integer NOT NULL REFERENCES mart.dim_submission,
    region_key integer NOT NULL REFERENCES mart.dim_region,
    period_key integer NOT NULL REFERENCES mart.dim_period,
    date_key integer NOT NULL REFERENCES mart.dim_date,
    is_leaf boolean NOT NULL,
    value_amount numeric(18, 2),
    value_ratio numeric(12, 6),
    numerator numeric(18, 2),
    denominator numeric(18, 2),
    points numeric(12, 6),
    full_points numeric(12, 6),
    flag_text text NOT NULL DEFAULT '',
    PRIMARY KEY (run_key, institution_key, indicator_key)
);
COMMENT ON TABLE mart.fact_score IS
'考核得分。粒度：机构 × 考核指标 × 考核期 × 考核批次。得分在末级指标之间可相加；不同批次之间不得相加';

CREATE TABLE mart.fact_allocation (
    run_key integer NOT NULL REFERENCES mart.dim_run,
    institution_key integer NOT NULL REFERENCES mart.dim_institution,
    rule_version_key integer NOT NULL REFERENCES mart.dim_rule_version,
    submission_key integer NOT NULL REFERENCES mart.dim_submission,
    region_key integer NOT NULL REFERENCES mart.dim_region,
    period_key integer NOT NULL REFERENCES mart.dim_period,
    date_key integer NOT NULL REFERENCES mart.dim_date,
    is_period_end boolean NOT NULL,
    role_code text NOT NULL,
    role_name text NOT NULL,
    reason_text text NOT NULL DEFAULT '',
    rank_no integer,
    score_points numeric(12, 6),
    score_total numeric(12, 6),
    share_ratio numeric(12, 6),
    current_amount numeric(18, 2) NOT NULL,
    rigid_amount numeric(18, 2),
    adjustable_amount numeric(18, 2),
    floor_amount numeric(18, 2),
    cap_amount numeric(18, 2),
    raw_target_amount numeric(18, 2),
    bounded_target_amount numeric(18, 2),
    binding_code text NOT NULL,
    binding_name text NOT NULL,
    target_amount numeric(18, 2) NOT NULL,
    delta_amount numeric(18, 2) NOT NULL,
    planned_amount numeric(18, 2),
    blocked_amount numeric(18, 2),
    carried_amount numeric(18, 2),
    PRIMARY KEY (run_key, institution_key)
);
COMMENT ON TABLE mart.fact_allocation IS
'应存额度分配。粒度：机构 × 考核批次。应存合计必等于总量；金额为半可加：机构之间可相加，考核期与批次之间不得相加';

CREATE TABLE mart.fact_order (
    order_key integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_no text NOT NULL UNIQUE,
    run_key integer NOT NULL REFERENCES mart.dim_run,
    institution_key integer NOT NULL REFERENCES mart.dim_institution,
    rule_version_key integer NOT NULL REFERENCES mart.dim_rule_version,
    submission_key integer NOT NULL REFERENCES mart.dim_submission,
    region_key integer NOT NULL REFERENCES mart.dim_region,
    period_key integer NOT NULL REFERENCES mart.dim_period,
    date_key integer NOT NULL REFERENCES mart.dim_date,
    due_date_key integer NOT NULL REFERENCES mart.dim_date,
    status_code text NOT NULL,
    status_name text NOT NULL,
    issued_on date NOT NULL,
    due_on date NOT NULL,
    due_workdays integer NOT NULL,
    leg_count integer NOT NULL,
    blocked_leg_count integer NOT NULL,
    in_amount numeric(18, 2) NOT NULL,
    out_amount numeric(18, 2) NOT NULL,
    net_amount numeric(18, 2) NOT NULL,
    blocked_amount numeric(18, 2) NOT NULL,
    carried_amount numeric(18, 2) NOT NULL,
    reason_text text NOT NULL DEFAULT '',
    UNIQUE (run_key, institution_key)
);
COMMENT ON TABLE mart.fact_order IS '存款调整指令（多划少补）。粒度：机构 × 考核批次，有划转明细的机构各一份';

CREATE TABLE mart.fact_order_leg (
    run_key integer NOT NULL REFERENCES mart.dim_run,
    leg_no integer NOT NULL,
    leg_code text NOT NULL UNIQUE,
    from_order_key integer NOT NULL REFERENCES mart.fact_order,
    to_order_key integer NOT NULL REFERENCES mart.fact_order,
    rule_version_key integer NOT NULL REFERENCES mart.dim_rule_version,
    submission_key integer NOT NULL REFERENCES mart.dim_submission,
    region_key integer NOT NULL REFERENCES mart.dim_region,
    period_key integer NOT NULL REFERENCES mart.dim_period,
    date_key integer NOT NULL REFERENCES mart.dim_date,
    from_institution_key integer NOT NULL REFERENCES mart.dim_institution,
    to_institution_key integer NOT NULL REFERENCES mart.dim_institution,
    from_account_key integer NOT NULL REFERENCES mart.dim_account,
    to_account_key integer NOT NULL REFERENCES mart.dim_account,
    fund_category_key integer NOT NULL REFERENCES mart.dim_fund_category,
    owner_name text NOT NULL,
    status_code text NOT NULL,
    status_name text NOT NULL,
    reason_text text NOT NULL DEFAULT '',
    leg_amount numeric(18, 2) NOT NULL,
    PRIMARY KEY (run_key, leg_no)
);
COMMENT ON TABLE mart.fact_order_leg IS
'划转明细。粒度：考核批次 × 明细序号。同一所有者、同一资金类别之间；每笔同属划出行与划入行两份指令，按指令汇总时勿重复';

CREATE TABLE mart.fact_alert (
    alert_id integer PRIMARY KEY,
    run_key integer NOT NULL REFERENCES mart.dim_run,
    rule_version_key integer NOT NULL REFERENCES mart.dim_rule_version,
    submission_key integer NOT NULL REFERENCES mart.dim_submission,
    record_no integer NOT NULL,
    region_key integer NOT NULL REFERENCES mart.dim_region,
    period_key integer NOT NULL REFERENCES mart.dim_period,
    date_key integer NOT NULL REFERENCES mart.dim_date,
    institution_key integer NOT NULL REFERENCES mart.dim_institution,
    alert_rule_key integer NOT NULL REFERENCES mart.dim_alert_rule,
    metric_code text NOT NULL,
    metric_name text NOT NULL,
    as_of_date date NOT NULL,
    alert_level text NOT NULL,
    level_no integer NOT NULL,
    operator_code text NOT NULL,
    metric_ratio numeric(12, 6),
    limit_ratio numeric(12, 6),
    gap_ratio numeric(12, 6),
    scope_code text NOT NULL,
    scope_name text NOT NULL,
    reason_text text NOT NULL,
    raised_on date NOT NULL,
    raised_at text NOT NULL
);
COMMENT ON TABLE mart.fact_alert IS '预警。粒度：机构 × 监管指标 × 日期 × 级别，一次预警一行；比率之间不得相加';

CREATE TABLE mart.fact_dq_result (
    check_result_id integer PRIMARY KEY,
    run_key integer NOT NULL REFERENCES mart.dim_run,
    rule_version_key integer NOT NULL REFERENCES mart.dim_rule_version,
    submission_key integer NOT NULL REFERENCES mart.dim_submission,
    region_key integer NOT NULL REFERENCES mart.dim_region,
    period_key integer NOT NULL REFERENCES mart.dim_period,
    date_key integer NOT NULL REFERENCES mart.dim_date,
    check_code text NOT NULL,
    class_code text NOT NULL,
    class_name text NOT NULL,
    is_passed boolean NOT NULL,
    evaluated_count integer NOT NULL,
    unexpected_count integer NOT NULL,
    checked_at text NOT NULL
);
COMMENT ON TABLE mart.fact_dq_result IS '数据质量检查结果。粒度：校验规则 × 报送批次 × 执行一次。不合格率 = Σ不合格数 / Σ检查数';

CREATE TABLE mart.fact_finding (
    finding_id integer PRIMARY KEY,
    run_key integer NOT NULL REFERENCES mart.dim_run,
    rule_version_key integer NOT NULL REFERENCES mart.dim_rule_version,
    submission_key integer NOT NULL REFERENCES mart.dim_submission,
    region_key integer NOT NULL REFERENCES mart.dim_region,
    period_key integer NOT NULL REFERENCES mart.dim_period,
    date_key integer NOT NULL REFERENCES mart.dim_date,
    check_code text NOT NULL,
    class_code text NOT NULL,
    class_name text NOT NULL,
    message_text text NOT NULL,
    advice_text text NOT NULL,
    place_text text NOT NULL,
    found_at text NOT NULL
);
COMMENT ON TABLE mart.fact_finding IS '校验发现：何处、何事、如何处理。粒度：一条发现';
