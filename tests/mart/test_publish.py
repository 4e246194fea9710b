"""Publishing: idempotent, superseding in the current views only, and without loss on the way from eval."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cunfang.orders.life import move_leg
from cunfang.settings import INCLUDE
from cunfang.warehouse import publish as module
from cunfang.warehouse.publish import PublishError, publish, publish_alerts, publish_orders


def test_given_a_signed_run_when_published_then_targets_and_legs_are_those_of_eval(county: Any) -> None:
    run_id = county.run(county.everything(), approve=False)
    county.ordered(run_id)
    published = publish(county.connection, run_id)
    targets = (
        "SELECT institution_code, target_amount, delta_amount FROM mart.v_current_allocation"
        " INNER JOIN mart.dim_institution USING (institution_key)"
    )
    expected = county.all("SELECT institution, target, delta FROM eval.allocation")
    assert sorted(county.all(targets)) == sorted(expected)
    assert county.do("SELECT sum(target_amount) FROM mart.v_current_allocation") == Decimal("1000.00")
    assert county.do("SELECT sum(leg_amount) FROM mart.v_current_order_leg") == Decimal("150.00")
    assert (published.orders, published.legs) == (2, 2)


def test_given_a_published_run_when_published_again_then_no_row_is_added_or_rewritten(
    county: Any, mart_rows: Any
) -> None:
    inputs = county.everything()
    county.warn(county.submission("pboc_prudential"))
    run_id = county.run(inputs, approve=False)
    county.ordered(run_id)
    first = publish(county.connection, run_id)
    before = mart_rows()
    assert publish(county.connection, run_id) == first
    assert mart_rows() == before


def test_given_a_newer_run_when_published_then_only_the_current_views_move_on(county: Any) -> None:
    inputs = county.everything()
    old = county.run(inputs)
    publish(county.connection, old)
    kept = county.all("SELECT * FROM mart.fact_allocation ORDER BY institution_key")
    new = county.run({**inputs, "balances": county.balances(more=1)}, icbc=400, legs=False)
    publish(county.connection, new)
    both = (
        "SELECT run_id, count(*) FROM mart.fact_allocation"
        " INNER JOIN mart.dim_run USING (run_key) GROUP BY 1 ORDER BY 1"
    )
    assert county.all(both) == [(old, 3), (new, 3)]
    of_old = (
        "SELECT f.* FROM mart.fact_allocation AS f INNER JOIN mart.dim_run AS r USING (run_key)"
        " WHERE r.run_id = :r ORDER BY f.institution_key"
    )
    assert county.all(of_old, r=old) == kept
    assert county.all("SELECT run_id, run_no, run_name FROM mart.v_current_run") == [(new, 2, "第2次运行")]
    current = "SELECT DISTINCT run_id FROM mart.v_current_allocation INNER JOIN mart.dim_run USING (run_key)"
    assert county.all(current) == [(new,)]
    assert county.all("SELECT sum(balance_amount) FROM mart.v_current_deposit_balance") == [(Decimal("1004.00"),)]
    assert county.do("SELECT count(*) FROM mart.fact_deposit_balance") == 8


def test_given_the_older_run_signed_anew_when_published_then_it_is_current_again(county: Any) -> None:
    inputs = county.everything()
    old, new = county.run(inputs), county.run(inputs, icbc=400)
    publish(county.connection, old)
    publish(county.connection, new)
    publish(county.connection, old)
    assert county.do("SELECT run_id FROM mart.v_current_run") == new
    county.event_of(old, "approved")
    publish(county.connection, old)
    assert county.do("SELECT run_id FROM mart.v_current_run") == old


def test_given_a_draft_when_published_then_it_is_refused_and_nothing_is_written(county: Any) -> None:
    run_id = county.run(county.everything(), approve=False)
    with pytest.raises(PublishError, match="尚未签批"):
        publish(county.connection, run_id)
    assert county.do("SELECT count(*) FROM mart.dim_run WHERE run_id IS NOT NULL") == 0
    assert county.do("SELECT count(*) FROM eval.run_event WHERE status = 'published'") == 0


def test_given_no_such_run_when_published_then_it_is_named(county: Any) -> None:
    with pytest.raises(PublishError, match="999"):
        publish(county.connection, 999)


def test_given_a_figure_that_did_not_arrive_when_checked_then_publishing_stops_and_names_it(county: Any) -> None:
    run_id = county.run(county.everything())
    publish(county.connection, run_id)
    county.do("UPDATE mart.fact_allocation SET target_amount = target_amount + 0.01")
    with pytest.raises(PublishError, match=r"应存额度合计（元）：应为 1000.00，集市 1000.03"):
        publish(county.connection, run_id)


def test_given_scores_then_ratios_keep_numerator_and_denominator_and_never_overflow(county: Any) -> None:
    publish(county.connection, county.run(county.everything()))
    rows = county.all(
        "SELECT institution_code, indicator_code, value_amount, value_ratio, numerator, denominator, points, flag_text "
        "FROM mart.v_current_score INNER JOIN mart.dim_institution USING (institution_key) "
        "INNER JOIN mart.dim_indicator USING (indicator_key) WHERE indicator_code <> 'transfer' ORDER BY 1, 2"
    )
    money = Decimal("0.01")
    assert rows == [
        ("ABC", "ldr", None, None, Decimal(1200), money, Decimal(15), ""),
        ("ABC", "loans", Decimal(1200), None, None, None, Decimal(36), ""),
        ("ICBC", "ldr", None, Decimal("0.4"), Decimal(800), Decimal(2000), Decimal(15), ""),
        ("ICBC", "loans", Decimal(800), None, None, None, Decimal(24), ""),
    ]
    flagged = "SELECT flag_text FROM mart.v_current_score WHERE flag_text <> ''"
    assert county.all(flagged) == [("本期无事项，取有事项机构的平均数",)]
    share = (
        "SELECT sum(score_points) / max(score_total), sum(share_ratio) FROM mart.v_current_allocation"
        " WHERE role_code = 'commercial'"
    )
    assert [round(value, 6) for value in county.all(share)[0]] == [1, 1]


def test_given_earlier_quarters_when_a_run_is_published_then_their_series_come_along(county: Any) -> None:
    county.balances("2025-Q3")
    county.credit("2025-Q3")
    publish(county.connection, county.run(county.everything()))
    days = county.all(
        "SELECT as_of_date, count(*), bool_and(is_period_end) FROM mart.v_current_deposit_balance GROUP BY 1 ORDER BY 1"
    )
    assert days == [(date(2025, 9, 30), 4, True), (date(2025, 12, 31), 4, True)]
    ldr = (
        "SELECT f.as_of_date, sum(balance_amount) FILTER (WHERE measure_code = 'loans')"
        " / sum(balance_amount) FILTER (WHERE measure_code = 'deposits')"
        " FROM mart.v_current_loan_balance AS f INNER JOIN mart.dim_measure USING (measure_key) GROUP BY 1 ORDER BY 1"
    )
    assert [row[1] for row in county.all(ldr)] == [Decimal("0.4"), Decimal("0.4")]


def test_given_a_correction_accepted_after_the_run_when_published_then_the_run_shows_what_it_saw(county: Any) -> None:
    run_id = county.run(county.everything())
    county.balances(more=1)
    publish(county.connection, run_id)
    assert county.do("SELECT sum(balance_amount) FROM mart.v_current_deposit_balance") == Decimal("1000.00")


def test_given_a_correction_that_leaves_an_account_out_then_its_row_is_not_current(county: Any) -> None:
    inputs = county.everything()
    publish(county.connection, county.run(inputs))
    corrected = county.balances(without="9900000000000004")
    publish(county.connection, county.run({**inputs, "balances": corrected}, legs=False))
    assert county.do("SELECT count(*) FROM mart.v_current_deposit_balance") == 3


def test_given_a_renamed_bank_then_each_fact_has_the_name_of_its_time(county: Any) -> None:
    county.institutions("2025-Q3")
    county.credit("2025-Q3")
    inputs = {**county.everything(), "institutions": county.institutions(renamed="中国农业银行大悟支行")}
    publish(county.connection, county.run(inputs))
    history = county.all(
        "SELECT institution_name, valid_from, valid_to, is_latest FROM mart.dim_institution"
        " WHERE institution_code = 'ABC' ORDER BY valid_from"
    )
    assert history == [
        ("中国农业银行大悟县支行", date(1900, 1, 1), date(2025, 9, 30), False),
        ("中国农业银行大悟支行", date(2025, 10, 1), date(9999, 12, 31), True),
    ]
    names = county.all(
        "SELECT DISTINCT as_of_date, institution_name FROM mart.v_current_loan_balance"
        " INNER JOIN mart.dim_institution USING (institution_key) WHERE institution_code = 'ABC' ORDER BY 1"
    )
    assert [name for _, name in names] == ["中国农业银行大悟县支行", "中国农业银行大悟支行"]


def test_given_events_then_due_days_follow_the_rule_book_and_the_official_calendar(county: Any) -> None:
    inputs = county.everything()
    events = county.submission("timeliness_events")
    # 2025-09-30 is the last working day before National Day; 10-09 the first after it.
    county.event(events, 1, "2025-09-30", "2025-10-09")
    county.event(events, 2, "2025-09-30", "2025-10-13")
    county.event(events, 3, "2025-09-30", None)
    county.event(events, 4, "2025-09-30", "2025-10-13", kind="other")
    publish(county.connection, county.run({**inputs, "timeliness_events": events}))
    rows = county.all("SELECT due_on, is_on_time, days_late FROM mart.v_current_timeliness_event ORDER BY event_code")
    due = date(2025, 10, 9)
    assert rows == [(due, True, 0), (due, False, 3), (due, False, None), (None, None, None)]


def test_given_a_rule_book_without_a_term_when_one_with_it_is_published_then_the_due_date_is_filled_in(
    county: Any,
) -> None:
    inputs = county.everything()
    events = county.submission("timeliness_events")
    county.event(events, 1, "2025-09-30", "2025-10-09")
    with_term = county.rulebook_id
    county.rulebook_id = county.do(
        "INSERT INTO eval.rulebook (code, content_hash, name, document, effective_from, full_scale, quota_mode,"
        " rounding_unit, min_leg, disqualification_years, content)"
        " VALUES ('bare', 'bare', 'b', 'b', '2025-01-01', 100, 'stock', 1, 1, 3, '{}') RETURNING rulebook_id"
    )
    bare = county.run(inputs, scored=False)
    publish(county.connection, bare)
    due = "SELECT due_on, is_on_time FROM mart.v_current_timeliness_event"
    assert county.all(due) == [(None, None)]
    county.rulebook_id = with_term
    publish(county.connection, county.run(inputs))
    publish(county.connection, bare)
    assert county.all(due) == [(date(2025, 10, 9), True)]


def test_given_warnings_before_any_run_when_published_alone_then_they_stand_in_the_list(county: Any) -> None:
    county.institutions()
    county.warn(county.submission("pboc_prudential"))
    assert publish_alerts(county.connection, "420922", "2025-Q4") == 1
    assert publish_alerts(county.connection, "420922", "2025-Q4") == 1
    page = county.all(
        'SELECT "预警级别", "金融机构", "监管指标", "指标值", "限值", "与限值之差", "规则版本" FROM mart.v_cn_alert'
    )
    hash8 = county.do("SELECT left(content_hash, 8) FROM eval.rulebook")
    ratios = (Decimal("0.182"), Decimal("0.25"), Decimal("-0.068"))
    assert page == [("橙", "中国农业银行大悟县支行", "流动性比例", *ratios, f"sample {hash8}")]


def test_given_a_corrected_prudential_return_then_its_predecessors_warning_is_not_current(county: Any) -> None:
    county.institutions()
    county.warn(county.submission("pboc_prudential"))
    county.submission("pboc_prudential", status="rejected")
    publish_alerts(county.connection, "420922", "2025-Q4")
    assert county.do("SELECT count(*) FROM mart.v_current_alert") == 1
    county.submission("pboc_prudential")
    publish_alerts(county.connection, "420922", "2025-Q4")
    assert county.do("SELECT count(*) FROM mart.v_current_alert") == 0
    assert county.do("SELECT count(*) FROM mart.fact_alert") == 1


def test_given_a_warning_on_an_unregistered_bank_then_it_is_shown_by_its_code(county: Any) -> None:
    county.warn(county.submission("pboc_prudential"), institution="XYZ")
    publish_alerts(county.connection, "420922", "2025-Q4")
    assert county.do('SELECT "金融机构" FROM mart.v_cn_alert') == "XYZ"


def test_given_checks_and_findings_then_counts_and_places_are_published(county: Any) -> None:
    inputs = county.everything()
    check = (
        "INSERT INTO ops.check_result"
        " (submission_id, check_id, class, passed, evaluated_count, unexpected_count)"
        " VALUES (:s, :c, 'validity', :p, 10, :n)"
    )
    county.do(check, s=inputs["tax"], c="TAX-V001", p=False, n=2)
    county.do(check, s=inputs["tax"], c="TAX-V001", p=True, n=0)
    county.do(check, s=inputs["tax"], c="TAX-V002", p=False, n=1)
    county.do(
        "INSERT INTO ops.finding"
        " (submission_id, region, period, check_id, class, message, advice, file_name, sheet, cell) VALUES"
        " (:s, '420922', '2025-Q4', 'TAX-V002', 'validity', '地方留成大于税额', '请更正', '税.xlsx', '表一', 'C5')",
        s=inputs["tax"],
    )
    publish(county.connection, county.run(inputs))
    assert county.all("SELECT checks_passed, checks_total FROM mart.v_current_run") == [(1, 2)]
    assert county.do("SELECT sum(unexpected_count) FROM mart.v_current_dq_result") == 1
    assert county.do("SELECT count(*) FROM mart.fact_dq_result") == 3
    assert county.all('SELECT "位置", "校验类别", "处理办法" FROM mart.v_cn_finding') == [
        ("税.xlsx › 表一 › C5", "有效性", "请更正")
    ]


def test_given_a_published_run_then_every_chinese_page_has_its_rows_and_freshness(county: Any) -> None:
    inputs = county.everything()
    events = county.submission("timeliness_events")
    county.event(events, 1, "2025-10-09", "2025-10-09")
    county.do(
        "INSERT INTO ops.check_result (submission_id, check_id, class, passed, evaluated_count, unexpected_count) "
        "VALUES (:s, 'X', 'validity', TRUE, 1, 0)",
        s=events,
    )
    noted = county.do(
        "INSERT INTO ops.finding (region, period, check_id, class, message, advice) "
        "VALUES ('420922', '2025-Q4', 'EVA-M003', 'macro', '说明', '核对') RETURNING finding_id"
    )
    county.warn(county.submission("pboc_prudential"))
    run_id = county.run(inputs, approve=False)
    county.do("INSERT INTO eval.run_finding (run_id, finding_id) VALUES (:r, :f)", r=run_id, f=noted)
    county.at("2026-01-12")
    county.do(
        "INSERT INTO eval.true_up_outcome (run_id, order_no, institution, amount, spread, applied) "
        "VALUES (:r, :paper, 'ABC', 0, 0, 0)",
        r=run_id, paper=county.ordered(run_id, until="draft"),
    )  # fmt: skip
    order_no = county.ordered(run_id)
    county.at("2026-02-02")
    move_leg(county.connection, f"{order_no}-L001", "overdue", actor="cunfang")
    county.correction(county.run(inputs, icbc=400, approve=False), run_id)
    publish_orders(county.connection, "420922")
    views = county.all("SELECT viewname FROM pg_views WHERE schemaname = 'mart' AND viewname LIKE 'v!_c%' ESCAPE '!'")
    assert len(views) > 20
    empty = [name for (name,) in views if not county.do(f"SELECT count(*) FROM mart.{name}")]
    assert empty == []
    page = county.all(
        'SELECT "行政区划", "名次", "各指标得分", "应存额度", "数据截至", "运行次数"'
        ' FROM mart.v_cn_evaluation ORDER BY "机构排序"'
    )
    assert page[1] == (
        *("大悟县", 2, "贷款余额 24.0000；存贷比 15.0000；及时性 3.3333", Decimal("500.00")),
        *(date(2025, 12, 31), "第1次运行"),
    )


def test_given_a_pool_account_then_the_page_says_how_far_the_money_is_concentrated(county: Any) -> None:
    """250 of 1,000 yuan in scope wait to be placed (S05)."""
    inputs = county.everything()
    page = 'SELECT "考核期", "范围内存量", "待分配账户余额", "资金集中度", "数据截至" FROM mart.v_cn_concentration'
    publish(county.connection, county.run(inputs))
    (scattered,) = county.all(page)
    assert scattered == ("2025-Q4", Decimal(1000), Decimal(0), Decimal(0), date(2025, 12, 31))

    county.do("UPDATE core.account SET role = 'pool' WHERE account = '9900000000000004'")
    publish(county.connection, county.run(inputs, icbc=400))
    (pooled,) = county.all(page)
    assert pooled == ("2025-Q4", Decimal(1000), Decimal(250), Decimal("0.25"), date(2025, 12, 31))


def test_given_any_published_fact_then_no_join_to_a_dimension_drops_a_row(county: Any) -> None:
    inputs = county.everything()
    county.do("UPDATE core.balance SET account = 'unknown' WHERE record_no = 4")
    publish(county.connection, county.run(inputs, legs=False))
    keys = county.all(
        "SELECT c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text, b.attname FROM pg_constraint AS c "
        "INNER JOIN pg_attribute AS a ON c.conrelid = a.attrelid AND c.conkey[1] = a.attnum "
        "INNER JOIN pg_attribute AS b ON c.confrelid = b.attrelid AND c.confkey[1] = b.attnum "
        "WHERE c.contype = 'f' AND c.connamespace = 'mart'::regnamespace "
        "AND c.conrelid::regclass::text LIKE 'mart.fact%'"
    )
    assert len(keys) > 60
    for fact, column, dimension, key in keys:
        joined = f"SELECT count(*) FROM {fact} AS f INNER JOIN {dimension} AS d ON f.{column} = d.{key}"
        assert county.do(joined) == county.do(f"SELECT count(*) FROM {fact}")
    assert county.do(
        "SELECT sum(balance_amount) FROM mart.v_current_deposit_balance WHERE account_key = -1"
    ) == Decimal(250)


def test_given_every_dimension_then_unknown_and_not_applicable_are_there(county: Any) -> None:
    tables = county.all(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'mart' AND tablename LIKE 'dim!_%' ESCAPE '!'"
    )
    assert len(tables) >= 13
    for (table,) in tables:
        key = f"{table.removeprefix('dim_')}_key"
        assert county.do(f"SELECT count(*) FROM mart.{table} WHERE {key} IN (-1, -2)") == 2, table


def test_given_the_pipelines_role_then_it_may_publish(county: Any) -> None:
    run_id = county.run(county.everything(), approve=False)
    county.do("SET LOCAL ROLE cunfang_pipeline")
    county.ordered(run_id)
    assert publish(county.connection, run_id).legs == 2
    assert publish_orders(county.connection, "420922") == 2


def test_given_every_step_file_then_publishing_runs_it() -> None:
    used = {
        *module._DIMENSIONS,
        *module._RUN,
        *module._ORDERS,
        *module._QUALITY,
        "05_calendar.sql",
        "39_visible_submissions.sql",
        "90_gaps.sql",
        "91_order_gaps.sql",
    }
    assert {path.name for path in (INCLUDE / "sql" / "mart").glob("*.sql")} == used
