"""Names: matched whole, valid on a day; a closed bank lives on in its successor (S32)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cunfang.institution import Entry, Register, circles, edit_distance, heirs, name_form

MID, END = date(2025, 7, 1), date(2025, 12, 31)


def _entry(
    code: str, *spellings: str, until: date | None = None, since: date | None = None, successor: str = ""
) -> Entry:
    return Entry(code, spellings[0], spellings[1:], "农商行", since, until, successor)


@pytest.mark.parametrize(
    "written", ["工行（大悟）", "工行(大悟)", "工行【大悟】", "工行-大悟", "工行—大悟", "工行 大悟", "　工行\n大悟"]
)
def test_brackets_hyphens_width_and_white_space_mean_nothing(written: str) -> None:
    assert Register.build([("ICBC", ["工行大悟"])]).resolve(written) == "ICBC"


def test_a_name_is_never_matched_by_a_part_of_it() -> None:
    register = Register.build([("BOC", ["中国银行"]), ("ICBC", ["中国工商银行"])])

    assert register.resolve("中国银行") == "BOC"
    assert [register.resolve(name) for name in ("中国", "银行", "中国银行业协会", "中国工商银行大悟支行")] == [None] * 4


def test_two_banks_with_one_name_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="名称“工行”同时属于 A行 和 B行"):
        Register.build([("A", ["A行", "工行"]), ("B", ["B行", "工行"])])


def test_a_name_that_went_to_another_bank_is_the_bank_s_that_has_it_on_the_day() -> None:
    entries = [_entry("RCC", "信用社", "大悟农信", until=MID), _entry("RCB", "农商行", "大悟农信", since=MID)]

    assert Register.of(entries, date(2025, 6, 30)).resolve("大悟农信") == "RCC"
    assert Register.of(entries, MID).resolve("大悟农信") == "RCB"


def test_the_name_of_a_closed_bank_goes_on_being_understood_as_that_bank() -> None:
    entries = [_entry("RCC", "信用社", until=MID, successor="RCB"), _entry("RCB", "农商行", since=MID)]

    assert Register.of(entries, END).resolve("信用社") == "RCC"


def test_what_the_register_states_outweighs_what_is_customary() -> None:
    stated = Entry("A", "甲村镇银行", ("村镇银行",), "村镇银行")
    customary = Entry("B", "乙村镇银行", (), "村镇银行", generated=("村镇银行", "乙村镇"))
    register = Register.of([customary, stated], END)

    assert (register.resolve("村镇银行"), register.resolve("乙村镇")) == ("A", "B")


def test_what_two_banks_may_be_called_is_nobody_s_and_both_are_named() -> None:
    entries = [Entry(code, f"{code}村镇银行", (), "村镇银行", generated=("村镇银行",)) for code in ("甲", "乙")]
    register = Register.of(entries, END)

    assert register.resolve("村镇银行") is None
    assert register.hint("村镇银行") == "乙村镇银行、甲村镇银行（“村镇银行”可以指其中任何一家，须写明是哪一家）"


@pytest.mark.parametrize(
    ("one", "other", "steps"), [("农行", "农行", 0), ("农行", "工行", 1), ("商工", "工商", 1), ("农商行", "行", 2)]
)
def test_edit_distance_counts_signs(one: str, other: str, steps: int) -> None:
    assert edit_distance(one, other, 5) == edit_distance(other, one, 5) == steps
    assert edit_distance(one, other, 0) == min(steps, 1)


def test_a_chain_of_successors_ends_at_the_bank_that_is_open() -> None:
    entries = [
        _entry("RCC", "信用社", until=date(2010, 1, 1), successor="CO"),
        _entry("CO", "农合行", since=date(2010, 1, 1), until=MID, successor="RCB"),
        _entry("RCB", "农商行", since=MID),
        _entry("VB", "村镇银行", until=MID, successor="RCB"),
        _entry("ICBC", "工行"),
    ]

    assert heirs(entries, END) == {"RCC": "RCB", "CO": "RCB", "RCB": "RCB", "VB": "RCB", "ICBC": "ICBC"}
    assert heirs(entries, date(2025, 6, 30)) == {"RCC": "CO", "CO": "CO", "RCB": "RCB", "VB": "VB", "ICBC": "ICBC"}


def test_a_bank_that_is_open_or_whose_successor_is_unknown_or_to_come_is_itself() -> None:
    entries = [
        _entry("A", "甲", successor="B"),
        _entry("B", "乙", since=date(2026, 1, 1)),
        _entry("C", "丙", until=MID, successor="X"),
        _entry("D", "丁", until=MID, successor="B"),
    ]

    assert heirs(entries, END) == {code: code for code in "ABCD"}


def test_a_circle_of_successors_is_told_and_leads_nowhere() -> None:
    entries = [
        _entry("A", "甲", until=MID, successor="B"),
        _entry("B", "乙", until=MID, successor="C"),
        _entry("C", "丙", until=MID, successor="B"),
    ]

    assert circles(entries) == {"A": ("B", "C", "B"), "B": ("B", "C", "B"), "C": ("C", "B", "C")}
    assert heirs(entries, END) == {"A": "A", "B": "B", "C": "C"}


CODES = st.sampled_from("ABCDEFG")


@given(
    st.lists(
        st.tuples(CODES, st.sampled_from([None, MID, date(2027, 1, 1)]), st.one_of(st.just(""), CODES)),
        unique_by=lambda row: row[0],
    )
)
def test_whatever_the_register_says_everybody_has_one_heir_and_an_heir_is_its_own(
    rows: list[tuple[str, date | None, str]],
) -> None:
    today = heirs([_entry(code, code, until=until, successor=successor) for code, until, successor in rows], END)

    assert today.keys() == {code for code, _, _ in rows}
    assert all(today[heir] == heir for heir in today.values())


@given(st.text("工行大悟县支行ＩＣＢＣicbc（）()【】-—－ \u3000", max_size=12))
def test_the_form_of_a_form_is_itself(name: str) -> None:
    assert name_form(name_form(name)) == name_form(name)
