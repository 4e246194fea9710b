"""Office files as text: a sheet is drawn line by line, `|` between cells, and built as xlsx, xlsm, xls or CSV.

A cell is written as it looks:

    117700        a number                    '117700       the same digits kept as text
    6,078         a text (has a comma)        54.88%        a number, shown in a percent format
    @2025-12-31   a day in a date format      =A1+1 -> 3    a formula with its saved result (none: never calculated)
    <             merged with the cell to its left           ^             merged with the cell above
    a\\nb          two lines in one cell       “　工行”       full-width spaces are kept, plain ones at the ends are not
    #N/A!         an error value
    12 {0.00"元"} a number in a number format of its own
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

import xlsxwriter
import xlwt

Place = tuple[int, int]
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_FORMATTED = re.compile(r"(-?\d+(?:\.\d+)?) \{(.+)\}")
VBA = b"\xd0\xcf\x11\xe0 not a program, only its place"


@dataclass(frozen=True)
class Cell:
    """What a workbook keeps of one cell. `formula` without a `value` was never calculated."""

    value: str | float | date | None
    format: str = ""
    formula: str = ""
    error: bool = False


@dataclass(frozen=True)
class Sheet:
    """One sheet as drawn. Rows and columns from 1 and A in `hidden_rows` and `hidden_columns`."""

    name: str
    drawing: str
    hidden: bool = False
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[str, ...] = ()

    def lines(self) -> list[list[str]]:
        """The cells as drawn; the empty lines at both ends of the drawing are not part of it."""
        drawn = self.drawing.strip("\n").split("\n")
        return [
            [cell.strip(" ").replace("\\n", "\n") for cell in line.split("|")] for line in drawn if line is not None
        ]

    def cells(self) -> Iterator[tuple[Place, Cell]]:
        """The filled cells."""
        for row, line in enumerate(self.lines()):
            for column, text in enumerate(line):
                if text not in ("", "<", "^"):
                    yield (row, column), cell_of(text)

    def merged(self) -> Iterator[tuple[int, int, int, int]]:
        """Merged ranges as top, left, bottom, right, from 0."""
        lines = self.lines()
        held: dict[Place, Place] = {}
        for row, line in enumerate(lines):
            for column, text in enumerate(line):
                if text in ("<", "^"):
                    before = (row, column - 1) if text == "<" else (row - 1, column)
                    held[row, column] = held.get(before, before)
        for top, left in dict.fromkeys(held.values()):
            covered = [place for place, first in held.items() if first == (top, left)]
            yield top, left, max(row for row, _ in covered), max(column for _, column in covered)


def cell_of(text: str) -> Cell:
    """One drawn cell."""
    if text.startswith("'"):
        return Cell(text[1:])
    if text.startswith("="):
        formula, _, result = text.partition(" -> ")
        kept = cell_of(result) if result else Cell(None)
        return Cell(kept.value, kept.format, formula)
    if text.startswith("@"):
        return Cell(date.fromisoformat(text[1:]), "yyyy-mm-dd")
    if text in ("#N/A!", "#REF!", "#DIV/0!"):
        return Cell(text.rstrip("!") if text == "#N/A!" else text, error=True)
    if match := _FORMATTED.fullmatch(text):
        return Cell(float(match[1]), match[2])
    if text.endswith("%") and _NUMBER.fullmatch(text[:-1]):
        return Cell(float(text[:-1]) / 100, "0.00%")
    return Cell(float(text)) if _NUMBER.fullmatch(text) else Cell(text)


@dataclass(frozen=True)
class Book:
    """A workbook of one or more sheets; `saved`: the day in its properties."""

    sheets: tuple[Sheet, ...]
    saved: date = date(2040, 1, 1)

    def build(self, suffix: str) -> bytes:
        """The file as `xlsx`, `xlsm` or `xls`."""
        if suffix == "xls":
            return self._xls()
        data = self._xlsx()
        return _with_macros(data) if suffix == "xlsm" else data

    def _xlsx(self) -> bytes:
        data = io.BytesIO()
        book = xlsxwriter.Workbook(data, {"in_memory": True})
        book.set_properties({"created": datetime(self.saved.year, self.saved.month, self.saved.day)})  # noqa: DTZ001
        for drawn in self.sheets:
            sheet = book.add_worksheet(drawn.name)
            for top, left, bottom, right in drawn.merged():
                sheet.merge_range(top, left, bottom, right, "")
            for (row, column), cell in drawn.cells():
                style = book.add_format({"num_format": cell.format}) if cell.format else None
                if cell.formula or cell.error:
                    value = "" if cell.value is None else cell.value
                    sheet.write_formula(row, column, cell.formula or "=NA()", style, value)
                elif isinstance(cell.value, date):
                    sheet.write_datetime(row, column, cell.value, style)
                elif isinstance(cell.value, float):
                    sheet.write_number(row, column, cell.value, style)
                else:
                    sheet.write_string(row, column, cell.value or "", style)
            for number in drawn.hidden_rows:
                sheet.set_row(number - 1, None, None, {"hidden": True})
            for letters in drawn.hidden_columns:
                sheet.set_column(f"{letters}:{letters}", None, None, {"hidden": True})
            if drawn.hidden:
                sheet.hide()
        next(sheet for sheet in book.worksheets() if not sheet.hidden).activate()
        book.close()
        return data.getvalue()

    def _xls(self) -> bytes:
        book = xlwt.Workbook(encoding="utf-8")
        for drawn in self.sheets:
            sheet = book.add_sheet(drawn.name)
            merged = {(top, left): (top, bottom, left, right) for top, left, bottom, right in drawn.merged()}
            for (row, column), cell in drawn.cells():
                value = xlwt.Formula(cell.formula[1:]) if cell.formula else cell.value
                style = xlwt.easyxf(num_format_str=cell.format or "General")
                if (row, column) in merged:
                    sheet.write_merge(*merged[row, column], value, style)
                else:
                    sheet.write(row, column, value, style)
            for number in drawn.hidden_rows:
                sheet.row(number - 1).hidden = True
            sheet.visibility = 1 if drawn.hidden else 0
        data = io.BytesIO()
        book.save(data)
        return data.getvalue()


@dataclass(frozen=True)
class Separated:
    """A CSV as drawn: cells as text, merged ones empty."""

    drawing: str
    encoding: str = "gb18030"
    separator: str = ","
    bom: bytes = b""

    def build(self, suffix: str) -> bytes:
        """The file; a UTF-16 one with its mark."""
        assert suffix in ("csv", "txt")
        text = io.StringIO(newline="")
        lines = Sheet("", self.drawing).lines()
        csv.writer(text, delimiter=self.separator).writerows(
            [["" if cell in ("<", "^") else re.sub(r"^['@]", "", cell) for cell in line] for line in lines]
        )
        return self.bom + text.getvalue().encode(self.encoding)


@dataclass(frozen=True)
class Plain:
    """Bytes as they are."""

    data: bytes

    def build(self, suffix: str) -> bytes:
        """The file."""
        return self.data


def book(*drawings: str, name: str = "Sheet1") -> Book:
    """A workbook with a sheet per drawing: Sheet1, Sheet2, … or `name` if there is one."""
    return Book(tuple(Sheet(name if len(drawings) == 1 else f"Sheet{n}", one) for n, one in enumerate(drawings, 1)))


def changed(data: bytes, parts: dict[str, bytes]) -> bytes:
    """A zip with some of its parts replaced or added."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
        for name in [*old.namelist(), *(name for name in parts if name not in old.namelist())]:
            new.writestr(name, parts[name] if name in parts else old.read(name))
    return kept.getvalue()


def _with_macros(data: bytes) -> bytes:
    """The workbook as Excel saves it with macros: another content type, and a part that holds the program."""
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        types = old.read("[Content_Types].xml")
        links = old.read("xl/_rels/workbook.xml.rels")
    plain = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    assert plain in types
    types = types.replace(plain, b"application/vnd.ms-excel.sheet.macroEnabled.main+xml")
    types = types.replace(
        b"</Types>", b'<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>'
    )
    link = b'<Relationship Id="rIdVba" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" '
    links = links.replace(b"</Relationships>", link + b'Target="vbaProject.bin"/></Relationships>')
    parts = {"[Content_Types].xml": types, "xl/_rels/workbook.xml.rels": links, "xl/vbaProject.bin": VBA}
    return changed(data, parts)
