"""Figures that the office computed, tags' growth, history of every money column, coverage: each on real suites."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from cunfang.feeds.contract import contract
from cunfang.feeds.normalise import Typed, normalise
from cunfang.feeds.record import Record, Value
from cunfang.finding import Finding
from cunfang.period import Period
from cunfang.quality import Basis, check
from cunfang.quality.derive import TAGS

Typing = Callable[[str, Sequence[Mapping[str, str]]], Typed]
Given = Callable[..., list[Finding]]
BASE = {"institution": "工行", "as_of": "2025-12-31", "deposits": "103", "loans": "31"}


@pytest.fixture
def given(basis: Basis) -> Given:
    """One row as an office writes it: (text, unit) or text in 亿元, judged without history unless given."""

    def judge(values: Mapping[str, str | tuple[str, str]], **known: object) -> list[Finding]:
        written = {name: (value, "亿元") if isinstance(value, str) else value for name, value in values.items()}
        fields = {name: Value(text, "B2", unit) for name, (text, unit) in written.items()}
        history: dict[str, object] = {"previous": None, "december": None}
        held = replace(basis, **history | known)  # type: ignore[arg-type]
        agreed = contract("pboc_credit")
        typed = normalise(agreed, [Record(1, "表", 2, fields)], held.register, held.period)
        assert not typed.quarantine
        return list(check(agreed, typed, held).findings)

    return judge


def ids(findings: Sequence[Finding]) -> set[str]:
    return {finding.check for finding in findings} - {"PBC-Q014"}


@pytest.mark.parametrize(
    ("printed", "unit", "fits"),
    [
        ("30.09", "", True),
        ("30.10", "", True),
        ("0.3009", "", True),
        ("30.09", "%", True),
        ("30.09%", "亿元", True),
        ("0.3009", "%", False),
        ("36.84", "", False),
        ("△30.09", "", False),
        ("—", "", True),
        ("#DIV/0!", "", True),
        ("暂无", "", True),
    ],
)
def test_a_printed_ratio_may_be_a_percentage_or_a_share_and_what_is_no_figure_is_left_alone(
    given: Given, printed: str, unit: str, fits: bool
) -> None:
    assert ("PBC-Q015" not in ids(given({**BASE, "ldr_printed": (printed, unit)}))) is fits


def test_a_ratio_over_no_deposits_is_left_alone(given: Given) -> None:
    assert "PBC-Q015" not in ids(given({**BASE, "deposits": "0", "ldr_printed": ("50", "")}))


@pytest.mark.parametrize(("printed", "fits"), [("19", True), ("18.7", True), ("19.8", False), ("190000万元", True)])
def test_a_printed_increment_is_held_to_level_and_year_start(given: Given, printed: str, fits: bool) -> None:
    row = {**BASE, "deposits_year_start": "84.3", "deposits_change_printed": printed}
    assert ("PBC-Q016" not in ids(given(row))) is fits


def test_without_a_printed_year_start_the_december_figure_is_the_base(given: Given) -> None:
    december = {"ICBC": {"deposits": Decimal("8400000000.00"), "loans": Decimal("2400000000.00")}}
    assert "PBC-Q016" in ids(given({**BASE, "deposits_change_printed": "21"}, december=december))
    assert "PBC-Q016" not in ids(given({**BASE, "deposits_change_printed": "19"}, december=december))
    assert "PBC-Q016" not in ids(given({**BASE, "deposits_change_printed": "20"}))


def test_an_increment_in_per_cent_is_a_growth(given: Given) -> None:
    row = {**BASE, "deposits_year_start": "84", "deposits_change_printed": ("22.62", "%")}
    assert "PBC-Q016" not in ids(given(row))
    assert "PBC-Q016" in ids(given({**row, "deposits_change_printed": ("25.34", "%")}))


@pytest.mark.parametrize(("growth", "fits"), [("22.25", True), ("22.62", True), ("25.34", False)])
def test_growth_is_held_to_the_triangle_of_level_and_increment(given: Given, growth: str, fits: bool) -> None:
    row = {**BASE, "deposits_change_printed": "19", "deposits_growth_printed": (growth, "")}
    assert ("PBC-Q017" not in ids(given(row))) is fits


def test_growth_over_the_year_is_growth_since_its_start_at_the_end_of_the_year_only(given: Given, basis: Basis) -> None:
    row = {**BASE, "deposits_year_start": "84", "deposits_yoy_printed": ("5", "%")}
    assert "PBC-Q018" in ids(given(row))
    summer = {**row, "as_of": "2025-06-30"}
    assert "PBC-Q018" not in ids(given(summer, period=Period.parse("2025-Q2")))


@pytest.mark.parametrize(
    ("printed", "december", "fits"),
    [("103", "10254321098.76", True), ("103", "10354321098.76", True), ("103", "10454321098.76", False)],
)
def test_a_year_start_in_round_figures_stands_for_the_december_figure_to_the_fen(
    given: Given, printed: str, december: str, fits: bool
) -> None:
    known = {"ICBC": {"deposits": Decimal(december)}}
    assert ("PBC-Q011" not in ids(given({**BASE, "deposits_year_start": printed}, december=known))) is fits


@pytest.mark.parametrize("tag", TAGS)
def test_a_tag_may_not_grow_by_more_than_all_loans_since_december(given: Given, tag: str) -> None:
    december = {"ICBC": {"loans": Decimal(30 * 10**8), tag: Decimal(20 * 10**8)}}
    assert "PBC-Q019" in ids(given({**BASE, tag: "21.1"}, december=december))
    assert "PBC-Q019" not in ids(given({**BASE, tag: "21"}, december=december))
    assert "PBC-Q019" not in ids(given({**BASE, "loans": "29", tag: "19"}, december=december))


@pytest.mark.parametrize("column", [*TAGS, "npl"])
def test_a_tag_a_thousand_times_its_last_figure_is_a_suspected_wrong_unit(given: Given, column: str) -> None:
    previous = {"ICBC": {"deposits": Decimal(10**10), "loans": Decimal(3 * 10**9), column: Decimal(2 * 10**9)}}
    found = given({**BASE, column: ("199", "万元")}, previous=previous)
    assert "PBC-Q020" in ids(found)
    assert "疑似单位错误" in next(finding.message for finding in found if finding.check == "PBC-Q020")


def test_a_bank_that_reports_an_earlier_month_only_is_missing_at_the_end(typed: Typing, basis: Basis) -> None:
    row = {"as_of": "2025-12-31", "deposits": "1000000000", "loans": "500000000"}
    rows = [
        row | {"institution": "工行"},
        row | {"institution": "农行", "as_of": "2025-11-30"},
        row | {"institution": "ADBC"},
    ]
    found = check(contract("pboc_credit"), typed("pboc_credit", rows), basis).findings
    assert [f.message for f in found if f.check == "PBC-Q014"] == [
        "名录中的机构没有报送期末数：ABC（应有 3，已报 2，覆盖 66.67%）。"
    ]


@pytest.mark.parametrize(
    ("valid", "judged"),
    [
        ({}, True),
        ({"valid_from": "2025-Q4"}, True),
        ({"valid_from": "2026-Q1"}, False),
        ({"valid_to": "2025-Q3"}, False),
    ],
)
def test_a_rule_is_left_out_before_its_first_and_after_its_last_period(
    typed: Typing, basis: Basis, tmp_path: Path, valid: dict[str, str], judged: bool
) -> None:
    meta = {"check": "PBC-Q999", "class": "quality", "message": "m", "advice": "a", **valid}
    kind = {"type": "expect_column_values_to_be_null", "kwargs": {"column": "deposits"}, "severity": "warning"}
    (tmp_path / "pboc_credit.json").write_text(
        json.dumps({"name": "pboc_credit", "expectations": [kind | {"meta": meta}]})
    )
    row = {"institution": "工行", "as_of": "2025-12-31", "deposits": "1", "loans": "1"}
    report = check(contract("pboc_credit"), typed("pboc_credit", [row]), basis, folder=tmp_path)
    assert ("PBC-Q999" in ids(report.findings)) is judged
