"""What only the office can answer stops the run with a numbered question; a lesser matter is noted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Connection, text

from cunfang.evaluation import RunStoppedError, compute
from cunfang.evaluation.steps import Answer
from evaluation.county import Account, Bank, County, Decision, Errand, Tax, Value, Violation
from evaluation.load import load
from evaluation.policy import ONE, leaf, parameter, policy

Ask = Callable[[County], list[tuple[str, str]]]

PLAIN = County(
    policy(ONE),
    (Bank("A"), Bank("B")),
    (Account("A-1", "A", Decimal(600)), Account("B-1", "B", Decimal(400))),
    (Value("A", "size", Decimal(1)), Value("B", "size", Decimal(1))),
)
YEAR_TO_DATE = {"tax": leaf("纳税", "100", "tax_local_part") | {"family": "tax", "basis": "flow", "window": "ytd"}}
ON_TIME = leaf("及时", "100", "nontax_transfer", method="rate", missing="mean")
IN_TIME = {"prompt": ON_TIME | {"family": "timeliness_events", "basis": "on_time_rate", "due_workdays": parameter(1)}}


@pytest.fixture
def ask(connection: Connection) -> Ask:
    """Evaluates one county; (check, message) of all that was said of it."""

    def run(county: County) -> list[tuple[str, str]]:
        answers: list[Answer] = []
        try:
            answers = compute(connection, load(connection, [county]))
        except RunStoppedError as stopped:
            answers = stopped.answers
        assert all(item.finding.advice for item in answers)
        return [(item.finding.check, item.finding.message) for item in answers]

    return run


def test_given_a_complete_county_then_nothing_is_asked(ask: Ask) -> None:
    assert ask(PLAIN) == []


def test_given_a_carve_out_without_an_amount_then_v001_names_the_bank(ask: Ask) -> None:
    assert ask(replace(PLAIN, decisions=(Decision("一事一议", "carve_out", "B"),))) == [
        ("EVA-V001", "B行 的一事一议决定没有写明金额")
    ]


def test_given_no_commercial_bank_then_v002_asks(ask: Ask) -> None:
    banned = (Violation("1", "A", date(2025, 3, 1)), Violation("2", "B", date(2025, 3, 1)))
    assert ask(replace(PLAIN, violations=banned)) == [("EVA-V002", "没有可参加考核的商业银行")]


@pytest.mark.parametrize("opened_on", [date(2025, 1, 1), date(2025, 12, 31)])
def test_given_a_bank_of_this_year_without_a_decision_then_m003_notes_it_and_the_run_goes_on(
    ask: Ask, opened_on: date
) -> None:
    banks = (Bank("A"), Bank("B", opened_on=opened_on))
    said = f"B行 于 {opened_on} 开业，属当年新设，没有一事一议的决定，按普通商业银行参加考核"
    assert ask(replace(PLAIN, banks=banks)) == [("EVA-M003", said)]
    assert ask(replace(PLAIN, banks=(Bank("A"), Bank("B", opened_on=date(2024, 12, 31))))) == []


def test_given_money_at_a_bank_that_has_closed_then_v010_names_account_and_sum(ask: Ask) -> None:
    closed = (Bank("A"), Bank("B", closed_on=date(2025, 12, 31)))
    ((check, message),) = ask(replace(PLAIN, banks=closed))
    assert (check, message) == ("EVA-V010", "账户 B-1 的开户机构 B 在 2025-12-31 已不在名册有效期内，余额 400.00 元")


def test_given_no_balance_at_the_base_date_then_v011_asks(ask: Ask) -> None:
    without = tuple(replace(account, balance=None) for account in PLAIN.accounts)
    assert ("EVA-V011", "账户余额表中没有 2025-12-31 的余额") in ask(replace(PLAIN, accounts=without))


def test_given_an_open_account_without_a_balance_then_m012_notes_it_and_the_run_goes_on(ask: Ask) -> None:
    silent = Account("B-2", "B", None, owner="教育局")
    closed = Account("B-3", "B", None, closed_on=date(2025, 6, 30))
    assert ask(replace(PLAIN, accounts=(*PLAIN.accounts, silent, closed))) == [
        ("EVA-M012", "账户 B-2（教育局）在 2025-12-31 没有余额记录，按 0 计")
    ]


def test_given_a_balance_of_an_account_that_no_register_knows_then_v013_asks_and_no_yuan_is_dropped(ask: Ask) -> None:
    stray = (Account("X-9", "A", Decimal("12.34")),)
    assert ask(replace(PLAIN, unregistered=stray)) == [
        ("EVA-V013", "账户 X-9 在 2025-12-31 有余额 12.34 元，但账户名录中没有这个账户")
    ]


def test_given_a_bank_without_a_value_that_the_rule_book_needs_then_v020_names_bank_and_indicator(ask: Ask) -> None:
    rulebook = policy({"size": leaf("规模", "100", "size", missing="stop")})
    ((check, message),) = ask(replace(PLAIN, rulebook=rulebook, values=PLAIN.values[:1]))
    assert check == "EVA-V020"
    assert message == "B行 缺少指标“规模”的数据（报送内容 indicators，计量 size，时点 2025-12-31）"


def test_given_a_missing_month_then_v021_asks_for_it(ask: Ask) -> None:
    first = Tax("A", date(2025, 1, 1), date(2025, 5, 31), Decimal(5))
    second = Tax("B", date(2025, 7, 1), date(2025, 12, 31), Decimal(6))
    assert ask(replace(PLAIN, rulebook=policy(YEAR_TO_DATE), tax=(first, second))) == [
        ("EVA-V021", "报送内容 tax 的 tax_local_part 未覆盖 2025-01-01 至 2025-12-31 的全部期间")
    ]


def test_given_windows_that_overlap_then_v022_names_bank_tax_and_windows(ask: Ask) -> None:
    first = Tax("A", date(2025, 1, 1), date(2025, 6, 30), Decimal(5))
    second = Tax("A", date(2025, 6, 30), date(2025, 12, 31), Decimal(6))
    assert ask(replace(PLAIN, rulebook=policy(YEAR_TO_DATE), tax=(first, second))) == [
        ("EVA-V022", "A 的 增值税 期间重叠：2025-01-01 至 2025-06-30 与 2025-06-30 至 2025-12-31")
    ]


def test_given_a_time_limit_in_workdays_and_a_hole_in_the_calendar_then_v023_asks_and_no_errand_is_dropped(
    ask: Ask, connection: Connection
) -> None:
    connection.execute(text("DELETE FROM core.workday WHERE day = '2025-11-05'"))
    done = "2025-11-04 09:00"
    errands = (Errand("E1", "A", "2025-11-03 09:00", done), Errand("E2", "A", "2025-11-05 09:00", done))
    assert ask(replace(PLAIN, rulebook=policy(IN_TIME), errands=errands)) == [
        ("EVA-V023", "2025-11-03 至 2025-12-31 的工作日历没有载入或有缺日，无法推算 1 件事项的时限")
    ]


def test_given_all_scores_zero_then_v030_asks_and_nothing_is_split_equally(ask: Ask) -> None:
    nothing = tuple(replace(value, value=Decimal(0)) for value in PLAIN.values)
    assert ask(replace(PLAIN, values=nothing)) == [("EVA-V030", "参加分配的各银行总得分合计为 0，无法按得分分配")]


def test_given_no_indicator_with_a_value_then_v030_asks(ask: Ask) -> None:
    rulebook = policy({"size": leaf("规模", "100", "size", missing="mean")})
    assert [check for check, _ in ask(replace(PLAIN, rulebook=rulebook, values=()))] == ["EVA-V030"]


@pytest.mark.parametrize(
    "decisions", [(), (Decision("额度", "quota", amount=Decimal(900), valid_to=date(2025, 12, 30)),)]
)
def test_given_a_decreed_total_and_no_decision_in_force_then_v040_asks(
    ask: Ask, decisions: tuple[Decision, ...]
) -> None:
    decreed = replace(PLAIN, rulebook=policy(ONE, quota="fixed"), decisions=decisions)
    assert [check for check, _ in ask(decreed)] == ["EVA-V040"]


def test_given_frozen_stock_above_what_can_be_shared_then_v041_names_the_banks_and_the_gap(ask: Ask) -> None:
    frozen = (Account("A-1", "A", Decimal(600), adjustable=False), PLAIN.accounts[1])
    carve = Decision("一事一议", "carve_out", "B", amount=Decimal(500))
    assert ask(replace(PLAIN, accounts=frozen, decisions=(carve,))) == [
        ("EVA-V041", "不调整存量合计 600.00 元超过可分配总量 500.00 元，差 100.00 元：A行 600.00")
    ]


def test_given_caps_too_low_for_the_total_then_v042_asks(ask: Ask) -> None:
    assert ask(replace(PLAIN, rulebook=policy(ONE, cap="0.4"))) == [
        (
            "EVA-V042",
            "各行最多可存 800.00 元，低于可分配总量 1000.00 元，差 200.00 元："
            "A行 400.00（集中度上限）、B行 400.00（集中度上限）",
        )
    ]


def test_given_a_bank_without_a_score_then_its_cap_does_not_count_as_room(ask: Ask) -> None:
    values = (Value("A", "size", Decimal(1)), Value("B", "size", Decimal(0)))
    assert ask(replace(PLAIN, rulebook=policy(ONE, cap="0.6"), values=values)) == [
        (
            "EVA-V042",
            "各行最多可存 600.00 元，低于可分配总量 1000.00 元，差 400.00 元："
            "A行 600.00（集中度上限）、B行 0.00（不参加按得分分配）",
        )
    ]


def test_given_a_carve_out_below_the_banks_frozen_stock_then_m043_notes_the_gap_and_the_run_goes_on(ask: Ask) -> None:
    frozen = (PLAIN.accounts[0], replace(PLAIN.accounts[1], adjustable=False))
    carve = Decision("一事一议", "carve_out", "B", amount=Decimal(399))
    assert ask(replace(PLAIN, accounts=frozen, decisions=(carve,))) == [
        ("EVA-M043", "B行 的一事一议金额 399.00 元低于其不调整存量 400.00 元，差额无法划出")
    ]


def test_given_several_questions_of_several_counties_then_each_is_asked_of_its_own_run(connection: Connection) -> None:
    nothing = replace(PLAIN, values=())
    run_ids = load(connection, [PLAIN, nothing, nothing])
    with pytest.raises(RunStoppedError) as stopped:
        compute(connection, run_ids)

    assert [item.run_id for item in stopped.value.answers] == run_ids[1:]
