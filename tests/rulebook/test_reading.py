"""Rule books as files: inheritance (S30), and faults that name the file, the line and the key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cunfang.rulebook import RulebookError, read_rulebook

PARENT = """\
code: parent
name: 上级办法
document: 文件
effective_from: 2020-01-01
effective_to: 2024-12-31
full_scale: {value: 100, clause: 一}
requires: {value: [institutions, accounts, balances], clause: 一}
allocation:
  quota_mode: {value: stock, clause: 二}
  rounding_unit: {value: 10000, clause: 二}
  min_leg: {value: 100000, clause: 二}
  scheme: {value: proportional, clause: 二}
participation: {disqualification_years: {value: 3, clause: 三}, policy_banks: {value: held, clause: 三}}
warnings: {}
indicators:
  loans:
    name: 贷款
    weight: {value: 60, clause: 四}
    measure: loans
    family: pboc_credit
    basis: stock
    method: share_of_total
  outlets:
    name: 网点
    weight: {value: 40, clause: 四}
    measure: outlets
    family: indicators
    basis: stock
    method: share_of_total
"""
CHILD = "code: child\nname: 县办法\ndocument: 文件\neffective_from: 2025-01-01\nparent: parent\n"


def _write(folder: Path, **documents: str) -> Path:
    for code, content in documents.items():
        (folder / code).mkdir()
        (folder / code / "rulebook.yaml").write_text(content, encoding="utf-8")
    return folder


def _fault(folder: Path, code: str) -> str:
    with pytest.raises(RulebookError) as caught:
        read_rulebook(code, folder)
    return str(caught.value).replace(str(folder), "…")


def test_given_a_child_that_changes_one_parameter_then_the_rest_is_inherited(tmp_path: Path) -> None:
    folder = _write(
        tmp_path, parent=PARENT, child=CHILD + "allocation:\n  min_leg: {value: 5, clause: 县五, origin: ours}\n"
    )
    child, parent = read_rulebook("child", folder), read_rulebook("parent", folder)

    assert (child.allocation.min_leg.value, child.allocation.min_leg.clause) == (5, "县五")
    assert (child.allocation.rounding_unit, child.indicators) == (parent.allocation.rounding_unit, parent.indicators)
    assert (child.name, child.effective_to) == ("县办法", None)
    assert child.content_hash != parent.content_hash


def test_given_null_then_the_indicator_is_taken_out(tmp_path: Path) -> None:
    change = "indicators:\n  loans:\n    weight: {value: 100, clause: 县四}\n  outlets: null\n"
    folder = _write(tmp_path, parent=PARENT, child=CHILD + change)

    assert list(read_rulebook("child", folder).indicators) == ["loans"]


def test_given_children_for_a_leaf_then_it_becomes_a_group(tmp_path: Path) -> None:
    change = """\
indicators:
  loans:
    indicators:
      farm: {name: 涉农, weight: {value: 100, clause: 县}, measure: a, family: indicators, basis: stock, method: rate}
"""
    placed = list(read_rulebook("child", _write(tmp_path, parent=PARENT, child=CHILD + change)).placed())

    assert [(one.code, one.parent, one.full_points, one.indicator.leaf) for one in placed] == [
        ("loans", None, 60, False),
        ("farm", "loans", 60, True),
        ("outlets", None, 40, True),
    ]


def test_given_the_same_policy_in_another_layout_then_the_hash_is_the_same(tmp_path: Path) -> None:
    other = PARENT.replace("full_scale: {value: 100, clause: 一}", "full_scale:\n    clause: 一\n    value: 100")
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    one, two = _write(tmp_path / "one", parent=PARENT), _write(tmp_path / "two", parent=other)

    assert read_rulebook("parent", one).content_hash == read_rulebook("parent", two).content_hash


FAULTS = {
    "weights do not close": (
        "value: 60",
        "value: 59",
        "第 15 行 indicators：“上级办法”下各指标权重合计为 99，应为 100",
    ),
    "unknown method": ("method: share_of_total", "method: average", "第 22 行 indicators.loans.method："),
    "misspelt key": ("quota_mode:", "qouta_mode:", "第 9 行 allocation.qouta_mode：没有这样的项"),
    "missing key": ("    measure: loans\n", "", "第 16 行 indicators.loans：指标“贷款”缺少 measure"),
    "no clause": (
        "{value: 3, clause: 三}",
        "{value: 3}",
        "第 13 行 participation.disqualification_years.clause：缺少这一项",
    ),
    "negative weight": ("value: 60", "value: -60", "第 18 行 indicators.loans.weight.value："),
    "unit below a fen": ("value: 10000,", "value: 0.001,", "第 10 行 allocation.rounding_unit.value："),
    "not a date": ("2020-01-01", "去年", "第 4 行 effective_from："),
    "broken YAML": ("warnings: {}", "warnings: {", "第 16 行：不是合格的 YAML"),
    "double key": ("warnings: {}", "warnings: {}\nwarnings: {}", "第 15 行：不是合格的 YAML"),
    "another code": ("code: parent", "code: other", "：code 应为 'parent'"),
}


@pytest.mark.parametrize(("right", "wrong", "said"), FAULTS.values(), ids=FAULTS.keys())
def test_given_a_fault_then_the_message_names_file_line_and_key(
    tmp_path: Path, right: str, wrong: str, said: str
) -> None:
    message = _fault(_write(tmp_path, parent=PARENT.replace(right, wrong, 1)), "parent")

    assert message.startswith("…/parent/rulebook.yaml")
    assert said in message, message


def test_given_a_fault_in_what_is_inherited_then_the_parents_file_is_named(tmp_path: Path) -> None:
    folder = _write(tmp_path, parent=PARENT.replace("method: share_of_total", "method: average", 1), child=CHILD)

    assert _fault(folder, "child").startswith("…/parent/rulebook.yaml 第 22 行 indicators.loans.method：")


def test_given_a_fault_in_the_change_then_the_childs_file_is_named(tmp_path: Path) -> None:
    change = "indicators:\n  loans:\n    weight: {value: many, clause: 县四}\n"
    folder = _write(tmp_path, parent=PARENT, child=CHILD + change)

    assert _fault(folder, "child").startswith("…/child/rulebook.yaml 第 8 行 indicators.loans.weight.value：")


def test_given_a_group_that_also_names_a_measure_then_it_is_refused(tmp_path: Path) -> None:
    change = """\
indicators:
  loans:
    measure: loans
    indicators:
      farm: {name: 涉农, weight: {value: 100, clause: 县}, measure: a, family: indicators, basis: stock, method: rate}
"""
    folder = _write(tmp_path, parent=PARENT, child=CHILD + change)

    assert "指标“贷款”下有分指标，不能再写 measure" in _fault(folder, "child")


def test_given_several_faults_then_each_has_a_line(tmp_path: Path) -> None:
    broken = PARENT.replace("share_of_total", "average").replace("value: stock", "value: guess")

    assert len(re.findall(r"第 \d+ 行", _fault(_write(tmp_path, parent=broken), "parent"))) == 3


def test_given_rule_books_that_inherit_from_each_other_then_the_circle_is_shown(tmp_path: Path) -> None:
    folder = _write(tmp_path, child=CHILD, parent=PARENT + "parent: child\n")

    assert _fault(folder, "child").startswith(
        "…/parent/rulebook.yaml 第 30 行 parent：考核办法互相继承：child → parent → child（RB-E05）"
    )


def test_given_an_unknown_code_then_the_known_ones_are_listed(tmp_path: Path) -> None:
    assert _fault(_write(tmp_path, parent=PARENT), "nowhere").startswith("没有考核办法 'nowhere'；现有：parent")
    with pytest.raises(RulebookError, match="没有考核办法"):
        read_rulebook("../parent", tmp_path)
