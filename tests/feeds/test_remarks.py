"""What a file carries beside its table is said: macros, links, hidden parts, and the reader that had to be used."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
from office_sheets import BALANCES
from test_reader_faults import faults, only, zipped

from cunfang.feeds.contract import contract
from cunfang.feeds.faults import Fault
from cunfang.feeds.reader import read
from cunfang.finding import Klass
from cunfang.period import Period

Q4 = Period.parse("2025-Q4")


def changed(path: Path, parts: dict[str, bytes]) -> Path:
    path.write_bytes(zipped(parts, base=path))
    return path


def test_given_a_workbook_with_macros_when_read_then_they_are_named_and_the_table_is_read(tmp_path: Path) -> None:
    path = BALANCES.xlsx(tmp_path / "余额.xlsx").rename(tmp_path / "余额.xlsm")
    changed(path, {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 not a program"})
    found = only(faults(path))
    assert (found.check, found.klass) == (Fault.MACROS, Klass.QUALITY)
    assert "没有运行" in found.message
    assert len(read(path, contract("balances"), "420922", Q4).records) == 2


@pytest.mark.parametrize("part", ["xl/externalLinks/externalLink1.xml", "xl/connections.xml"])
def test_given_links_to_elsewhere_when_read_then_they_are_named(tmp_path: Path, part: str) -> None:
    path = changed(BALANCES.xlsx(tmp_path / "余额.xlsx"), {part: b"<externalLink/>"})
    assert only(faults(path)).check == Fault.LINKS


def test_given_hidden_rows_and_columns_with_content_when_read_then_they_are_read_and_named(tmp_path: Path) -> None:
    path = tmp_path / "余额.xlsx"
    book = openpyxl.load_workbook(BALANCES.xlsx(path))
    sheet = book.worksheets[0]
    sheet.row_dimensions[4].hidden = True
    sheet.row_dimensions[99].hidden = True
    sheet.column_dimensions["F"].hidden = True
    sheet.column_dimensions["K"].hidden = True
    book.save(path)
    found = faults(path)
    assert [(one.check, one.cell) for one in found] == [(Fault.HIDDEN_PART, "A4"), (Fault.HIDDEN_PART, "F1")]
    assert "第 4 行" in found[0].message and "F 列" in found[1].message
    assert len(read(path, contract("balances"), "420922", Q4).records) == 2


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_given_a_hidden_sheet_with_content_when_read_then_it_is_named(tmp_path: Path, state: str) -> None:
    path = tmp_path / "余额.xlsx"
    book = openpyxl.load_workbook(BALANCES.xlsx(path))
    book.create_sheet("底稿")["B2"] = "漏报账户"
    book.create_sheet("空白")
    for name in ("底稿", "空白"):
        book[name].sheet_state = state
    book.save(path)
    found = only(faults(path))
    assert (found.check, found.sheet) == (Fault.HIDDEN_SHEET, "底稿")


SPILLED = b'<c r="F1" t="e"><v>#SPILL!</v></c></row><row r="2"'
"""An error that Excel knows since 2019 and the fast reader does not."""


def test_given_what_the_fast_reader_refuses_when_the_other_can_open_it_then_it_is_read_and_said(tmp_path: Path) -> None:
    path = BALANCES.xlsx(tmp_path / "余额.xlsx")
    sheet = zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")
    before = list(read(path, contract("balances"), "420922", Q4).records)
    changed(path, {"xl/worksheets/sheet1.xml": sheet.replace(b'</row><row r="2"', SPILLED)})
    reading = read(path, contract("balances"), "420922", Q4)
    assert [finding.check for finding in reading.findings] == [Fault.SLOW_READER]
    assert list(reading.records) == before


def test_given_rows_out_of_order_when_the_fast_reader_refuses_then_no_row_is_lost_silently(tmp_path: Path) -> None:
    path = BALANCES.xlsx(tmp_path / "余额.xlsx")
    sheet = zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml").replace(b'</row><row r="2"', SPILLED)
    late = b'<row r="4"><c r="A4" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    changed(path, {"xl/worksheets/sheet1.xml": sheet.replace(b"</sheetData>", late)})
    assert only(faults(path)).check == Fault.BROKEN


def test_given_a_document_type_when_the_fast_reader_refuses_then_no_other_is_asked(tmp_path: Path) -> None:
    path = BALANCES.xlsx(tmp_path / "余额.xlsx")
    sheet = zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml").replace(b'</row><row r="2"', SPILLED)
    changed(path, {"xl/worksheets/sheet1.xml": b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + sheet})
    assert only(faults(path)).check == Fault.BROKEN
