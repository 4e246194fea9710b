"""Names through time (S32): what a bank was before it merged counts for the bank that it is, once and no more."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Connection, text

from cunfang.evaluation import RunStoppedError, compute
from cunfang.institution import Entry, heirs
from cunfang.period import Period
from cunfang.warehouse.sql import rows
from evaluation.conftest import Evaluate
from evaluation.county import Account, Bank, County, Credit, Decision, Errand, Tax, Value, Violation
from evaluation.load import load
from evaluation.policy import leaf, parameter, policy

JAN, MERGED = date(2025, 1, 1), date(2025, 7, 1)
ERRAND = leaf("及时", "100", "", method="rate", missing="mean") | {
    "family": "timeliness_events",
    "basis": "on_time_rate",
    "measure": ["nontax_transfer"],
    "due_workdays": parameter(1),
}
RULEBOOK = policy(
    {
        "tax": leaf("纳税", "40", "tax_local_part") | {"family": "tax", "basis": "flow", "window": "ytd"},
        "loans": leaf("贷款", "30", "loans") | {"family": "pboc_credit"},
        "outlets": leaf("网点", "20", "outlets"),
        "prompt": ERRAND | {"weight": parameter("10")},
    }
)
# 信用社 and a village bank merge into 农商行 at mid-year; 工行 goes on.
BANKS = (
    Bank("RCC", "农商行", closed_on=MERGED, successor="RCB"),
    Bank("VB", "村镇银行", closed_on=MERGED, successor="RCB"),
    Bank("RCB", "农商行", opened_on=MERGED),
    Bank("ICBC"),
)
ACCOUNTS = (
    Account("1", "RCC", Decimal(6_000_000)),
    Account("2", "VB", Decimal(2_000_000)),
    Account("3", "RCB", Decimal(1_000_000)),
    Account("4", "ICBC", Decimal(9_000_000)),
)
STOCKS = (Value("RCB", "outlets", Decimal(30)), Value("ICBC", "outlets", Decimal(10)))
CREDIT = tuple(Credit(bank, Decimal(500), Decimal(loans)) for bank, loans in (("RCB", 300), ("ICBC", 100)))


def _quarter(bank: str, number: int, amount: int, **more: object) -> Tax:
    period = Period(2025, number)
    return Tax(bank, period.start, period.end, Decimal(amount), period=period, **more)  # type: ignore[arg-type]


BY_QUARTERS = (
    *(_quarter(bank, number, amount) for bank, amount in (("RCC", 10), ("VB", 1)) for number in (1, 2)),
    *(_quarter("RCB", number, 20) for number in (3, 4)),
    *(_quarter("ICBC", number, 5) for number in (1, 2, 3, 4)),
)


def _county(
    *tax: Tax,
    banks: tuple[Bank, ...] = BANKS,
    values: tuple[Value, ...] = STOCKS,
    credit: tuple[Credit, ...] = CREDIT,
    decisions: tuple[Decision, ...] = (),
    violations: tuple[Violation, ...] = (),
    errands: tuple[Errand, ...] = (),
) -> County:
    return County(RULEBOOK, banks, ACCOUNTS, values, credit, tax or BY_QUARTERS, decisions, violations, errands)


def _stopped(connection: Connection, county: County) -> list[tuple[str, str]]:
    with pytest.raises(RunStoppedError) as stopped:
        compute(connection, load(connection, [county]))
    return [(finding.check, finding.message) for finding in stopped.value.findings]


def test_quarters_of_the_predecessors_and_of_the_successor_make_one_year(evaluated: Evaluate) -> None:
    (result,) = evaluated([_county()])

    assert {bank: value for (code, bank), value in result.value.items() if code == "tax"} == {"RCB": 62, "ICBC": 20}
    assert result.role == {"RCB": "commercial", "ICBC": "commercial"}


def test_a_cumulative_row_of_the_successor_is_the_word_for_the_year_and_the_predecessors_are_not_added(
    evaluated: Evaluate,
) -> None:
    whole = [Tax(bank, JAN, date(2025, 12, 31), Decimal(amount)) for bank, amount in (("RCB", 70), ("ICBC", 20))]
    halves = [Tax("RCC", JAN, date(2025, 6, 30), Decimal(21), period=Period(2025, 2))]
    (result,) = evaluated([_county(*whole, *halves)])

    assert result.value["tax", "RCB"] == 70


def test_both_taxpayers_in_one_cumulative_file_are_added(evaluated: Evaluate) -> None:
    tax = [Tax(bank, JAN, date(2025, 12, 31), Decimal(amount)) for bank, amount in (("RCC", 21), ("RCB", 40))]
    (result,) = evaluated([_county(*tax)])

    assert result.value["tax", "RCB"] == 61


def test_a_successor_that_reports_its_own_quarters_among_cumulative_rows_has_its_predecessors_half_year(
    evaluated: Evaluate,
) -> None:
    tax = [
        Tax("RCC", JAN, date(2025, 3, 31), Decimal(10), period=Period(2025, 1)),
        Tax("RCC", JAN, date(2025, 6, 30), Decimal(21), period=Period(2025, 2)),
        _quarter("RCB", 3, 20),
        _quarter("RCB", 4, 20),
        Tax("ICBC", JAN, date(2025, 12, 31), Decimal(20)),
    ]
    (result,) = evaluated([_county(*tax)])

    assert result.value["tax", "RCB"] == 61


def test_a_refund_to_the_predecessor_counts_against_the_successor(evaluated: Evaluate) -> None:
    (result,) = evaluated([_county(*BY_QUARTERS, _quarter("RCC", 4, -12))])

    assert result.value["tax", "RCB"] == 50


def test_accounts_in_a_predecessor_s_name_are_the_successor_s_and_money_may_move_from_them(
    evaluated: Evaluate,
) -> None:
    (result,) = evaluated([_county()])

    assert result.current == {"RCB": 9_000_000, "ICBC": 9_000_000}
    assert sum(result.target.values()) == result.total == 18_000_000
    assert {(leg.giver, leg.taker) for leg in result.legs} == {("ICBC", "RCB")}
    assert {leg.to_account for leg in result.legs} <= {"1", "2", "3"}


def test_a_stored_run_over_a_merger_breaks_no_invariant_and_says_where_the_account_is(connection: Connection) -> None:
    (run,) = load(connection, [_county(_quarter("RCC", 1, 900), *BY_QUARTERS[1:])])
    compute(connection, [run])

    assert rows(connection, "eval/95_verify.sql", {"run_id": run}) == []
    basis = text("SELECT account, basis FROM eval.holding WHERE run_id = :run ORDER BY account")
    assert [tuple(row) for row in connection.execute(basis, {"run": run})] == [
        ("1", "专项资金：可调整；户开在RCC行"),
        ("2", "专项资金：可调整；户开在VB行"),
        ("3", "专项资金：可调整"),
        ("4", "专项资金：可调整"),
    ]


def test_both_names_are_kept_with_the_run(connection: Connection) -> None:
    (run,) = load(connection, [_county()])
    compute(connection, [run])

    names = text("SELECT institution, predecessor_names FROM eval.participant WHERE run_id = :run ORDER BY 1")
    assert [tuple(row) for row in connection.execute(names, {"run": run})] == [("ICBC", ""), ("RCB", "RCC行、VB行")]


def test_errands_of_a_predecessor_count_for_the_successor(evaluated: Evaluate) -> None:
    late = Errand("1", "RCC", "2025-11-03", "2025-11-20")
    prompt = Errand("2", "RCB", "2025-11-03", "2025-11-03")
    (result,) = evaluated([_county(errands=(late, prompt))])

    assert result.value["prompt", "RCB"] == Decimal("0.5")


def test_a_ban_goes_with_the_business(connection: Connection) -> None:
    (run,) = load(connection, [_county(violations=(Violation("罚1号", "VB", date(2024, 5, 6)),))])
    compute(connection, [run])

    found = text("SELECT role, reason FROM eval.participant WHERE run_id = :run AND institution = 'RCB'")
    assert tuple(connection.execute(found, {"run": run}).one()) == (
        "excluded",
        "取消资格至 2027-05-06 承继自VB行",
    )


def test_a_decision_about_a_predecessor_is_not_stretched_and_it_is_said(connection: Connection) -> None:
    runs = load(connection, [_county(decisions=(Decision("决1号", "carve_out", "VB", amount=Decimal(5)),))])
    noted = compute(connection, runs)

    assert [(item.finding.check, item.finding.message) for item in noted] == [
        ("EVA-M004", "决定 决1号 是就 VB行 作出的，该机构已并入 RCB行，决定未予适用")
    ]


def test_a_successor_is_no_newly_founded_bank(connection: Connection) -> None:
    noted = compute(connection, load(connection, [_county()]))

    assert "EVA-M003" not in {item.finding.check for item in noted}


def test_a_stock_under_the_old_name_alone_is_the_successor_s(evaluated: Evaluate) -> None:
    (result,) = evaluated([_county(values=(Value("RCC", "outlets", Decimal(30)), STOCKS[1]))])

    assert result.value["outlets", "RCB"] == 30


def test_loans_of_two_predecessors_add_up(evaluated: Evaluate) -> None:
    credit = tuple(Credit(bank, Decimal(1), Decimal(loans)) for bank, loans in (("RCC", 7), ("VB", 2), ("ICBC", 9)))
    (result,) = evaluated([_county(credit=credit)])

    assert result.value["loans", "RCB"] == 9


@pytest.mark.parametrize("old", [("RCC",), ("RCC", "VB")])
def test_a_stock_under_the_old_and_the_new_name_is_a_question(connection: Connection, old: tuple[str, ...]) -> None:
    credit = (*CREDIT, *(Credit(bank, Decimal(1), Decimal(7)) for bank in old))
    names = "、".join(f"{bank}行" for bank in old)

    assert _stopped(connection, _county(credit=credit)) == [
        ("EVA-V024", f"RCB行 的 loans（报送内容 pboc_credit）另有其前身 {names} 的数，无法判断相加是否重复")
    ]


def test_what_is_no_money_does_not_add_up_by_itself(connection: Connection) -> None:
    values = (Value("RCC", "outlets", Decimal(20)), Value("VB", "outlets", Decimal(10)), STOCKS[1])

    assert [check for check, _ in _stopped(connection, _county(values=values))] == ["EVA-V024"]


def test_before_the_merger_the_predecessors_are_themselves(evaluated: Evaluate) -> None:
    half = Period(2025, 2)
    county = County(
        RULEBOOK,
        BANKS,
        tuple(account for account in ACCOUNTS if account.bank != "RCB"),
        credit=tuple(Credit(bank, Decimal(5), Decimal(1)) for bank in ("RCC", "VB", "ICBC")),
        tax=tuple(item for item in BY_QUARTERS if item.period <= half),
        period=half,
    )
    (result,) = evaluated([county])

    assert {bank: value for (code, bank), value in result.value.items() if code == "tax"} == {
        "RCC": 20,
        "VB": 2,
        "ICBC": 10,
    }


def test_a_chain_of_two_mergers_leads_to_the_last(connection: Connection) -> None:
    chain = (
        Bank("RCC", "农商行", closed_on=date(2025, 4, 1), successor="VB"),
        Bank("VB", "农商行", opened_on=date(2025, 4, 1), closed_on=MERGED, successor="RCB"),
        *BANKS[2:],
    )
    (run,) = load(connection, [_county(banks=chain)])
    compute(connection, [run])

    lineage = text("SELECT institution, heir FROM eval.lineage WHERE run_id = :run ORDER BY 1")
    found = {row.institution: row.heir for row in connection.execute(lineage, {"run": run})}
    entries = [Entry(b.code, b.code, (), b.type, b.opened_on, b.closed_on, b.successor or "") for b in chain]
    assert found == {"RCC": "RCB", "VB": "RCB"}
    assert found == {code: heir for code, heir in heirs(entries, date(2025, 12, 31)).items() if code != heir}
