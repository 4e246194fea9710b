"""Text tables: encodings with and without mark, separators; what is read is what was written."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cunfang.feeds.separated import decode, read_separated, separator

TABLE = [["账号", "开户行", "余额"], ["9900420922010001", "工行", "1,234,567.80"], ["002", "湖北银行；孝感", "5"]]
WORDS = st.text(st.characters(codec="gb18030", exclude_characters="\0\r"), min_size=1)
CODINGS = ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]


def written(table: list[list[str]], sign: str) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=sign).writerows(table)
    return text.getvalue()


@pytest.mark.parametrize("sign", [",", "\t", ";"])
@pytest.mark.parametrize("coding", CODINGS)
def test_given_a_text_table_when_read_then_encoding_and_separator_are_told(sign: str, coding: str) -> None:
    assert read_separated(written(TABLE, sign).encode(coding)) == TABLE


@given(
    st.lists(
        st.lists(WORDS, min_size=3, max_size=3),
        min_size=2,
        max_size=9,
    ),
    st.sampled_from([coding for coding in CODINGS if coding.startswith("utf-16")]),
)
def test_given_a_header_when_read_as_utf_16_then_every_text_comes_back(rows: list[list[str]], coding: str) -> None:
    text = written([["a1", "b1", "c1"], *rows], ",")
    assert decode(text.encode(coding)) == text


def test_given_lists_in_cells_when_the_separator_is_told_then_columns_decide() -> None:
    text = "institution,name,aliases\nICBC,工行,工行;工商银行;中国工商银行\nABC,农行,农行;农业银行;中国农业银行\n"
    assert separator(text) == ","


def test_given_thousands_in_tab_separated_text_when_the_separator_is_told_then_columns_decide() -> None:
    text = "机构\t存款\t贷款\n工行\t1,234,567.00\t2,345,678.00\n农行\t3,456,789.00\t4,567.00\n"
    assert separator(text) == "\t"
