"""A rule book's file is not trusted: whatever it holds ends in words, with the line, in either language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.rulebook.books import BOOK, write

from cunfang.rulebook import RulebookError, read_rulebook
from cunfang.rulebook.lint import lint
from cunfang.rulebook.source import BYTES, DEPTH, NODES

BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))
RESERVES = "\n  reserve_amount: {value: 5, clause: 二}\n  reserve_share: {value: 0.1, clause: 二}"
HOSTILE: dict[str, tuple[str, str, str]] = {
    "tab": (BOOK.replace("  loans:", "\tloans:"), "RB-E02", "用制表符"),
    "key twice": (BOOK + "name: 又一个\n", "RB-E02", "name 写了两次，第一次在第 2 行"),
    "bracket left open": (BOOK.replace("warnings: {}", "warnings: {"), "RB-E02", "写法不对"),
    "two documents": (BOOK + "---\ncode: book\n", "RB-E02", "几份文档"),
    "a list": ("- 1\n- 2\n", "RB-E02", "键: 值"),
    "empty": ("", "RB-E02", "键: 值"),
    "a list as key": (BOOK + "? [a, b]\n: 1\n", "RB-E02", "键不是文字"),
    "no such day": (BOOK.replace("2020-01-01", "2020-02-30"), "RB-E02", "2020-02-30 不能当作日期"),
    "endless": (BOOK.replace("value: 60", "value: .inf"), "RB-E02", ".inf 不能当作数"),
    "beyond all money": (BOOK.replace("value: 60", "value: 1.0e+400"), "RB-E02", "不能当作数"),
    "a digit too many": (BOOK.replace("value: 60", "value: " + "9" * 5000), "RB-E02", "不能当作整数"),
    "bomb": (BOMB, "RB-E03", "锚点"),
    "merge": (BOOK.replace("  loans:", "  loans: &x") + "more:\n  <<: *x\n", "RB-E03", "锚点"),
    "a tag": (BOOK.replace("name: 县办法", "name: !!python/object:os.system 县办法"), "RB-E03", "类型标记"),
    "too deep": ("a: " + "[" * (DEPTH + 5) + "]" * (DEPTH + 5), "RB-E03", "套叠"),
    "very deep": ("a: " + "[" * 5000, "RB-E03", "套叠"),
    "too many": ("a: [" + "x," * (NODES + 1) + "]", "RB-E03", "多于"),
    "too large": ("# " + "x" * BYTES, "RB-E03", "512 KB"),
    "a parent outside": (BOOK + "parent: ../../etc\n", "RB-E01", "没有上级办法"),
    "a number for a parent": (BOOK + "parent: 5\n", "RB-E01", "没有上级办法"),
    "its own parent": (BOOK + "parent: book\n", "RB-E05", "book → book"),
    "a number for terms": (BOOK.replace("measure: loans", "measure: 5"), "RB-E12", "应是列表"),
    "text for a number": (BOOK.replace("value: 60", "value: 六十"), "RB-E12", "应是数"),
    "a word that is none": (
        BOOK.replace("value: stock", "value: guess"),
        "RB-E12",
        "应为 stock、stock_less_reserve、fixed 之一",
    ),
    "a reserve of nothing": (BOOK.replace("value: stock", "value: stock_less_reserve"), "RB-E18", "只写一个"),
    "two reserves": (
        BOOK.replace("value: stock, clause: 二}", "value: stock_less_reserve, clause: 二}" + RESERVES),
        "RB-E18",
        "只写一个",
    ),
    "a reserve that nothing is kept for": (
        BOOK.replace("value: stock, clause: 二}", "value: stock, clause: 二}" + RESERVES),
        "RB-E18",
        "stock 用不到 reserve_amount、reserve_share",
    ),
    "not a share": (
        BOOK.replace("  scheme:", "  concentration_cap: {value: 30, clause: 二}\n  scheme:"),
        "RB-E12",
        "应不大于 1",
    ),
    "no text in quotes": (BOOK.replace("name: 县办法", "name: 2025"), "RB-E12", "数字请加引号"),
    "a slip of the pen": (BOOK.replace("family: pboc", "famly: pboc"), "RB-E11", "是不是想写 family"),
    "no clause": (BOOK.replace("{value: 60, clause: 四}", "{value: 60}"), "RB-E10", "clause"),
}


@pytest.mark.parametrize(("content", "rule", "words"), HOSTILE.values(), ids=HOSTILE)
def test_given_a_file_that_cannot_be_taken_then_rule_line_and_words_say_why(
    tmp_path: Path, content: str, rule: str, words: str
) -> None:
    found = lint("book", write(tmp_path, book=content))

    assert rule in {flaw.rule for flaw in found}
    (said,) = [flaw for flaw in found if flaw.rule == rule][:1]
    assert words in said.text()
    assert said.line > 0 or rule == "RB-E03"
    english = said.text("en")
    assert "{" not in said.text().replace("{value: …", "")
    assert not re.search(r"[一-鿿]", said.what("en").replace("县办法", "").replace("六十", "")), english
    with pytest.raises(RulebookError, match=rule):
        read_rulebook("book", tmp_path)


def test_given_bytes_that_are_no_text_then_the_line_is_named(tmp_path: Path) -> None:
    write(tmp_path, book=BOOK)
    (tmp_path / "book" / "rulebook.yaml").write_bytes(BOOK.encode("utf-8") + "县".encode("gb18030"))

    (found,) = lint("book", tmp_path)

    assert (found.rule, found.line) == ("RB-E02", BOOK.count("\n") + 1)
    assert "UTF-8" in found.text()


def test_given_a_mark_at_the_beginning_then_the_file_is_read(tmp_path: Path) -> None:
    (write(tmp_path, book="") / "book" / "rulebook.yaml").write_bytes(b"\xef\xbb\xbf" + BOOK.encode())

    assert read_rulebook("book", tmp_path).code == "book"


def test_given_several_faults_then_all_are_named_with_their_lines(tmp_path: Path) -> None:
    spoilt = BOOK.replace("value: 60", "value: x").replace("value: stock", "value: y").replace("famil", "Famil")

    found = lint("book", write(tmp_path, book=spoilt))

    assert len({(flaw.line, flaw.key) for flaw in found}) >= 4
    assert all(flaw.level == "error" for flaw in found)


def test_given_many_digits_then_none_is_lost(tmp_path: Path) -> None:
    exact = BOOK.replace("value: 60", "value: 59.12345678901234567").replace("value: 40", "value: 40.87654321098765433")

    book = read_rulebook("book", write(tmp_path, book=exact))

    assert str(book.indicators["loans"].points.value) == "59.12345678901234567"  # type: ignore[union-attr]


def test_given_a_file_that_was_changed_then_it_is_read_anew(tmp_path: Path) -> None:
    before = lint("book", write(tmp_path, book=BOOK))
    after = lint("book", write(tmp_path, book=BOOK.replace("value: 60", "value: 600")))

    assert {flaw.kind for flaw in after} - {flaw.kind for flaw in before} == {"points_sum"}


LINES = BOOK.splitlines()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.integers(0, len(LINES) - 1),
    st.sampled_from(
        ["", "x", "- 1", "    value: []", "  {a: 1}", "null", "a: [b", "indicators: 5", "? x", "%", "'", "\0", "﻿"]
    ),
    st.integers(0, 2),
)
def test_given_any_line_replaced_then_it_reads_or_is_refused_in_words(
    tmp_path: Path, place: int, text: str, indent: int
) -> None:
    spoilt = "\n".join([*LINES[:place], " " * indent + text, *LINES[place + 1 :]]) + "\n"
    for flaw in lint("book", write(tmp_path, book=spoilt)):
        assert flaw.text("zh")
        assert flaw.text("en")
