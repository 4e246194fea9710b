"""A delivered workbook as one that is safe to send back: its cells, styles and widths, and nothing that acts.

Formulas come as the values they showed; macros, links, names, comments, drawings, pivot tables and queries do not come.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from pathlib import PurePath
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ERROR_CODES, ILLEGAL_CHARACTERS_RE, Cell, MergedCell
from openpyxl.chartsheet import Chartsheet
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._reader import WorksheetReader
from openpyxl.worksheet.dimensions import SheetFormatProperties
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from cunfang.feeds.faults import FaultError
from cunfang.feeds.grid import Grid, Source
from cunfang.feeds.rules import rules

ACTING = "=+-@\t\r"
"""A text that starts so would be taken for a formula by a spreadsheet that reads it as typed."""
LONGEST_CELL = 32_767
UNPACKED_TO_CELL = 200
"""Bytes of XML that a cell may take before a workbook counts as too large to copy."""
_CELLS = re.compile(rb"<(?:\w+:)?(?:c|row|si)[\s/>]")
_MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\s[^>]*?ref\s*=\s*["']([A-Z]+)(\d+):([A-Z]+)(\d+)["']""")


class NoCopyError(Exception):
    """The file is not safe, or too large, to be written again."""


def copied(data: bytes, name: str) -> Workbook:
    """The file's cells in a new workbook; NoCopyError for one that reading refuses or that is beyond the limits."""
    suffix = PurePath(name).suffix.lower().lstrip(".")
    try:
        source = Source(data, suffix)
        grids = [source.grid((sheet,)) for sheet in source.visible_sheets] or [source.grid()]
    except FaultError as error:
        raise NoCopyError(error.fault.value) from error
    if sum(len(row) for grid in grids for row in grid.rows) > rules().limits.copied_cells:
        raise NoCopyError("too many cells")
    if data.startswith(b"PK"):
        try:
            _look(data)
            return _tidied(_CellReader(data).book())
        except NoCopyError:
            raise
        except Exception:
            # What the library cannot read, and our reader could, is written anew from the grid.
            return _tidied(_rebuilt(grids))
    return _tidied(_rebuilt(grids))


def as_text(cell: Cell | MergedCell, text: str) -> None:
    """Write `text` as a string, whatever it starts with."""
    cell.value = ILLEGAL_CHARACTERS_RE.sub(" ", text)[:LONGEST_CELL]
    if cell.value:
        cell.data_type = "s"
        cell.quotePrefix = text[:1] in ACTING


def fit_to_width(sheet: Worksheet) -> None:
    """Print across one landscape page."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _look(data: bytes) -> None:
    """Every part before a library unpacks it: no document types, no more cells than the limit."""
    limit = rules().limits.copied_cells
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = [entry for entry in package.infolist() if entry.filename.endswith((".xml", ".rels"))]
        if sum(entry.file_size for entry in parts) > limit * UNPACKED_TO_CELL:
            raise NoCopyError("too large")
        cells = 0
        for entry in parts:
            xml = package.read(entry)
            if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml or b"\0" in xml:
                raise NoCopyError("document type")
            cells += len(_CELLS.findall(xml)) + sum(_area(*corners) for corners in _MERGED.findall(xml))
        if cells > limit * 2:
            raise NoCopyError("too many cells")


def _area(left: bytes, top: bytes, right: bytes, bottom: bytes) -> int:
    def number(letters: bytes) -> int:
        total = 0
        for letter in letters:
            total = total * 26 + letter - 64
        return total

    return max(0, number(right) - number(left) + 1) * max(0, int(bottom) - int(top) + 1)


class _SheetReader(WorksheetReader):
    """Only cells, merged ranges and sizes."""

    def bind_all(self) -> None:
        self.bind_cells()
        self.bind_merged_cells()
        self.bind_col_dimensions()
        self.bind_row_dimensions()
        if isinstance(sizes := getattr(self.parser, "sheet_format", None), SheetFormatProperties):
            self.ws.sheet_format = sizes


class _CellReader(ExcelReader):
    """A workbook without anything that openpyxl would take along beside its cells."""

    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data), data_only=True, keep_links=False)

    def book(self) -> Workbook:
        """Read it."""
        with self.archive:
            self.read_manifest()
            self.read_strings()
            self.read_workbook()
            apply_stylesheet(self.archive, self.wb)
            self.read_worksheets()
        book: Workbook = self.wb
        return book

    def read_worksheets(self) -> None:
        """Worksheets only, each with its cells."""
        for sheet, relation in self.parser.find_sheets():
            if relation.target in self.valid_files and "chartsheet" not in relation.Type:
                made = self.wb.create_sheet(sheet.name)
                with self.archive.open(relation.target) as part:
                    _SheetReader(made, part, self.shared_strings, True, False).bind_all()
                made.sheet_state = sheet.state


def _rebuilt(grids: list[Grid]) -> Workbook:
    """The same cells in the same places, without styles."""
    book = Workbook()
    for name in book.sheetnames:
        del book[name]
    for grid in grids:
        sheet = book.create_sheet(re.sub(r"[\\*?:/\[\]]", "_", grid.sheet)[:31] or "数据")
        widths: dict[int, int] = {}
        for r in range(len(grid.rows)):
            for c, value in enumerate(grid.rows[r]):
                text = grid.text(r, c)
                if text:
                    cell = sheet.cell(r + 1, c + 1)
                    _put(cell, "" if (r, c) in grid.blind else value)
                    shows = grid.look.shown.get(c, {}).get(r)
                    if shows is not None and (shows.percent or shows.unit):
                        cell.number_format = "0.00%" if shows.percent else f'#,##0.00"{shows.unit}"'
                    widths[c] = max(widths.get(c, 0), sum(1 if char.isascii() else 2 for char in text[:60]))
        _merge(sheet, grid)
        for c, width in widths.items():
            sheet.column_dimensions[get_column_letter(c + 1)].width = min(max(width + 2, 9), 40)
    return book


def _put(cell: Any, value: Any) -> None:
    if isinstance(value, str):
        as_text(cell, value)
    else:
        cell.value = value


def _merge(sheet: Worksheet, grid: Grid) -> None:
    """Merged ranges again, each from its holder to its farthest covered cell."""
    ends: dict[tuple[int, int], tuple[int, int]] = {}
    for covered, holder in grid.merged.items():
        ends[holder] = max(ends.get(holder, holder), covered)
    for (top, left), (bottom, right) in ends.items():
        sheet.merge_cells(start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1)


def _tidied(book: Workbook) -> Workbook:
    """Texts as texts, numbers that no spreadsheet can hold as texts, nothing in the margins of the file."""
    for sheet in list(book._sheets):  # type: ignore[attr-defined]
        if isinstance(sheet, Chartsheet):
            book.remove(sheet)
    book.defined_names.clear()
    book.properties = Workbook().properties
    book.properties.creator = "存放"
    for sheet in book.worksheets:
        sheet.defined_names.clear()
        fit_to_width(sheet)
        for cell in list(sheet._cells.values()):
            value = cell.value
            if isinstance(value, str) and (cell.data_type != "e" or value not in ERROR_CODES):
                as_text(cell, value)
            elif isinstance(value, float) and not math.isfinite(value):
                as_text(cell, str(value))
    return book
