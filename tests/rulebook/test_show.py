"""A rule book shown whole: every value with clause, origin and source; and as one document that stands by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.rulebook.books import BOOK, write

from cunfang.rulebook import RulebookError, read_rulebook, rulebook_codes
from cunfang.rulebook.show import as_yaml, changes, label, parts, resolved

CHILD = """\
code: child
name: 乡办法
document: 文件
effective_from: 2021-01-01
parent: book
indicators:
  loans:
    points: {value: 70, clause: 乡四, origin: ours}
    gate: {operator: ">", value: 0, clause: 乡五}
  outlets: null
  staff:
    name: 人数
    points: {value: 30, clause: 乡六, origin: derived}
    measure: staff
    family: indicators
    basis: stock
    method: share_of_total
allocation:
  min_leg: {value: 5, clause: 乡七}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path, book=BOOK, child=CHILD)


def test_given_a_child_then_each_part_says_its_clause_its_origin_and_the_book_it_comes_from(folder: Path) -> None:
    found = {part.path: part for part in parts(resolved("child", folder))}

    own, inherited = found["indicators.loans.points"], found["allocation.rounding_unit"]
    assert (own.value, own.clause, own.origin, own.book, own.line) == ("70", "乡四", "ours", "child", 8)
    assert (inherited.value, inherited.clause, inherited.origin) == ("10000", "二", "stated")
    assert (inherited.book, inherited.line) == ("book", 10)
    assert found["indicators.loans.measure"].book == "book"
    assert found["indicators.loans.gate"].value == "operator >，value 0"
    assert not [path for path in found if path.startswith("indicators.outlets")]


def test_given_orders_that_no_document_states_then_they_are_shown_as_defaults_of_ours(folder: Path) -> None:
    stated = BOOK.replace("code: book", "code: said") + "orders: {execute_workdays: {value: 7, clause: 八}}\n"
    write(folder, said=stated)

    silent = {part.path: part for part in parts(resolved("child", folder))}
    told = {part.path: part for part in parts(resolved("said", folder))}

    shown = silent["orders.execute_workdays"]
    assert (shown.value, shown.clause, shown.origin, shown.book, shown.line) == ("5", "S13", "ours", "默认", 0)
    assert (told["orders.execute_workdays"].value, told["orders.execute_workdays"].book) == ("7", "said")
    assert told["orders.max_drift"].book == "默认"
    (change,) = [one for one in changes(resolved("book", folder), resolved("said", folder)) if "orders" in one.path]
    assert (change.kind, change.path) == ("changed", "orders.execute_workdays")


def test_given_a_part_then_it_is_labelled_with_the_names_of_the_indicators(folder: Path) -> None:
    assert label(resolved("child", folder), "indicators.loans.points") == "贷款余额 › points"


def test_given_a_child_and_its_parent_then_what_was_added_changed_and_taken_out_is_named_with_both_clauses(
    folder: Path,
) -> None:
    found = {one.path: one for one in changes(resolved("book", folder), resolved("child", folder))}

    points = found["indicators.loans.points"]
    assert points.kind == "changed"
    assert points.before is not None
    assert points.after is not None
    assert (points.before.value, points.before.clause) == ("60", "四")
    assert (points.after.value, points.after.clause) == ("70", "乡四")
    assert found["indicators.staff.points"].kind == "added"
    assert found["indicators.outlets.points"].kind == "removed"
    assert found["allocation.min_leg"].kind == "changed"
    assert "allocation.rounding_unit" not in found
    assert {"name", "effective_from"} <= set(found)
    assert not {"code", "parent"} & set(found)


def test_given_a_rule_book_and_itself_then_nothing_differs(folder: Path) -> None:
    assert changes(resolved("child", folder), resolved("child", folder)) == ()


def test_given_the_same_value_under_another_clause_then_it_is_a_change(folder: Path) -> None:
    write(folder, other=BOOK.replace("code: book", "code: other").replace("clause: 三}", "clause: 三甲}", 1))

    found = changes(resolved("book", folder), resolved("other", folder))

    assert [one.path for one in found] == ["participation.disqualification_years"]


@pytest.mark.parametrize("code", rulebook_codes())
def test_given_a_shipped_rule_book_as_one_yaml_then_it_is_the_same_policy(tmp_path: Path, code: str) -> None:
    plain = as_yaml(resolved(code))
    book = read_rulebook(code)
    if book.policy is not None:
        write(tmp_path, **{book.policy.code: as_yaml(resolved(book.policy.code))})

    alone = read_rulebook(code, write(tmp_path, **{code: plain}))

    loose = {"parent": None, "policy": None}
    assert alone.parent is None
    assert alone.model_copy(update=loose).content_hash == book.model_copy(update=loose).content_hash


@pytest.mark.parametrize("code", rulebook_codes())
def test_given_a_shipped_rule_book_then_every_parameter_shown_has_a_clause_and_a_line(code: str) -> None:
    found = parts(resolved(code))

    assert all(part.line > 0 and part.book and part.file for part in found)
    assert all(part.clause for part in found if part.origin)
    assert len({part.path for part in found}) == len(found)


def test_given_a_file_that_cannot_be_read_then_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match="RB-E02"):
        resolved("book", write(tmp_path, book="\t"))
