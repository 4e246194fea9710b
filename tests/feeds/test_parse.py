"""What offices write as numbers, days and times: understood or refused, never guessed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cunfang.feeds import parse
from cunfang.feeds.faults import Fault, FaultError
from cunfang.feeds.grid import text_of


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234.50", "1234.50"),
        ("1,234,567.8", "1234567.8"),
        ("１２，３４５．６", "12345.6"),
        (" 12 ", "12"),
        ("-3", "-3"),
        ("−3", "-3"),
        ("(1,234)", "-1234"),
        ("（８）", "-8"),
        ("△12.5", "-12.5"),
        ("+7", "7"),
        ("007", "7"),
    ],
)
def test_numbers_as_offices_write_them(text: str, value: str) -> None:
    assert parse.number(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    ["12a", "1,23", "1 234", "1.2.3", "12.", "1e5", "NaN", "Infinity", "①", "٣", "--3", "(3", "12,34.5"],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(FaultError) as caught:
        parse.number(text)
    assert caught.value.fault is Fault.NOT_A_NUMBER


@pytest.mark.parametrize("text", [".8", "．８", "-.8"])
def test_a_lost_integer_part_is_told_apart(text: str) -> None:
    with pytest.raises(FaultError) as caught:
        parse.number(text)
    assert caught.value.fault is Fault.LOST_DIGIT


@pytest.mark.parametrize(
    ("text", "unit", "yuan"),
    [("1.5", "元", "1.5"), ("1.5", "万元", "15000"), ("6078万元", "亿元", "60780000"), ("1亿元", "", "100000000")],
)
def test_money_is_exact_in_yuan(text: str, unit: str, yuan: str) -> None:
    assert parse.exact_yuan(text, unit) == Decimal(yuan)


def test_rounding_to_the_fen_is_half_up() -> None:
    assert [parse.to_fen(Decimal(text)) for text in ("0.005", "-0.005", "0.0049")] == [
        Decimal("0.01"),
        Decimal("-0.01"),
        Decimal("0.00"),
    ]


@pytest.mark.parametrize(("text", "unit", "value"), [("25", "%", "0.25"), ("25%", "", "0.25"), ("25％", "%", "0.25"), ("0.25", "", "0.25")])  # fmt: skip  # noqa: E501
def test_a_ratio_is_a_share_of_one(text: str, unit: str, value: str) -> None:
    assert parse.ratio(text, unit) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "2025-12-31",
        "2025/12/31",
        "2025.12.31",
        "20251231",
        "2025年12月31日",
        "２０２５－１２－３１",
        "2025-12-31 00:00:00",
    ],
)
def test_days_as_offices_write_them(text: str) -> None:
    assert parse.day(text) == date(2025, 12, 31)


@pytest.mark.parametrize(
    "text",
    ["2025-02-30", "20xx-12-31", "46022", "31.12.2025", "2025-12/31", "2025-12-31 09:00"],
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(FaultError) as caught:
        parse.day(text)
    assert caught.value.fault is Fault.NOT_A_DATE


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-10-09 09:30", datetime.fromisoformat("2025-10-09T09:30")),
        ("2025-10-09T09:30:15", datetime.fromisoformat("2025-10-09T09:30:15")),
        ("2025年10月9日 9时30分", datetime.fromisoformat("2025-10-09T09:30")),
        ("2025/10/9", datetime.fromisoformat("2025-10-09T00:00")),
    ],
)
def test_moments_as_offices_write_them(text: str, moment: datetime) -> None:
    assert parse.moment(text) == moment


@pytest.mark.parametrize("text", ["2025-10-09 25:00", "09:30", "明天"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(FaultError) as caught:
        parse.moment(text)
    assert caught.value.fault is Fault.NOT_A_DATE


def test_the_other_types_refuse_what_they_do_not_know() -> None:
    refused: dict[Fault, Callable[[], object]] = {
        Fault.NOT_A_BOOLEAN: lambda: parse.boolean("也许"),
        Fault.NOT_AN_INTEGER: lambda: parse.integer("1.5"),
        Fault.NOT_A_CODE: lambda: parse.code("A B"),
        Fault.NOT_A_CHOICE: lambda: parse.choice("丙", {"甲": "a"}),
        Fault.ACCOUNT_DIGITS: lambda: parse.account("6.22202E+18"),
        Fault.OUT_OF_RANGE: lambda: parse.exact_yuan("99999999999999999", "元"),
    }
    for fault, attempt in refused.items():
        with pytest.raises(FaultError) as caught:
            attempt()
        assert caught.value.fault is fault


def test_the_other_types_take_what_they_know() -> None:
    assert [parse.boolean(word) for word in ("true", "是", "FALSE", "否")] == [True, True, False, False]
    assert parse.parts("工行；工商银行; ICBC;") == ("工行", "工商银行", "ICBC")
    assert parse.account(" 9900 4209 ") == "99004209"
    assert parse.choice(" 甲 ", {"甲": "a"}) == "a"


@given(st.decimals(-(10**9), 10**9, places=4))
def test_a_number_in_a_workbook_cell_is_read_as_it_is_shown(value: Decimal) -> None:
    assert parse.number(text_of(float(value))) == value


@given(st.decimals(-(10**12), 10**12, places=2))
def test_money_with_separators_is_read_back(value: Decimal) -> None:
    assert parse.number(f"{value:,.2f}") == value
