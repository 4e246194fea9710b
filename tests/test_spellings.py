"""Customary spellings: generated from data for the banks that a register states, whole; what two claim is nobody's."""

from __future__ import annotations

import csv
from datetime import date
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cunfang.institution import Entry, Register, name_form
from cunfang.settings import INCLUDE
from cunfang.spellings import customs, place_of, register_of

END, MID = date(2025, 12, 31), date(2025, 7, 1)
DAWU = place_of("420922", "大悟县")


@pytest.fixture(scope="module")
def dawu() -> Register:
    """The register of the sample county."""
    folder = INCLUDE / "sample" / "canonical" / "420922" / "2025-Q4" / "institutions"
    rows = csv.DictReader(next(folder.iterdir()).open(encoding="utf-8-sig"))
    return register_of(
        [Entry(r["institution"], r["name"], (r["short_name"], *r["aliases"].split(";")), r["type"]) for r in rows],
        END,
        DAWU,
    )


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("中国工商银行股份有限公司大悟支行", "ICBC"),
        ("中国工商银行大悟县支行", "ICBC"),
        ("工行大悟支行营业部", "ICBC"),
        ("县工行", "ICBC"),
        ("ICBC（大悟县）", "ICBC"),
        ("中国银行", "BOC"),
        ("中行大悟县支行", "BOC"),
        ("邮储", "PSBC"),
        ("农业发展银行大悟县支行", "ADBC"),
        ("湖北银行大悟县支行", "HBB"),
        ("湖北大悟农村商业银行", "DWRCB"),
        ("大悟县农村信用合作联社", "DWRCB"),
        ("信用社", "DWRCB"),
    ],
)
def test_how_offices_write_a_bank_is_understood(dawu: Register, written: str, code: str) -> None:
    assert dawu.resolve(written) == code


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("农业开展银行", ["中国农业发展银行大悟县支行"]),
        ("中国工伤银行大悟县支行", ["中国工商银行股份有限公司大悟县支行"]),
        ("农村商业银形", ["湖北大悟农村商业银行股份有限公司"]),
        ("邮蓄银行", ["中国邮政储蓄银行股份有限公司大悟县支行"]),
        ("中国银行股份", ["中国银行股份有限公司大悟支行"]),
    ],
)
def test_a_misspelt_bank_is_named_and_no_other(dawu: Register, written: str, named: list[str]) -> None:
    assert dawu.resolve(written) is None
    assert dawu.nearest(written) == named


@pytest.mark.parametrize(
    "written", ["招商银行", "交行", "张三公司", "国家税务局", "孝昌县农商行", "中国平安保险", "建航", "支行", "（）"]
)
def test_where_nothing_is_near_nothing_is_suggested(dawu: Register, written: str) -> None:
    assert (dawu.resolve(written), dawu.hint(written)) == (None, "没有相近的名称")


def test_of_two_village_banks_the_generic_name_is_nobody_s_until_one_has_closed() -> None:
    first = Entry("A", "大悟甲村镇银行股份有限公司", ("甲村镇",), "村镇银行", closed_on=MID)
    second = Entry("B", "大悟乙村镇银行股份有限公司", ("乙村镇",), "村镇银行")

    before = register_of([first, second], date(2025, 6, 30), DAWU)
    assert (before.resolve("村镇银行"), before.resolve("乙村镇")) == (None, "B")
    assert set(before.nearest("大悟村镇银行")) == {first.name, second.name}
    assert register_of([first, second], END, DAWU).resolve("村镇银行") == "B"


def test_the_old_name_belongs_to_the_predecessor_that_has_a_row_and_else_to_the_successor() -> None:
    union = Entry("RCC", "大悟县农村信用合作联社", (), "农商行", closed_on=MID, successor="RCB")
    bank = Entry("RCB", "湖北大悟农村商业银行股份有限公司", (), "农商行", opened_on=MID)

    both = register_of([union, bank], END, DAWU)
    assert {both.resolve(name) for name in ("信用社", "农信社", "大悟县信用联社")} == {"RCC"}
    assert {both.resolve(name) for name in ("农商行", "大悟农商银行", "农合行")} == {"RCB"}
    alone = register_of([bank], END, DAWU)
    assert {alone.resolve(name) for name in ("信用社", "农合行", "农商行")} == {"RCB"}


def test_a_row_that_names_two_national_banks_is_given_no_customary_names() -> None:
    odd = Entry("X", "工行农行联合网点", ("工行", "农行"), "国有大行")
    register = register_of([odd], END, DAWU)

    assert register.resolve("中国工商银行") is None
    assert register.resolve("工行") == "X"


def test_a_region_without_a_name_has_no_county_in_its_names() -> None:
    register = register_of([Entry("ICBC", "中国工商银行", ("工行",), "国有大行")], END, place_of("999999", "999999"))

    assert register.resolve("工商银行") == "ICBC"
    assert register.resolve("工行支行") is None
    assert register.nearest("工行支行") == ["中国工商银行"]


def test_every_name_that_the_published_list_knows_is_in_the_data() -> None:
    known = {name_form(word) for one in customs().nationals for word in one.names}
    for word in ("工行", "工商", "ICBC", "中国交通银行", "PSBC", "深发银行", "徽商银行", "渤海银行", "广东发展银行"):
        assert name_form(word) in known
    corrupted = ("农业开展银行", "微商银行")
    assert known.isdisjoint(corrupted)


@settings(max_examples=40, deadline=None)
@given(st.sets(st.sampled_from(customs().nationals), min_size=1, max_size=6))
def test_whichever_banks_a_county_has_no_spelling_of_one_resolves_to_another(banks: set) -> None:  # type: ignore[type-arg]
    entries = [Entry(one.name, f"{one.name}大悟县支行", (), "国有大行") for one in banks]
    register = register_of(entries, END, DAWU)

    for one in banks:
        for word in one.names:
            for written in (word, f"{word}大悟支行", f"大悟县{word}", f"{word}股份有限公司大悟县支行"):
                assert register.resolve(written) == one.name


def test_no_two_national_banks_share_a_name() -> None:
    for one, other in combinations(customs().nationals, 2):
        assert {name_form(word) for word in one.names}.isdisjoint(name_form(word) for word in other.names)
