"""Headings, bodies and points as printed, against what is computed."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.rulebook.books import flaws, leaf

ZERO = "{value: zero, clause: 五}"


def _book(printed: str, **said: str) -> str:
    return leaf(method="share_of_total", all_zero=ZERO, negative=ZERO, printed=printed, **said)


def _found(folder: Path, book: str) -> list[str]:
    return [flaw.rule for flaw in flaws(folder, book) if flaw.kind.startswith(("heading", "printed", "text"))]


@pytest.mark.parametrize(
    ("printed", "found"),
    [
        ("{heading: 新增贷款额, body: 新增存款额}", ["RB-E30"]),
        ("{heading: 新增贷款额, body: 新增存款额, resolved: 取标题}", ["RB-W30"]),
        ("{heading: 新增贷款额, body: 本行新增贷款占全部的比重}", []),
        ("{heading: 新增贷款额, body: 贷款增速}", ["RB-E30"]),
        ("{heading: 新增贷款额}", []),
        ("{heading: 贷款增幅}", ["RB-E31"]),
        ("{body: 存款净增额}", ["RB-E31"]),
        ("{body: 存款净增额, resolved: 印错}", ["RB-W31"]),
        ("{heading: 综合评价}", []),
        ("{heading: 甲项, body: 乙项}", ["RB-E30"]),
        ("{points: 60}", []),
        ("{points: 25}", ["RB-E32"]),
        ("{points: 25, resolved: 取标题}", ["RB-W32"]),
        ("{text: 占各行的权重}", []),
        ("{text: 占各行的权重, resolved: 取占合计的比重}", ["RB-W37"]),
        ("{text: 占各行的权重, points: 25, resolved: 取标题}", ["RB-W32"]),
    ],
)
def test_given_what_is_printed_of_new_loans_then_contradictions_are_found(
    tmp_path: Path, printed: str, found: list[str]
) -> None:
    assert _found(tmp_path, _book(printed, basis="increment", since="year_start")) == found


def test_given_a_ratio_then_it_may_be_called_by_its_own_name_or_by_what_it_divides(tmp_path: Path) -> None:
    for heading, found in (("存贷比", []), ("贷款与存款之比", []), ("税收", ["RB-E31"])):
        assert _found(tmp_path, _book(f"{{heading: {heading}}}", over="deposits")) == found


def test_given_a_measure_of_an_open_feed_then_its_indicators_name_says_what_it_is(tmp_path: Path) -> None:
    said = {"family": "indicators", "measure": "x1", "name": "绿色贷款余额"}

    assert _found(tmp_path, _book("{heading: 绿色贷款}", **said)) == []
    assert _found(tmp_path, _book("{heading: 纳税额}", **said)) == ["RB-E31"]
