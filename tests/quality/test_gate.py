"""Rows against the real suites on the real engine: one broken rule after another, each with its cell and its words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from cunfang.feeds.contract import contract
from cunfang.feeds.normalise import Typed
from cunfang.finding import Finding
from cunfang.quality import Basis, BrokenRuleError, CheckReport, check

Rows = Sequence[Mapping[str, str]]
Typing = Callable[[str, Rows], Typed]
Judge = Callable[[str, Rows], CheckReport]
END = "2025-12-31"

CREDIT = {"institution": "工行", "as_of": END, "deposits": "1000000000", "loans": "500000000"}
TAX = {
    "institution": "农行",
    "tax_type": "增值税",
    "window_from": "2025-01-01",
    "window_to": END,
    "paid": "1000000.00",
    "local_part": "500000.00",
}


@pytest.fixture
def judge(typed: Typing, basis: Basis) -> Judge:
    return lambda feed, rows: check(contract(feed), typed(feed, rows), basis, file=f"{feed}.csv")


def faults(report: CheckReport) -> set[tuple[str, int | None]]:
    return {(finding.check, finding.record_no) for finding in report.findings}


def one(report: CheckReport, check_id: str) -> Finding:
    return next(finding for finding in report.findings if finding.check == check_id)


def test_clean_rows_pass_and_every_rule_was_judged(judge: Judge) -> None:
    report = judge("pboc_credit", [CREDIT, CREDIT | {"institution": "ABC"}, CREDIT | {"institution": "ADBC"}])
    assert not report.blocking
    assert {"PBC-V001", "PBC-V010", "PBC-Q014", "PBC-M010"} <= {result.check for result in report.results}
    assert all(result.passed for result in report.results if result.klass.blocking)


def test_every_fault_of_a_credit_return_is_named_with_its_cell(judge: Judge) -> None:
    report = judge(
        "pboc_credit",
        [
            CREDIT | {"loans_green": "500000000.01"},
            CREDIT
            | {"institution": "农行", "loans_sme": "10", "loans_micro": "11", "loans_agri": "1", "loans_farmer": "2"},
            CREDIT | {"institution": "中国工商银行大悟支行"},
            CREDIT | {"institution": "工行大悟支行"},
            CREDIT | {"institution": "ADBC", "as_of": "2025-09-30", "npl": "500000000.01"},
            CREDIT | {"institution": "OLD", "as_of": "2025-12-30", "deposits": "-1"},
        ],
    )
    expected = {
        *{("PBC-V010", 1), ("PBC-V011", 2), ("PBC-V012", 2), ("PBC-V002", 1), ("PBC-V002", 3), ("PBC-V003", 4)},
        *{("PBC-V004", 5), ("PBC-V013", 5), ("PBC-V006", 6), ("PBC-V007", 6), ("PBC-Q003", 6)},
    }
    assert expected <= faults(report)
    assert report.blocking
    green = one(report, "PBC-V010")
    assert green.where == "pboc_credit.csv › Sheet1 › K2"
    assert green.message == "工行的绿色贷款 500,000,000.01 元超过各项贷款余额 500,000,000.00 元。"
    unknown = one(report, "PBC-V003")
    assert unknown.message == "“工行大悟支行”不在金融机构名录中。"
    assert "最接近的：工行" in unknown.advice
    assert "A4" in one(report, "PBC-V002").message


def test_a_thousandfold_change_is_a_suspected_wrong_unit_and_stops_the_file(judge: Judge) -> None:
    report = judge("pboc_credit", [CREDIT | {"deposits": "100000", "loans": "50000"}])
    found = one(report, "PBC-V014")
    assert "疑似单位错误" in found.message
    assert "上期为 1,000,000,000.00 元，相差 10000.0 倍" in found.message
    assert found.blocking
    assert ("PBC-M010", 1) in faults(report)


def test_a_thousandfold_of_the_year_start_beside_it_is_a_suspected_wrong_unit_without_any_history(
    typed: Typing, basis: Basis
) -> None:
    first_return = replace(basis, previous=None, december=None)
    row = CREDIT | {"deposits": "100000", "deposits_year_start": "900000000", "loans_year_start": "400000000"}
    report = check(contract("pboc_credit"), typed("pboc_credit", [row]), first_return, file="pboc_credit.csv")
    found = one(report, "PBC-V016")
    assert found.message == (
        "疑似单位错误：工行的各项存款余额 100,000.00 元，年初为 900,000,000.00 元，相差 9000.0 倍。"
    )
    assert found.where == "pboc_credit.csv › Sheet1 › C2"
    assert found.blocking


def test_year_start_figures_must_be_those_of_december(judge: Judge) -> None:
    report = judge("pboc_credit", [CREDIT | {"deposits_year_start": "900000000.01"}])
    found = one(report, "PBC-Q011")
    assert not found.blocking
    assert found.column == "deposits_year_start"
    assert "900,000,000.00 元" in found.message


def test_a_bank_of_the_register_that_is_missing_is_named(judge: Judge) -> None:
    found = one(judge("pboc_credit", [CREDIT]), "PBC-Q014")
    assert found.message == "名录中的机构没有报送期末数：ABC、ADBC（应有 3，已报 1，覆盖 33.33%）。"


@pytest.mark.parametrize(
    ("paid", "local", "broken"),
    [
        ("1000.00", "1000.00", None),
        ("1000.00", "1000.01", "TAX-V011"),
        ("1000.00", "-0.01", "TAX-V012"),
        ("0", "0", None),
        ("0", "0.01", "TAX-V011"),
        ("-1000.00", "-500.00", None),
        ("-1000.00", "-1000.01", "TAX-V013"),
        ("-1000.00", "0.01", "TAX-V012"),
    ],
)
def test_the_local_part_lies_between_nothing_and_what_was_paid_or_refunded(
    judge: Judge, paid: str, local: str, broken: str | None
) -> None:
    report = judge("tax", [TAX, TAX | {"tax_type": "印花税", "paid": paid, "local_part": local}])
    blocking = {finding.check for finding in report.findings if finding.blocking}
    assert (broken in blocking) if broken else not blocking


def test_taxes_a_thousandth_of_those_before_are_a_suspected_wrong_unit(judge: Judge) -> None:
    assert one(judge("tax", [TAX | {"paid": "100.00", "local_part": "50.00"}]), "TAX-V015").blocking


def test_tax_windows_stay_in_the_year_run_forward_and_do_not_overlap(judge: Judge) -> None:
    report = judge(
        "tax",
        [
            TAX,
            TAX | {"window_from": "2025-12-01"},
            TAX | {"tax_type": "印花税", "window_from": "2024-12-31", "window_to": "2025-12-31"},
            TAX | {"tax_type": "房产税", "window_to": "2026-01-01"},
            TAX | {"tax_type": "契税", "window_from": "2025-11-01", "window_to": "2025-10-31"},
            TAX | {"tax_type": "车船税", "window_from": "2025-01-01", "window_to": "2025-06-30"},
            TAX | {"tax_type": "车船税", "window_from": "2025-07-01", "window_to": "2025-12-31"},
        ],
    )
    blocking = {(finding.check, finding.record_no) for finding in report.findings if finding.blocking}
    assert blocking == {("TAX-V014", 2), ("TAX-V004", 3), ("TAX-V004", 4), ("TAX-V010", 5)}


def test_a_tax_file_of_the_quarter_before_is_the_wrong_period(judge: Judge) -> None:
    assert one(judge("tax", [TAX | {"window_to": "2025-09-30"}]), "TAX-V005").blocking


def test_an_account_must_have_a_category_of_the_scope(judge: Judge, typed: Typing, basis: Basis) -> None:
    row = {"account": "90050", "institution": "ICBC", "owner": "教育局", "fund_category": "township"}
    found = one(judge("accounts", [row, row | {"account": "90051", "fund_category": ""}]), "ACC-V010")
    assert (found.record_no, found.cell, found.blocking) == (1, "D2", True)


def test_balances_are_held_against_the_register_of_accounts(judge: Judge) -> None:
    row = {"account": "90010", "as_of": END, "balance": "1.00"}
    report = judge(
        "balances",
        [
            row | {"institution": "农行", "fund_category": "往来资金"},
            row | {"account": "99999"},
            row | {"account": "90030"},
            row | {"account": "90040", "balance": "-0.01"},
        ],
    )
    assert {("BAL-V011", 1), ("BAL-V012", 1), ("BAL-V010", 2), ("BAL-Q010", 3), ("BAL-V006", 4)} <= faults(report)
    assert one(report, "BAL-Q012").message == "名录中的账户没有报余额：90020。"
    assert ("BAL-V013", 1) in faults(report)
    assert not one(report, "BAL-Q014").blocking


@pytest.mark.parametrize(
    ("metric", "value", "check_id"),
    [
        ("liquidity_ratio", "25", "PRU-V010"),
        ("liquidity_ratio", "5", None),
        ("npl_ratio", "1.0000000000000001", "PRU-V010"),
        ("npl_ratio", "1", None),
        ("provision_coverage", "150", "PRU-V010"),
        ("capital_adequacy", "10.5", "PRU-V010"),
        ("unheard_of", "1000.0000000000000001", "PRU-V011"),
    ],
)
def test_a_percentage_typed_as_a_ratio_is_stopped(judge: Judge, metric: str, value: str, check_id: str | None) -> None:
    row = {"institution": "ICBC", "as_of": END, "metric": metric, "value": value, "scope": "branch"}
    blocking = {finding.check for finding in judge("pboc_prudential", [row]).findings if finding.blocking}
    assert blocking == ({check_id} if check_id else set())


def test_registers_of_institutions_are_unambiguous_and_in_order(judge: Judge) -> None:
    row = {"institution": "A", "name": "甲银行", "aliases": "甲行", "type": "城商行"}
    report = judge(
        "institutions",
        [
            row,
            row | {"institution": "B", "name": "乙银行", "aliases": "乙行;甲 行", "successor": "C"},
            row
            | {
                "institution": "D",
                "name": "丁银行",
                "aliases": "",
                "opened_on": "2025-02-01",
                "closed_on": "2025-01-31",
            },
        ],
    )
    assert {("INS-V013", 2), ("INS-V014", 2), ("INS-V012", 3)} <= faults(report)
    assert "“甲 行”（已属于 A）" in one(report, "INS-V013").message


def test_events_and_decisions_carry_what_they_are_used_for(judge: Judge) -> None:
    event = {"event": "E1", "institution": "ICBC", "kind": "压票", "severity": "disqualify", "found_on": "2025-11-01"}
    assert {("SUP-V010", 1), ("SUP-V011", 1)} <= faults(judge("supervisory_events", [event]))
    closed = [event | {"event": f"E{day}", "closed_on": f"2025-{day}"} for day in ("10-31", "11-01")]
    too_early = {fault for fault in faults(judge("supervisory_events", closed)) if fault[0] == "SUP-V014"}
    assert too_early == {("SUP-V014", 1)}
    decision = {"decision": "1号", "kind": "carve_out", "valid_from": "2025-10-01", "valid_to": "2025-09-30"}
    signed = {"decided_on": "2025-09-01", "approver": "领导小组"}
    assert {("DEC-V010", 1), ("DEC-V013", 1)} <= faults(judge("decisions", [decision | signed]))
    task = {
        "event": "T1",
        "kind": "dispatch",
        "institution": "ICBC",
        "issued_at": "2025-11-01",
        "done_at": "2025-10-31",
    }
    assert ("TIM-V011", 1) in faults(judge("timeliness_events", [task]))
    outlets = {"institution": "ICBC", "measure": "outlets", "as_of": "2025-09-30", "value": "-1"}
    assert {("IND-V004", 1), ("IND-V010", 1)} <= faults(judge("indicators", [outlets]))


def test_a_nil_return_passes(judge: Judge) -> None:
    assert judge("decisions", []).findings == ()


def test_eighteen_digits_are_compared_to_the_fen(judge: Judge) -> None:
    row = CREDIT | {"deposits": "999999999999.99", "loans": "999999999999.98", "loans_sme": "999999999999.99"}
    report = judge("pboc_credit", [row, row | {"institution": "ABC", "loans_sme": "999999999999.98"}])
    assert [number for name, number in faults(report) if name == "PBC-V010"] == [1]


def test_amounts_that_a_float_cannot_tell_apart_are_told_apart(typed: Typing, basis: Basis) -> None:
    rows = typed("pboc_credit", [CREDIT])
    fields = dict(rows.rows[0].fields)
    fields |= {"loans": Decimal("1.0000000000000000"), "loans_sme": Decimal("1.0000000000000001")}
    odd = replace(rows, rows=(replace(rows.rows[0], fields=fields),))
    assert ("PBC-V010", 1) in faults(check(contract("pboc_credit"), odd, basis))


def test_without_registers_the_rules_that_need_them_are_left_out(typed: Typing, basis: Basis) -> None:
    report = check(contract("pboc_credit"), typed("pboc_credit", [CREDIT]), Basis(basis.period))
    checks = {result.check for result in report.results}
    assert {"PBC-V001", "PBC-V010"} <= checks
    assert not {"PBC-V003", "PBC-V014", "PBC-Q011", "PBC-Q014"} & checks


def test_a_row_that_cannot_be_typed_does_not_make_the_whole_look_incomplete(judge: Judge) -> None:
    report = judge("pboc_credit", [CREDIT, CREDIT | {"institution": "ABC", "deposits": "十亿"}])
    assert ("FILE-V002", 2) in faults(report)
    assert not [finding for finding in report.findings if finding.record_no is None]


def test_a_rule_that_cannot_be_judged_is_an_error_and_never_a_pass(tmp_path: Path, typed: Typing, basis: Basis) -> None:
    suite = (
        '{"name": "pboc_credit", "expectations": [{"type": "expect_column_values_to_be_between",'
        ' "kwargs": {"column": "no_such_column", "min_value": 0}, "severity": "critical",'
        ' "meta": {"check": "PBC-V999", "class": "validity", "message": "m", "advice": "a"}}]}'
    )
    (tmp_path / "pboc_credit.json").write_text(suite, encoding="utf-8")
    with pytest.raises(BrokenRuleError, match="PBC-V999"):
        check(contract("pboc_credit"), typed("pboc_credit", [CREDIT]), basis, folder=tmp_path)


def test_the_page_of_a_validation_is_written_and_listed(tmp_path: Path, typed: Typing, basis: Basis) -> None:
    page = tmp_path / "docs" / "17.html"
    rows = typed("pboc_credit", [CREDIT | {"loans_green": "500000000.01"}])
    check(contract("pboc_credit"), rows, basis, page=page)
    assert "loans_green" in page.read_text(encoding="utf-8")
    assert 'href="17.html"' in (tmp_path / "docs" / "index.html").read_text(encoding="utf-8")
    assert not list(page.parent.glob("*.tmp"))
