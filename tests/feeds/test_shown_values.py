"""What a cell shows is what is taken: units and shares by format, day numbers, marked numbers; else a finding."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from office_sheets import BALANCES, PRUDENTIAL
from ole_container import xls
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from test_reader_faults import faults, only

from cunfang.feeds import parse
from cunfang.feeds.contract import contract
from cunfang.feeds.faults import Fault, FaultError
from cunfang.feeds.normalise import Typed, normalise
from cunfang.feeds.reader import read
from cunfang.finding import Klass
from cunfang.period import Period

Q4 = Period.parse("2025-Q4")


def formatted(path: Path, cells: dict[str, tuple[object, str]], *, mac: bool = False) -> Path:
    """The balances with some cells in a number format; no total."""
    book = openpyxl.load_workbook(BALANCES.with_cell(5, 4, None).xlsx(path))
    if mac:
        book.epoch = CALENDAR_MAC_1904
    for name, (value, code) in cells.items():
        cell = book.worksheets[0][name]
        cell.value, cell.number_format = value, code
    book.save(path)
    return path


def typed(path: Path, feed: str = "balances") -> Typed:
    reading = read(path, contract(feed), "420922", Q4)
    assert not reading.blocked, reading.findings
    return normalise(contract(feed), reading, None, Q4)


@pytest.mark.parametrize(
    ("value", "code", "yuan"),
    [
        (35055, '#,##0"万元"', "350550000.00"),
        (3.5055, '0.00"亿元"', "350550000.00"),
        (3.5055, '0.0000"亿"', "350550000.00"),
        (350550000.12, '#,##0.00"元"', "350550000.12"),
        (35055, "#,##0.00", "350550000.00"),
    ],
)
def test_given_a_format_that_prints_a_unit_when_typed_then_the_amount_is_what_is_shown(
    tmp_path: Path, value: float, code: str, yuan: str
) -> None:
    rows = typed(formatted(tmp_path / "余额.xlsx", {"E4": (value, code)})).rows
    assert rows[0].fields["balance"] == Decimal(yuan)


def test_given_units_by_format_when_totalled_then_the_sum_is_of_what_is_shown(tmp_path: Path) -> None:
    path = formatted(tmp_path / "余额.xlsx", {"E4": (0.123456, '0.000000"亿元"'), "E6": (1734.56, "General")})
    assert faults(path) == []
    path = formatted(tmp_path / "余额.xlsx", {"E4": (0.123456, '0.000000"亿元"'), "E6": (500.12, "General")})
    assert only(faults(path)).check == Fault.TOTAL


@pytest.mark.parametrize("code", ["0!.0,", '0\\.0,"万"', "#,##0,", '0.00"千元"'])
def test_given_a_format_that_scales_when_typed_then_the_cell_is_named(tmp_path: Path, code: str) -> None:
    found = only(faults(formatted(tmp_path / "余额.xlsx", {"E4": (350550000, code)})))
    assert (found.check, found.klass, found.cell) == (Fault.SCALED, Klass.VALIDITY, "E4")
    assert "350550000" in found.message


@pytest.mark.parametrize(("mac", "number"), [(False, 46022), (True, 44560)])
def test_given_a_day_number_without_format_when_typed_then_the_day_it_would_be_is_said(
    tmp_path: Path, mac: bool, number: int
) -> None:
    found = only(faults(formatted(tmp_path / "余额.xlsx", {"F4": (number, "General")}, mac=mac)))
    assert (found.check, found.cell) == (Fault.SERIAL_DAY, "F4")
    assert "2025-12-31" in found.message


@pytest.mark.parametrize("mac", [False, True])
@pytest.mark.parametrize(("value", "code"), [(date(2026, 6, 30), "yyyy-mm-dd"), (20260630, "General")])
def test_given_a_day_when_typed_then_it_is_right_in_both_date_systems(
    tmp_path: Path, mac: bool, value: object, code: str
) -> None:
    rows = typed(formatted(tmp_path / "余额.xlsx", {"F4": (value, code)}, mac=mac)).rows
    assert rows[0].fields["matures_on"] == date(2026, 6, 30)


def test_given_a_share_with_its_sign_in_quotes_when_typed_then_it_counts_in_per_cent(tmp_path: Path) -> None:
    path = tmp_path / "指标.xlsx"
    book = openpyxl.load_workbook(PRUDENTIAL.xlsx(path))
    cell = book.worksheets[0]["D3"]
    cell.value, cell.number_format = 0.93, '0.00"%"'
    book.save(path)
    rows = typed(path, "pboc_prudential").rows
    assert next(row for row in rows if row.cells["value"] == "D3").fields["value"] == Decimal("0.0093")


@pytest.mark.parametrize(
    "text", ["35055①", "1,234*", "1234 注1", "12.5(2)", "-3[1]", "5000万元②", "1234²", "25%※", "（1,234）＊"]
)
def test_given_a_mark_behind_a_number_when_typed_then_it_is_refused_by_name(text: str) -> None:
    with pytest.raises(FaultError) as caught:
        parse.exact_yuan(text, "万元")
    assert caught.value.fault is Fault.MARKED_NUMBER


@pytest.mark.parametrize("text", ["2025年12月", "2025-12", "2025.12", "2025年12月末", "二〇二五年十二月"])
def test_given_a_month_where_a_day_belongs_then_no_day_is_guessed(text: str) -> None:
    with pytest.raises(FaultError) as caught:
        parse.day(text)
    assert caught.value.fault is Fault.MONTH_ONLY


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("二〇二五年十二月三十一日", date(2025, 12, 31)),
        ("二○二五年一月二十日", date(2025, 1, 20)),
        ("二零二五年十月十日", date(2025, 10, 10)),
        ("二〇二五年二月廿八日", date(2025, 2, 28)),
        ("2025年12月31号", date(2025, 12, 31)),
    ],
)
def test_days_written_out_in_chinese(text: str, day: date) -> None:
    assert parse.day(text) == day


@pytest.mark.parametrize("text", ["二〇二五年十三月一日", "二〇二五年二月三十日", "二〇二五年十二月卅二日"])
def test_days_written_out_that_do_not_exist(text: str) -> None:
    with pytest.raises(FaultError) as caught:
        parse.day(text)
    assert caught.value.fault is Fault.NOT_A_DATE


def test_given_an_old_workbook_of_1904_when_typed_then_its_days_are_right(tmp_path: Path) -> None:
    form = BALANCES.with_cell(3, 5, 44741).with_cell(5, 4, None)
    path = tmp_path / "余额.xls"
    path.write_bytes(xls(form.sheet, form.cells, form.merged, formats={(3, 5): "yyyy-mm-dd"}, date1904=True))
    assert typed(path).rows[0].fields["matures_on"] == date(2026, 6, 30)


def test_given_formats_in_an_old_workbook_when_typed_then_they_count_as_in_a_new_one(tmp_path: Path) -> None:
    form = BALANCES.with_cell(3, 4, 3.5).with_cell(4, 4, 35).with_cell(5, 4, None)
    path = tmp_path / "余额.xls"
    codes = {(3, 4): '0.00"亿元"', (4, 4): "0!.0,"}
    path.write_bytes(xls(form.sheet, form.cells, form.merged, formats=codes, hidden_rows=[3], hidden_columns=[5]))
    found = [(one.check, one.cell) for one in faults(path)]
    assert found == [(Fault.HIDDEN_PART, "A4"), (Fault.HIDDEN_PART, "F1"), (Fault.SCALED, "E5")]
    rows = normalise(contract("balances"), read(path, contract("balances"), "420922", Q4), None, Q4).rows
    assert rows[0].fields["balance"] == Decimal("350000000.00")


@pytest.mark.parametrize(("others", "check"), [([1.0], None), ([None], Fault.NO_CACHED_VALUE)])
def test_given_an_old_formula_without_result_when_no_formula_has_one_then_it_was_never_computed(
    tmp_path: Path, others: list[float | None], check: Fault | None
) -> None:
    form = BALANCES.with_cell(5, 4, None)
    formulas = {(3, 5): None, **{(20 + at, 8): value for at, value in enumerate(others) if value is not None}}
    path = tmp_path / "余额.xls"
    path.write_bytes(xls(form.sheet, form.cells, form.merged, formulas=formulas))
    found = {one.check for one in faults(path) if one.cell == "F4"}
    assert found == ({check} if check else set())
