"""The life of an order as BI sees it, step by step: states, days, rates, lateness, what superseded what (S12, S13)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from cunfang.orders.draft import draft_adjustment, lay_out
from cunfang.orders.issue import issue_within
from cunfang.orders.life import move_leg
from cunfang.orders.paper import Leg, Paper, Terms
from cunfang.orders.signing import cancel, sign, submit
from cunfang.region import load_region
from cunfang.warehouse.publish import PublishError, publish_orders

REGION = "420922"
AMOUNT, NOTHING = Decimal("140.50"), Decimal("0.00")
ICBC = "SELECT {} FROM mart.fact_order WHERE order_no LIKE '%-ICBC' ORDER BY order_key DESC LIMIT 1"
LEG = "SELECT {} FROM mart.fact_order_leg WHERE leg_code LIKE '%-L001' ORDER BY paper_no DESC LIMIT 1"


@pytest.fixture
def drafted(county: Any) -> str:
    """The number of the order of a run, drafted on 12 January 2026."""
    county.at("2026-01-12")
    return county.ordered(county.run(county.everything(), approve=False), until="draft")


def one(county: Any, query: str, columns: str) -> tuple[Any, ...]:
    """One row as `mart` has it after a refresh."""
    publish_orders(county.connection, REGION)
    [row] = county.all(query.format(columns))
    return tuple(row)


def move(county: Any, order_no: str, status: str, **more: Any) -> None:
    assert move_leg(county.connection, f"{order_no}-L001", status, actor="treasury", **more)


def issue(county: Any, order_no: str) -> None:
    assert issue_within(county.connection, order_no, "finance_bureau").drifts == ()


def test_given_an_order_when_it_lives_then_mart_shows_each_state_with_its_day(county: Any, drafted: str) -> None:
    assert one(county, ICBC, "status_name, paper_status_name, issued_on, run_key") == ("草稿", "草稿", None, -1)
    assert one(county, LEG, "status_name, issued_amount") == ("待下达", NOTHING)
    for user, state in (("finance_office", "已复核"), ("leading_group", "已签发")):
        sign(county.connection, drafted, approved=True, actor=user)
        assert one(county, ICBC, "status_name") == (state,)
    sign(county.connection, drafted, approved=True, actor="finance_bureau")
    county.at("2026-01-14")
    issue(county, drafted)
    signed, issued, due = date(2026, 1, 12), date(2026, 1, 14), date(2026, 1, 21)
    assert one(county, ICBC, "status_name, signed_on, issued_on, due_on, office_workdays, due_workdays") == (
        *("已下达", signed, issued, due, 2, 5),
    )
    assert one(county, LEG, "status_name, due_on, days_late, is_on_time") == ("已下达", due, None, None)
    county.at("2026-01-15")
    move(county, drafted, "acknowledged")
    assert one(county, LEG, "status_name, acknowledged_on") == ("已签收", date(2026, 1, 15))
    county.at("2026-01-16")
    move(county, drafted, "executed", executed_at=datetime.fromisoformat("2026-01-16T10:00"), reference="HD-1")
    assert one(county, LEG, "status_name, executed_on, days_late, is_on_time, receipt_text") == (
        *("已执行", date(2026, 1, 16), 0, True, "HD-1"),
    )
    rates = "executed_amount, confirmed_amount, issued_amount, confirmed_ratio"
    assert one(county, ICBC, rates) == (AMOUNT, NOTHING, AMOUNT, 0)
    county.at("2026-01-20")
    move(county, drafted, "confirmed")
    assert one(county, LEG, "status_name, confirmed_on, confirmed_amount") == ("已到位", date(2026, 1, 20), AMOUNT)
    assert one(county, ICBC, f"status_name, confirmed_on, {rates}") == (
        *("已到位", date(2026, 1, 20), AMOUNT, AMOUNT, AMOUNT, 1),
    )
    assert county.do("SELECT run_key > 0 FROM mart.fact_order LIMIT 1") is True


def test_given_the_whole_life_then_every_move_and_signature_is_an_event_with_who_and_why(
    county: Any, drafted: str
) -> None:
    sign(county.connection, drafted, approved=False, actor="finance_office", comment="账户有误")
    submit(county.connection, drafted, "treasury", "已核对")
    publish_orders(county.connection, REGION)
    told = county.all(
        "SELECT source_name, step_title, before_status_name, after_status_name, actor_name, reason_text, happened_on"
        " FROM mart.fact_order_event ORDER BY happened_at, event_no"
    )
    day = date(2026, 1, 12)
    assert sorted(told) == sorted(
        [
            ("指令", "", "", "草稿", "cunfang", "", day),
            ("签批不同意", "县金融办复核", "", "退回", "finance_office", "账户有误", day),
            ("指令", "", "草稿", "退回", "finance_office", "账户有误", day),
            ("指令", "", "退回", "草稿", "treasury", "已核对", day),
        ]
    )


def test_given_a_state_when_refreshed_twice_then_no_row_is_added_or_rewritten(
    county: Any, drafted: str, mart_rows: Any
) -> None:
    for _ in range(2):
        publish_orders(county.connection, REGION)
    before = mart_rows()
    assert publish_orders(county.connection, REGION) == 2
    assert mart_rows() == before


def test_given_a_late_transfer_then_it_is_on_the_overdue_list_until_it_is_made(county: Any) -> None:
    county.at("2026-01-12")
    order_no = county.ordered(county.run(county.everything(), approve=False))
    county.at("2026-01-22")
    move(county, order_no, "overdue")
    assert one(county, LEG, "status_name, days_late, is_on_time, counted_on") == ("逾期", 3, False, date(2026, 1, 22))
    listed = 'SELECT "明细编号", "逾期工作日", "划出机构", "金额" FROM mart.v_cn_overdue'
    assert county.all(listed) == [(f"{order_no}-L001", 3, "中国工商银行大悟县支行", AMOUNT)]
    assert one(county, ICBC, "status_name, late_leg_count, days_late") == ("逾期", 1, 3)
    county.at("2026-01-26")
    move(county, order_no, "executed", executed_at=datetime.fromisoformat("2026-01-23T09:00"))
    assert one(county, LEG, "status_name, days_late, is_on_time, counted_on") == ("已执行", 4, False, date(2026, 1, 23))
    assert county.all(listed) == []


def test_given_an_order_issued_late_then_no_bank_is_late_and_the_offices_days_are_shown(county: Any) -> None:
    county.at("2026-01-12")
    order_no = county.ordered(county.run(county.everything(), approve=False), until="signed")
    sign(county.connection, order_no, approved=True, actor="finance_bureau")
    county.at("2026-01-30")
    issue(county, order_no)
    county.at("2026-02-12")
    move(county, order_no, "overdue")
    assert one(county, LEG, "is_excused, days_late, is_on_time") == (True, 0, True)
    assert one(county, ICBC, "is_excused, late_leg_count, office_workdays, issue_workdays") == (True, 0, 14, 5)


def test_given_a_newer_run_when_its_order_is_issued_then_the_unmade_transfers_are_no_longer_current(
    county: Any,
) -> None:
    inputs = county.everything()
    county.at("2026-01-12")
    old = county.ordered(county.run(inputs, approve=False))
    new = county.ordered(county.run(inputs, icbc=400, approve=False))
    publish_orders(county.connection, REGION)
    current = "SELECT DISTINCT paper_no FROM mart.{} ORDER BY 1"
    for view in ("v_current_order", "v_current_order_leg", "v_current_order_event"):
        assert county.all(current.format(view)) == [(new,)], view
    stood = "SELECT DISTINCT paper_no, status_name, superseded_by_no, supersedes_no FROM mart.fact_order ORDER BY 1"
    assert county.all(stood) == [(old, "已撤销", new, ""), (new, "已下达", "", old)]
    assert county.do("SELECT sum(issued_amount) FROM mart.fact_order_leg WHERE paper_no = :p", p=old) == 0


def test_given_a_draft_that_is_given_up_then_it_is_shown_as_cancelled_and_is_not_current(
    county: Any, drafted: str
) -> None:
    cancel(county.connection, drafted, "finance_office", "重新考核")
    assert one(county, ICBC, "status_name, paper_status_name") == ("已撤销", "已撤销")
    assert county.do("SELECT count(*) FROM mart.v_current_order") == 0


def test_given_a_time_deposit_that_matures_later_then_its_transfer_waits(county: Any) -> None:
    county.at("2026-01-12")
    inputs = county.everything()
    county.do("UPDATE core.balance SET matures_on = '2026-03-02' WHERE account = '9900000000000002'")
    run_id = county.run(inputs, approve=False, legs=False)
    county.do(
        "INSERT INTO eval.leg (run_id, leg_no, from_institution, to_institution, from_account, to_account, owner,"
        " fund_category, amount, status, reason, available_from) VALUES (:r, 1, 'ICBC', 'ABC', '9900000000000002',"
        " '9900000000000004', '县财政局', 'fiscal_fund', 140.50, 'scheduled', '', '2026-03-02')",
        r=run_id,
    )
    county.do(
        "INSERT INTO eval.adjustment (run_id, institution, delta, planned, scheduled, blocked)"
        " SELECT run_id, institution, delta, 0, 140.50 * sign(delta), 0 FROM eval.allocation WHERE run_id = :r",
        r=run_id,
    )
    county.ordered(run_id)
    assert one(county, LEG, "status_name, available_from, due_on") == ("待到期", date(2026, 3, 2), date(2026, 3, 9))
    assert one(county, ICBC, "status_name, scheduled_amount") == ("已下达", -AMOUNT)
    assert county.do("SELECT sum(scheduled_amount) FROM mart.v_current_allocation") == 0
    assert county.do("SELECT max(scheduled_amount) FROM mart.v_current_allocation") == AMOUNT
    county.at("2026-03-02")
    assert one(county, LEG, "status_name") == ("已下达",)


def test_given_a_recall_without_a_run_and_nobody_to_receive_then_it_is_published_whole(county: Any) -> None:
    county.everything()
    county.at("2026-01-12")
    paper = Paper(
        REGION, "2025-Q4", "recall", date(2025, 12, 31), Terms(Decimal("0.05"), 3, 5, 5), None, "ICBC", "红色预警"
    )
    leg = Leg(
        "ICBC", None, "9900000000000002", None, "县财政局", "fiscal_fund", Decimal("600.00"), date(2025, 12, 31),
        Decimal("600.00"), True, "尚无待分配账户",
    )  # fmt: skip
    order_no = lay_out(county.connection, paper, [leg], load_region(REGION).sign_offs)
    assert publish_orders(county.connection, REGION) == 1
    orders = county.all(
        "SELECT order_no, kind_name, run_key, institution_key = -2, blocked_amount, cause_text FROM mart.fact_order"
        " ORDER BY order_no"
    )
    assert orders == [
        (f"{order_no}-ICBC", "收回", -2, False, Decimal("-600.00"), "红色预警"),
        (f"{order_no}-待分配", "收回", -2, True, Decimal("600.00"), "红色预警"),
    ]
    linked = (
        "SELECT l.status_name, l.reason_text, v.account_code FROM mart.fact_order_leg AS l"
        " INNER JOIN mart.fact_order AS o ON l.to_order_key = o.order_key"
        " INNER JOIN mart.dim_account AS v ON l.to_account_key = v.account_key"
    )
    assert county.all(linked) == [("受阻", "尚无待分配账户", "不适用")]


def test_given_the_papers_page_then_each_transfer_counts_once(county: Any) -> None:
    county.at("2026-01-12")
    order_no = county.ordered(county.run(county.everything(), approve=False))
    move(county, order_no, "executed", executed_at=datetime.fromisoformat("2026-01-12T09:00"))
    move(county, order_no, "confirmed")
    publish_orders(county.connection, REGION)
    page = 'SELECT "指令文书编号", "划转笔数", "受阻笔数", "应划金额", "到位金额", "到位率" FROM mart.v_cn_order_paper'
    assert county.all(page) == [(order_no, 2, 1, AMOUNT, AMOUNT, Decimal(1))]
    both = "SELECT sum(in_amount), sum(out_amount), sum(issued_amount) FROM mart.fact_order"
    assert county.all(both) == [(AMOUNT, AMOUNT, 2 * AMOUNT)]


def test_given_a_transfer_that_did_not_arrive_when_refreshed_then_it_is_refused_by_name(county: Any) -> None:
    county.at("2026-01-12")
    county.ordered(county.run(county.everything(), approve=False))
    publish_orders(county.connection, REGION)
    county.do("UPDATE mart.fact_order_leg SET leg_amount = leg_amount - 0.01 WHERE leg_no = 1")
    with pytest.raises(PublishError, match=r"划转明细合计（元）：应为 150\.00，集市 149\.99"):
        publish_orders(county.connection, REGION)


def test_given_every_state_then_it_has_a_chinese_name(county: Any) -> None:
    known = {code for (code,) in county.all("SELECT status_code FROM mart.dim_order_status")}
    moves = "SELECT after FROM ops.order_move UNION SELECT after FROM ops.leg_move"
    assert {code for (code,) in county.all(moves)} | {"planned", "scheduled", "blocked"} <= known


def test_given_a_reader_then_orders_are_read_and_not_written(county: Any, drafted: str) -> None:
    publish_orders(county.connection, REGION)
    county.do("SET LOCAL ROLE bi_reader")
    for name in ("fact_order", "fact_order_leg", "fact_order_event", "v_cn_order", "v_cn_order_paper"):
        assert county.do(f"SELECT count(*) FROM mart.{name}") > 0, name
    for right in ("INSERT", "UPDATE", "DELETE"):
        held = "SELECT has_table_privilege('bi_reader', 'mart.fact_order', :right)"
        assert county.do(held, right=right) is False


def test_given_a_run_that_is_drafted_twice_then_there_is_one_order(county: Any, drafted: str) -> None:
    run_id = county.do("SELECT run_id FROM ops.transfer_order")
    assert draft_adjustment(county.connection, run_id) == drafted
    publish_orders(county.connection, REGION)
    assert county.do("SELECT count(DISTINCT paper_no) FROM mart.fact_order") == 1


def test_given_a_correction_then_its_effect_on_each_bank_stands_beside_the_paper_that_makes_it_good(
    county: Any,
) -> None:
    inputs = county.everything()
    county.at("2026-01-12")
    stands = county.run(inputs, approve=False)
    county.ordered(stands)
    corrected = county.run(inputs, icbc=400, approve=False)
    county.correction(corrected, stands, "superseding")
    publish_orders(county.connection, REGION)
    columns = '"金融机构", "影响额", "处理方式", "指令文书编号", "文书状态"'
    page = f'SELECT {columns} FROM mart.v_cn_correction ORDER BY "影响额"'
    banks = ("中国工商银行大悟县支行", "中国农业银行大悟县支行")
    effects = [(banks[0], Decimal("-100.00")), (banks[1], Decimal("100.00"))]
    assert county.all(page) == [(*effect, "另行下达", "", "") for effect in effects]
    superseding = county.ordered(corrected, until="reviewed")
    publish_orders(county.connection, REGION)
    assert county.all(page) == [(*effect, "另行下达", superseding, "已复核") for effect in effects]
    assert county.do("SELECT sum(effect_amount) FROM mart.fact_correction") == 0
