"""Suspended checks: they run, do not count, are said to be suspended; a bad or expired entry stops everything."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from cunfang.feeds.contract import contract
from cunfang.feeds.document import DocumentError
from cunfang.feeds.normalise import Typed
from cunfang.finding import Finding, Klass
from cunfang.period import Period
from cunfang.quality import Basis, check
from cunfang.quality.suspension import (
    NOTE,
    SUSPENSIONS,
    Suspension,
    SuspensionError,
    in_force,
    set_aside,
    suspensions,
)

Typing = Callable[[str, Sequence[Mapping[str, str]]], Typed]
TODAY = date(2026, 1, 15)
ENTRY = {
    "check": "PBC-Q014",
    "reason": "农发行本季度改报省分行汇总数",
    "by": "县金融办主任",
    "decided_on": "2026-01-08",
    "until": "2026-Q1",
}
CREDIT = {"institution": "工行", "as_of": "2025-12-31", "deposits": "1000000000", "loans": "500000000"}


def written(folder: Path, *entries: Mapping[str, str]) -> Path:
    path = folder / "suspensions.yaml"
    lines = [
        ("  - " if number == 0 else "    ") + f'{key}: "{value}"'
        for entry in entries
        for number, (key, value) in enumerate(entry.items())
    ]
    path.write_text("suspensions:\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_the_shipped_document_suspends_nothing() -> None:
    assert suspensions(SUSPENSIONS) == ()


def test_no_document_suspends_nothing(tmp_path: Path) -> None:
    assert suspensions(tmp_path / "none.yaml") == ()


def test_given_a_suspended_check_when_it_would_fire_then_it_does_not_count_and_the_report_says_so(
    typed: Typing, basis: Basis, tmp_path: Path
) -> None:
    path = written(tmp_path, ENTRY)
    held = replace(basis, suspensions=in_force("420922", basis.period, path, today=TODAY))
    report = check(contract("pboc_credit"), typed("pboc_credit", [CREDIT]), held, file="a.csv")
    assert "PBC-Q014" not in {finding.check for finding in report.findings}
    (note,) = (finding for finding in report.findings if finding.check == NOTE)
    assert note.message == (
        "校验规则 PBC-Q014 已暂停至 2026-Q1，本次有 1 处未计入。"
        "理由：农发行本季度改报省分行汇总数（县金融办主任，2026-01-08 决定）。"
    )
    assert (note.file, note.blocking) == ("a.csv", False)
    (result,) = (result for result in report.results if result.check == "PBC-Q014")
    assert (result.passed, result.unexpected) == (False, 1)


def test_given_a_suspended_validity_check_when_it_would_refuse_a_file_then_the_file_passes(
    typed: Typing, basis: Basis, tmp_path: Path
) -> None:
    row = CREDIT | {"loans_green": "500000000.01"}
    assert check(contract("pboc_credit"), typed("pboc_credit", [row]), basis).blocking
    held = replace(basis, suspensions=(Suspension(**ENTRY | {"check": "PBC-V010"}),))  # type: ignore[arg-type]
    assert not check(contract("pboc_credit"), typed("pboc_credit", [row]), held).blocking


def test_given_a_check_that_finds_nothing_when_suspended_then_the_report_says_so_all_the_same(
    typed: Typing, basis: Basis
) -> None:
    held = replace(basis, suspensions=(Suspension(**ENTRY | {"check": "PBC-V010"}),))  # type: ignore[arg-type]
    report = check(contract("pboc_credit"), typed("pboc_credit", [CREDIT]), held)
    assert [f.message for f in report.findings if f.check == NOTE and "没有命中" in f.message]


@pytest.mark.parametrize(
    ("region", "until", "period", "covered"),
    [
        ("", "2026-Q1", "2025-Q4", True),
        ("", "2026-Q1", "2026-Q1", True),
        ("", "2026-Q1", "2026-Q2", False),
        ("420922", "2026-Q1", "2025-Q4", True),
        ("420921", "2026-Q1", "2025-Q4", False),
        ("", "2026-02-01", "2025-Q4", True),
    ],
)
def test_a_suspension_holds_for_its_region_and_until_its_end(
    tmp_path: Path, region: str, until: str, period: str, covered: bool
) -> None:
    path = written(tmp_path, ENTRY | {"region": region, "until": until})
    assert bool(in_force("420922", Period.parse(period), path, today=TODAY)) is covered


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"check": "PBC-Q999"}, "没有校验规则 PBC-Q999"),
        ({"check": "PBC-V003"}, "PBC-V003 不能暂停"),
        ({"check": "FILE-V003"}, "FILE-V003 不能暂停"),
        ({"check": "EVA-V020"}, "EVA-V020 不能暂停"),
        ({"check": "INB-Q001"}, "INB-Q001 不能暂停"),
        ({"until": "2026-01-14"}, "已于 2026-01-14 到期"),
        ({"until": "2025-Q2", "decided_on": "2025-07-01"}, "已于 2025-Q2 到期"),
        ({"decided_on": "2026-01-16"}, "决定日期 2026-01-16 尚未到来"),
        ({"until": "2026-01-07"}, "早于决定日期"),
    ],
)
def test_given_a_suspension_that_must_not_be_taken_when_loaded_then_nothing_goes_on(
    tmp_path: Path, change: dict[str, str], said: str
) -> None:
    with pytest.raises(SuspensionError, match=said):
        suspensions(written(tmp_path, ENTRY | change), today=TODAY)


@pytest.mark.parametrize("change", [{"check": "FILE-S009"}, {"reason": " "}, {"by": ""}, {"until": "明年"}, {"x": "y"}])
def test_given_a_suspension_of_a_syntactical_check_or_without_reason_when_loaded_then_the_line_is_named(
    tmp_path: Path, change: dict[str, str]
) -> None:
    with pytest.raises(DocumentError, match=r"suspensions\.yaml:\d+"):
        suspensions(written(tmp_path, ENTRY | change), today=TODAY)


def test_every_fault_of_the_document_is_named_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, ENTRY | {"check": "PBC-Q999"}, ENTRY | {"until": "2026-01-14"})
    with pytest.raises(SuspensionError) as raised:
        suspensions(path, today=TODAY)
    assert len(str(raised.value).splitlines()) == 2


def test_a_file_of_the_last_covered_quarter_comes_in_the_quarter_after(tmp_path: Path) -> None:
    path = written(tmp_path, ENTRY | {"until": "2025-Q4"})
    assert in_force("420922", Period.parse("2025-Q4"), path, today=date(2026, 3, 31))
    with pytest.raises(SuspensionError):
        suspensions(path, today=date(2026, 4, 1))


@pytest.mark.parametrize("number", ["FILE-Q001", "EVA-M012", "REC-M006", "TAX-Q010", "BAL-V011"])
def test_what_asks_for_a_reason_may_be_suspended_wherever_it_is_written(tmp_path: Path, number: str) -> None:
    assert suspensions(written(tmp_path, ENTRY | {"check": number}), today=TODAY)[0].check == number


def test_given_findings_of_a_step_when_set_aside_then_the_suspended_are_one_note_and_the_others_stay() -> None:
    total, rounded = (Finding(number, Klass.QUALITY, "有误", "请核对") for number in ("FILE-Q001", "FILE-Q002"))
    held = [Suspension(**ENTRY | {"check": number}) for number in ("FILE-Q001", "PBC-Q014")]  # type: ignore[arg-type]
    found = set_aside([total, rounded, total], held, {"FILE"}, "a.xlsx")
    assert [item.check for item in found] == ["FILE-Q002", NOTE]
    assert "FILE-Q001 已暂停至 2026-Q1，本次有 2 处未计入" in found[1].message
