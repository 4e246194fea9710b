"""A blank template: what is filled in comes back from the reader as it was meant, for every contract and layout."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from cunfang.documents.form import Entry, Form, forms
from cunfang.documents.template import NoTemplateError, blank_template, layouts_of
from cunfang.feeds.contract import Contract, Kind, Layout, contract, contracts
from cunfang.feeds.normalise import Typed, normalise
from cunfang.feeds.reader import read_bytes
from cunfang.feeds.record import Reading
from cunfang.period import Period

Q4 = Period(2025, 4)
COUNTY = "大悟县"
BANKS = ("工行", "农行", "中国建设银行股份有限公司大悟县支行", "=1+1银行", "@邮储")
EVERY = [
    (agreed, layout, unit)
    for agreed in contracts().values()
    for layout in agreed.layouts
    for unit in ("元", "万元")
    if layout.holds(Q4) and forms(agreed, [layout], COUNTY, Q4, unit)[0].unit in (unit, "" if unit == "元" else unit)
]
NAMES = [f"{agreed.feed}-{layout.name}-{unit}" for agreed, layout, unit in EVERY]
WORDS = st.text("甲乙丙丁戊己庚辛大小高中低", min_size=2, max_size=6)
CODES = st.from_regex(r"[A-Z]{2}[0-9]{4}", fullmatch=True)


def value_of(entry: Entry) -> st.SearchStrategy[Any]:
    """What a person may type under a heading."""
    places = {"亿元": 8, "万元": 6}.get(entry.unit, 2)
    money = st.decimals(Decimal("0.01"), Decimal("99999.99"), places=min(places, 4))
    match entry.kind:
        case Kind.MONEY:
            return money if entry.sign != "any" else money.map(lambda amount: -amount) | money
        case Kind.RATIO | Kind.NUMBER:
            return st.decimals(Decimal("0.01"), Decimal(90), places=2)
        case Kind.INTEGER:
            return st.integers(2000, 2030)
        case Kind.DATE:
            return st.dates(date(2025, 10, 1), date(2025, 12, 31)).map(lambda on: datetime.combine(on, time.min))
        case Kind.DATETIME:
            minutes = st.integers(0, 24 * 60 * 90)
            return minutes.map(lambda past: datetime.combine(Q4.start, time.min) + timedelta(minutes=past))
        case Kind.CHOICE | Kind.BOOLEAN | Kind.FEED:
            return st.sampled_from(entry.words)
        case Kind.ACCOUNT:
            return st.from_regex(r"0[0-9]{18}", fullmatch=True)
        case Kind.CODE:
            return CODES
        case Kind.PERIOD:
            return st.just("2026-Q1")
        case Kind.INSTITUTION | Kind.INSTITUTION_OPTIONAL | Kind.SUBJECT:
            return st.sampled_from(BANKS)
    return WORDS


def rows_of(form: Form) -> st.SearchStrategy[list[tuple[Any, ...]]]:
    """Rows in which what need not be filled in is left out now and then, but not all that a wide row is for."""
    cells = [value_of(entry) if entry.required else st.none() | value_of(entry) for entry in form.entries]
    named = st.tuples(*cells).filter(lambda row: row[0] is not None and row[-2:] != (None, None))
    return st.lists(named, min_size=1, max_size=6)


def fill(content: bytes, filled: dict[str, tuple[Form, list[tuple[Any, ...]]]]) -> bytes:
    """Type the rows in, as a person would."""
    book = load_workbook(io.BytesIO(content))
    for name, (form, rows) in filled.items():
        sheet = book[name]
        assert isinstance(sheet, Worksheet)
        for number, row in enumerate(rows, 3 + form.depth):
            for column, value in enumerate(row, 1):
                cell = sheet.cell(number, column)
                cell.value = float(value) if isinstance(value, Decimal) else value
                if isinstance(value, str):
                    cell.data_type = "s"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def taken(content: bytes, agreed: Contract) -> tuple[Reading, Typed]:
    reading = read_bytes(content, agreed, Reading("表样.xlsx", agreed.feed, "420922", Q4), county=COUNTY)
    return reading, normalise(agreed, reading, None, Q4, region=("420922", COUNTY))


def said(reading: Reading, typed: Typed) -> list[str]:
    return [f"{item.check} {item.where} {item.message}" for item in (*reading.findings, *typed.findings)]


@pytest.mark.parametrize(("agreed", "layout", "unit"), EVERY, ids=NAMES)
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_given_any_layout_when_filled_in_then_it_is_read_without_a_finding(
    agreed: Contract, layout: Layout, unit: str, data: st.DataObject
) -> None:
    [form] = forms(agreed, [layout], COUNTY, Q4, unit)
    rows = data.draw(rows_of(form))
    blank = blank_template(agreed, [layout], county=COUNTY, period=Q4, unit=unit)

    reading, typed = taken(fill(blank, {form.sheet: (form, rows)}), agreed)

    assert said(reading, typed) == []
    if layout.wide is None:
        assert len(typed.rows) == len(rows)
        for row, back in zip(rows, typed.rows, strict=True):
            for entry, value in zip(form.entries, row, strict=True):
                assert_same(entry, value, back.fields, agreed)
    else:
        metrics = len(layout.wide.metrics)
        filled = [value for row in rows for value in row[len(row) - metrics :] if value is not None]
        assert len(typed.rows) == len(filled)
        assert all(back.fields[layout.wide.value] is not None for back in typed.rows)


def assert_same(entry: Entry, value: Any, back: Any, agreed: Contract) -> None:
    column = next(item for item in agreed.columns if item.title == entry.heading or entry.heading in item.spellings)
    found = back[column.name]
    if column.type.institution:
        assert back[f"{column.name}_written"] == value
    elif value is None:
        assert found in (None, ())
    elif entry.kind is Kind.MONEY:
        factor = {"元": 1, "万元": 10_000}[entry.unit]
        assert found == (value * factor).quantize(Decimal("0.01"))
    elif entry.kind is Kind.DATE:
        assert found == value.date()
    elif entry.kind is Kind.CHOICE:
        assert found == column.choices[value]
    elif entry.kind is Kind.BOOLEAN:
        assert found is (value == "是")
    elif entry.kind is Kind.FEED:
        assert found == next(item.feed for item in contracts().values() if item.name == value)
    elif entry.kind is Kind.LIST:
        assert found == (value,)
    elif entry.kind is Kind.PERIOD:
        assert str(found) == value
    else:
        assert found == value


def test_given_a_feed_in_parts_when_asked_for_then_one_workbook_has_a_sheet_for_each() -> None:
    agreed = contract("bank_return")
    chosen = layouts_of(agreed, "", Q4)
    content = blank_template(agreed, chosen, county=COUNTY, period=Q4)
    made = {form.sheet: form for form in forms(agreed, chosen, COUNTY, Q4, "元")}

    assert load_workbook(io.BytesIO(content)).sheetnames == [*made, "填报说明", "填报选项"]
    rows = [("工行", "0900420922100001234", Decimal("12.34"))]
    form = made["账户余额"]
    reading, typed = taken(fill(content, {"账户余额": (form, rows)}), agreed)
    assert said(reading, typed) == []
    assert typed.rows[0].fields["account"] == "0900420922100001234"


def test_given_a_blank_title_when_filled_below_only_then_the_time_is_asked_for() -> None:
    agreed = contract("pboc_credit")
    [form] = forms(agreed, layouts_of(agreed), "", None, "元")
    row = tuple("工行" if entry.kind is Kind.INSTITUTION else Decimal(1) for entry in form.entries)
    content = fill(blank_template(agreed, layouts_of(agreed)), {form.sheet: (form, [row])})

    reading, _ = taken(content, agreed)

    assert [item.check for item in reading.findings if item.blocking] == ["FILE-S027"]


def test_given_a_register_when_made_then_its_names_can_be_chosen_and_none_is_a_formula() -> None:
    agreed = contract("pboc_credit")
    content = blank_template(agreed, layouts_of(agreed), institutions=BANKS)

    book = load_workbook(io.BytesIO(content))
    assert [cell.value for cell in book["填报选项"]["A"]] == ["金融机构", *BANKS]
    rules = {str(rule.sqref): rule for rule in book.worksheets[0].data_validations.dataValidation}
    assert rules["A4:A2004"].formula1 == "'填报选项'!$A$2:$A$6"
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert not any(b"<f>" in package.read(name) for name in package.namelist())


def test_given_the_contract_when_made_then_types_signs_and_choices_are_held_while_typing() -> None:
    agreed = contract("accounts")
    book = load_workbook(io.BytesIO(blank_template(agreed, layouts_of(agreed), county=COUNTY, period=Q4)))
    sheet = book.worksheets[0]
    rules = {str(rule.sqref).partition("4")[0]: rule for rule in sheet.data_validations.dataValidation}

    assert (rules["A"].type, rules["A"].formula1) == ("custom", "ISTEXT(A4)")
    assert sheet["A10"].number_format == "@" and not sheet["A10"].protection.locked
    assert rules["D"].type == "list" and rules["H"].type == "date"
    assert sheet.protection.sheet and sheet["A3"].protection.locked
    assert "必填" in sheet["A3"].comment.text
    balances = contract("balances")
    sheet = load_workbook(io.BytesIO(blank_template(balances, layouts_of(balances)))).worksheets[0]
    amount = next(rule for rule in sheet.data_validations.dataValidation if str(rule.sqref).startswith("B"))
    assert (amount.type, amount.operator, amount.formula1) == ("decimal", "greaterThanOrEqual", "0")


def test_given_the_guide_when_read_by_a_person_then_it_says_columns_choices_and_due_day() -> None:
    agreed = contract("accounts")
    book = load_workbook(io.BytesIO(blank_template(agreed, layouts_of(agreed), county=COUNTY, period=Q4)))
    text = "\n".join(str(value) for row in book["填报说明"].iter_rows(values_only=True) for value in row if value)

    assert "2025年四季度为 2026-01-15" in text and "使用上期数据" in text
    for word in ("资金类别", "专项资金", "必填", "账号，按文字填写", "银行账号"):
        assert word in text


def test_the_same_form_is_made_of_the_same_bytes() -> None:
    agreed = contract("tax")
    assert blank_template(agreed, layouts_of(agreed), period=Q4) == blank_template(
        agreed, layouts_of(agreed), period=Q4
    )


def test_a_layout_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(NoTemplateError, match="office_dated"):
        layouts_of(contract("tax"), "nowhere")
