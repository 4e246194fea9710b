-- What the tables, views and columns of orders mean.
COMMENT ON VIEW mart.v_current_order IS '现行调整指令：已下达、未撤销的；被取代而已有划转执行的仍在其中';
COMMENT ON VIEW mart.v_current_order_leg IS '现行划转明细：已下达、未撤销的；受阻的只列未被取代的指令';
COMMENT ON VIEW mart.v_current_order_event IS '现行调整指令的经过';
COMMENT ON VIEW mart.v_cn_adjustment IS
'存款调整表：现行批次，每个金融机构一行。调整额 = 应存额度 - 现有存款 = 已安排 + 待到期 + 受阻 + 结转下期';
COMMENT ON VIEW mart.v_cn_order_leg IS '划转明细表：已下达、未撤销的每笔划转一行。到位率 = Σ到位金额 / Σ应划金额';
COMMENT ON VIEW mart.v_cn_overdue IS '逾期清单：现在逾期未执行的每笔划转一行，列同划转明细表';
COMMENT ON VIEW mart.v_cn_order IS
'指令表：每份指令每个金融机构一行，含草稿与已撤销的。一笔划转在划出行、划入行各列一次，金额跨机构相加会重复，请用指令到位表';
COMMENT ON VIEW mart.v_cn_order_paper IS '指令到位表：每份指令一行，每笔划转只计一次。到位率 = 到位金额 / 应划金额';
COMMENT ON VIEW mart.v_cn_order_event IS '指令经过表：谁在何时作何变动、因何，每件一行';
COMMENT ON TABLE mart.fact_order IS
'调整指令（调整、收回、补差）。粒度：指令文书 × 机构，有划转明细的机构各一行；尚无收款行的划转归于机构 -2（待分配）。'
'一笔划转在划出行、划入行各计一次，金额跨机构相加会重复；到位率 = Σ到位金额 / Σ应划金额';
COMMENT ON TABLE mart.fact_order_leg IS
'划转明细。粒度：一笔划转。同一所有者、同一资金类别之间；每笔同属划出行与划入行两份指令，按指令汇总时勿重复。'
'到位率 = Σ到位金额 / Σ应划金额；及时率 = 及时笔数 / 已有结论的笔数';
COMMENT ON TABLE mart.fact_order_event IS '指令与划转的经过。粒度：一次状态变化或一次签批。只记用户名，不含个人信息';

-- Comments: what a column means here, else what a column of that name means elsewhere in mart.
DO $$
DECLARE
    item record;
BEGIN
    FOR item IN
        SELECT
            CAST(c.oid AS regclass) AS relation,
            a.attname,
            coalesce(g.meaning, (
                SELECT col_description(o.oid, b.attnum)
                FROM pg_class AS o
                INNER JOIN pg_attribute AS b ON o.oid = b.attrelid AND b.attname = a.attname
                WHERE o.relnamespace = c.relnamespace AND col_description(o.oid, b.attnum) IS NOT NULL
                ORDER BY o.relname
                LIMIT 1
            )) AS meaning
        FROM pg_class AS c
        INNER JOIN pg_attribute AS a ON c.oid = a.attrelid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN (VALUES
            ('order_no', '', '指令编号：指令文书编号-机构代码'),
            ('指令编号', '', '指令文书编号-机构代码，空为无需划转'),
            ('status_code', 'order', '状态代码，见 dim_order_status'),
            ('status_name', 'order', '状态：待下达、待到期、已下达、已签收、已执行、已到位、逾期、退回、受阻、已撤销；指令为本行各笔中最落后的一笔'),
            ('状态', '', '待到期、已下达、已签收、已执行、已到位、逾期、退回、受阻'),
            ('due_on', 'order', '完成期限；指令为本行各笔中最晚的，空为未下达'),
            ('issued_on', 'order', '下达日期，空为未下达'),
            ('submission_key', 'order', '所依据余额的报送批次键，-1 未知，-2 不适用或多份'),
            ('run_key', 'order', '考核批次键，-1 批次尚未公布，-2 不适用（收回）'),
            ('paper_no', '', '指令文书编号：行政区划-考核期-种类与序号'),
            ('指令文书编号', '', '一份指令一个编号'),
            ('kind_code', '', '指令种类代码：adjustment、recall、true_up'),
            ('kind_name', '', '指令种类：调整、收回、补差'),
            ('指令种类', '', '调整、收回、补差'),
            ('order_status_key', '', '状态键，-1 未知，-2 不适用'),
            ('is_open', '', '是否还有事待办'),
            ('paper_status_code', '', '文书状态代码：draft、reviewed、signed、issued、returned、cancelled'),
            ('paper_status_name', '', '文书状态：草稿、已复核、已签发、已下达、退回、已撤销'),
            ('文书状态', '', '草稿、已复核、已签发、已下达、退回、已撤销'),
            ('指令状态', '', '本行各笔划转中最落后的一笔；下达之前同文书状态'),
            ('supersedes_no', '', '本指令取代的指令文书编号，空为无'),
            ('superseded_by_no', '', '取代本指令的、已下达的指令文书编号，空为未被取代'),
            ('取代的指令', '', '本指令取代的指令文书编号'),
            ('被何指令取代', '', '空为未被取代'),
            ('cause_text', '', '收回的起因，其余为空'),
            ('起因', '', '收回的起因，其余为空'),
            ('drafted_on', '', '拟稿日期'),
            ('拟稿日期', '', '拟定草稿的日期'),
            ('signed_on', '', '签发日期，空为未签发'),
            ('签发日期', '', '领导小组签批的日期，空为未签发'),
            ('executed_on', '', '执行日期；指令为全部执行完毕之日，空为未执行完'),
            ('执行日期', '', '空为未执行完'),
            ('confirmed_on', '', '到位日期：回单与余额相符之日；指令为全部到位之日，空为未到位'),
            ('到位日期', '', '回单与余额相符之日，空为未到位'),
            ('acknowledged_on', '', '银行签收日期，空为未签收'),
            ('签收日期', '', '银行签收的日期，空为未签收'),
            ('available_from', '', '可以划转的第一天，定期存款为到期日'),
            ('可划转日', '', '可以划转的第一天，定期存款为到期日'),
            ('counted_on', '', '逾期工作日数算到的日期：执行日，未执行的为最近刷新日'),
            ('days_late', 'order', '逾期工作日数，按时为 0；未执行的算到最近刷新日，未到期为空；因办公室迟延免计的为 0'),
            ('逾期工作日', '', '按时为 0，未到期为空，未执行的算到最近刷新日'),
            ('is_on_time', 'order', '是否及时，空为尚无结论；免计逾期的为是'),
            ('is_excused', '', '因办公室下达迟延，不计银行逾期'),
            ('免计逾期', '', '因办公室下达迟延，不计银行逾期'),
            ('due_workdays', 'order', '办法规定的执行工作日数'),
            ('issue_workdays', '', '办法规定办公室在签发后几个工作日内下达'),
            ('office_workdays', '', '办公室从签发到下达实用的工作日数，空为未下达'),
            ('下达期限工作日', '', '办法规定办公室下达的工作日数'),
            ('下达用时工作日', '', '办公室从签发到下达实用的工作日数'),
            ('late_leg_count', '', '逾期的划转笔数，不含免计的'),
            ('cancelled_leg_count', '', '已撤销的划转笔数'),
            ('blocked_amount', 'fact_order', '受阻金额，元，带符号，划入为正'),
            ('scheduled_amount', '', '待定期存款到期的金额，元，带符号，调入为正'),
            ('待到期', '', '待定期存款到期的金额，元，调入为正'),
            ('issued_amount', '', '已下达、未撤销的应划金额，元；到位率的分母'),
            ('executed_amount', '', '其中已执行的金额，元'),
            ('confirmed_amount', '', '其中已到位的金额，元；到位率的分子'),
            ('confirmed_ratio', '', '到位率 = confirmed_amount / issued_amount，空为没有应划金额；不可相加'),
            ('应划金额', '', '已下达、未撤销的金额，元；到位率的分母'),
            ('已执行金额', '', '应划金额中已执行的，元'),
            ('到位金额', '', '应划金额中已到位的，元；到位率的分子'),
            ('到位率', '', '到位金额除以应划金额；不可相加'),
            ('receipt_submission_key', '', '登记执行所据银行回报的报送批次键，-2 不适用'),
            ('receipt_text', '', '回单编号，空为未登记'),
            ('回单编号', '', '银行回单的编号'),
            ('回报文件', '', '登记执行所据的银行回报文件'),
            ('划转笔数', '', '含受阻与已撤销的'),
            ('受阻笔数', '', '需开户、须另行办理的笔数'),
            ('逾期笔数', '', '现在逾期的笔数'),
            ('event_no', '', '事项编号'),
            ('source_code', '', '事项种类代码：paper、signature、leg'),
            ('source_name', '', '事项种类：指令、签批、划转'),
            ('事项', '', '指令、签批或划转'),
            ('correction_no', '', '更正编号-机构代码'),
            ('correction_id', '', '更正编号'),
            ('against_run_key', '', '所对比的批次键：当时有效的批次，-1 未知'),
            ('treatment_code', '', '处理方式代码：none、true_up、superseding'),
            ('treatment_name', '', '处理方式：不变、下期补差、另行下达'),
            ('priced_on', '', '测定影响的日期'),
            ('target_before_amount', '', '更正前的应存额度，元'),
            ('target_after_amount', '', '更正后的应存额度，元'),
            ('effect_amount', '', '影响额，元 = 更正后 - 更正前'),
            ('score_before_points', '', '更正前的总得分，不可相加'),
            ('score_after_points', '', '更正后的总得分，不可相加'),
            ('rank_before_no', '', '更正前的名次'),
            ('rank_after_no', '', '更正后的名次'),
            ('测定日期', '', '测定影响的日期'),
            ('处理方式', '', '不变、下期补差、另行下达'),
            ('更正前额度', '', '更正前的应存额度，元'),
            ('更正后额度', '', '更正后的应存额度，元'),
            ('影响额', '', '更正后减更正前，元'),
            ('更正前得分', '', '更正前的总得分'),
            ('更正后得分', '', '更正后的总得分'),
            ('更正前名次', '', '更正前的名次，不参评为空'),
            ('更正后名次', '', '更正后的名次，不参评为空'),
            ('step_title', '', '签批环节，其余为空'),
            ('签批环节', '', '签批的环节，其余为空'),
            ('before_status_code', '', '变动之前的状态代码'),
            ('before_status_name', '', '变动之前的状态'),
            ('原状态', '', '变动之前的状态'),
            ('after_status_code', '', '变动之后的状态代码'),
            ('after_status_name', '', '变动之后的状态'),
            ('新状态', '', '变动之后的状态'),
            ('actor_name', '', '经办人的用户名'),
            ('经办人', '', '用户名'),
            ('happened_on', '', '发生日期'),
            ('happened_at', '', '发生时间，北京时间'),
            ('时间', '', '北京时间')
        ) AS g (word, scope, meaning) ON a.attname = g.word AND c.relname LIKE '%' || g.scope || '%'
        WHERE
            c.relnamespace = CAST('mart' AS regnamespace) AND c.relkind IN ('r', 'v')
            AND (col_description(c.oid, a.attnum) IS NULL OR g.meaning IS NOT NULL AND c.relname LIKE '%order%')
    LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', item.relation, item.attname, item.meaning);
    END LOOP;
END
$$;
