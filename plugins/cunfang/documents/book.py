"""A workbook under construction: formats, columns, print setup. Text from a file can never become a formula."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from cunfang.documents import words
from cunfang.documents.result import RunResult

HEADER_ROW = 3
FIRST_ROW = 4
# Charset 134 is GB2312 and family 1 is serif: what a machine without 宋体 or 仿宋 falls back by.
SONG = {"font_name": "宋体", "font_charset": 134, "font_family": 1, "font_size": 10, "valign": "vcenter"}
FANG = {"font_name": "仿宋", "font_charset": 134, "font_family": 3}
STYLES: dict[str, dict[str, Any]] = {
    "text": {},
    "wrap": {"text_wrap": True},
    "money": {"num_format": "#,##0.00;[Red]-#,##0.00"},
    "count": {"num_format": "#,##0.######"},
    "points": {"num_format": "0.0000"},
    "ratio": {"num_format": "0.0000%"},
    "factor": {"num_format": "0.0000000000"},
    "whole": {"num_format": "0", "align": "center"},
    "difference": {"num_format": "0.000000000", "font_color": "#1F6F43"},
    "date": {"num_format": "yyyy-mm-dd", "align": "center"},
    "centre": {"align": "center"},
}
_CELL = {"border": 1, "border_color": "#BFBFBF"}
_HEAD = {"bold": True, "bg_color": "#DCE6F1", "align": "center", "text_wrap": True}
_TOTAL = {"bold": True, "bg_color": "#F2F2F2"}
_LONGEST = 32_000


@dataclass(frozen=True)
class Column:
    """One column of a table: heading, width in characters, style of its cells."""

    title: str
    width: float
    style: str = "text"


class Book:
    """The workbook of one run."""

    def __init__(self, result: RunResult) -> None:
        self.result = result
        self._buffer = io.BytesIO()
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self._book = xlsxwriter.Workbook(self._buffer, options)
        self._formats: dict[tuple[str, str], Format] = {}
        self.title_format = self._book.add_format({**SONG, **FANG, "font_size": 16, "bold": True})
        self.note_format = self._book.add_format({**SONG, "font_size": 9, "font_color": "#595959"})
        self.sample_format = self._book.add_format({**SONG, "bold": True, "font_color": "#C00000"})
        self.alarm_format = self._book.add_format({"bg_color": "#FFC7CE", "font_color": "#9C0006"})
        self._book.set_properties(
            {
                "title": words.title(result),
                "author": result.office,
                "comments": words.freshness(result),
                # The time of the run, so that the same run gives the same bytes.
                "created": result.freshness.computed_at.replace(tzinfo=None),
            }
        )

    def style(self, name: str, row: str = "body") -> Format:
        """The format of a body, head or total cell."""
        if (name, row) not in self._formats:
            extra = {"body": {}, "head": _HEAD, "total": _TOTAL}[row]
            self._formats[name, row] = self._book.add_format({**SONG, **_CELL, **STYLES[name], **extra})
        return self._formats[name, row]

    def sheet(self, name: str, heading: str, columns: Sequence[Column], freeze_columns: int = 0) -> Sheet:
        """A sheet with its title, freshness line, head row and print setup."""
        sheet = Sheet(self, self._book.add_worksheet(name), name, columns)
        sheet.open(heading, freeze_columns)
        return sheet

    def close(self) -> bytes:
        """The finished file."""
        self._book.close()
        return self._buffer.getvalue()


class Sheet:
    """One sheet: rows are written from 0 as xlsxwriter counts, references are given as Excel shows them."""

    def __init__(self, book: Book, raw: Worksheet, name: str, columns: Sequence[Column]) -> None:
        self.book = book
        self.raw = raw
        self.name = name
        self.columns = columns
        self.row = FIRST_ROW
        self._lines: dict[int, int] = {}

    def open(self, heading: str, freeze_columns: int) -> None:
        """Title, freshness, head row, widths, frozen panes, A4 landscape."""
        result = self.book.result
        self.raw.write_string(0, 0, f"{words.title(result)} · {heading}", self.book.title_format)
        self.raw.set_row(0, 26)
        self.raw.write_string(1, 0, words.freshness(result), self.book.note_format)
        if result.sample:
            self.raw.write_string(2, 0, f"{words.SAMPLE}：仅供演示，不得作为依据", self.book.sample_format)
        for index, column in enumerate(self.columns):
            self.raw.set_column(index, index, column.width)
        self.head(HEADER_ROW, self.columns)
        self.raw.freeze_panes(FIRST_ROW, freeze_columns)
        self.raw.set_landscape()
        self.raw.set_paper(9)
        self.raw.fit_to_pages(1, 0)
        self.raw.repeat_rows(HEADER_ROW)
        self.raw.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
        mark = f"&L{words.SAMPLE}" if result.sample else ""
        self.raw.set_footer(f"{mark}&C第 &P 页 共 &N 页&R批次 {result.run_id}")
        self.raw.hide_gridlines(2)

    def head(self, row: int, columns: Sequence[Column]) -> None:
        """A head row."""
        self.raw.set_row(row, 30)
        for index, column in enumerate(columns):
            if column.title:
                self.raw.write_string(row, index, column.title, self.book.style("text", "head"))

    def section(self, text: str, columns: Sequence[Column]) -> None:
        """A second table on the sheet: a blank row, its name, its head."""
        self.row += 1
        self.raw.write_string(self.row, 0, text, self.book.sample_format if text == words.SAMPLE else self._bold())
        self.head(self.row + 1, columns)
        self.row += 2

    def _bold(self) -> Format:
        return self.book.style("text", "total")

    def text(self, column: int, value: str, style: str = "text", row: str = "body") -> None:
        """Text as text, whatever it begins with; the row grows where it wraps."""
        self.raw.write_string(self.row, column, value[:_LONGEST], self.book.style(style, row))
        if style == "wrap":
            lines = -(-_width(value) // max(int(self.columns[column].width) - 1, 1))
            if lines > self._lines.get(self.row, 1):
                self._lines[self.row] = min(lines, 12)
                self.raw.set_row(self.row, 14 * self._lines[self.row])

    def number(self, column: int, value: Decimal | int, style: str, row: str = "body") -> None:
        """A number; Excel keeps 15 digits, enough for fen below ten trillion yuan."""
        self.raw.write_number(self.row, column, float(value), self.book.style(style, row))

    def day(self, column: int, value: date | None) -> None:
        """A date, or an empty cell."""
        if value is None:
            self.blank(column)
        else:
            self.raw.write_datetime(self.row, column, value, self.book.style("date"))

    def blank(self, column: int, row: str = "body") -> None:
        """An empty cell with its border."""
        self.raw.write_blank(self.row, column, None, self.book.style("text", row))

    def formula(self, column: int, formula: str, value: Decimal | int, style: str, row: str = "body") -> None:
        """A live formula with its value beside it in the cell, as some viewers do not calculate."""
        self.raw.write_formula(self.row, column, f"={formula}", self.book.style(style, row), float(value))

    def here(self, column: int, absolute: bool = False) -> str:
        """The current row's cell: `J5`."""
        return cell(self.row, column, absolute)

    def far(self, row: int, column: int, absolute: bool = True) -> str:
        """A cell of this sheet as seen from another: `'规则'!$D$6`."""
        return f"'{self.name}'!{cell(row, column, absolute)}"

    def far_range(self, first: int, last: int, column: int) -> str:
        """A run of rows in one column as seen from another sheet."""
        return f"'{self.name}'!{span(first, last, column)}"

    def alarm(self, first: int, last: int, column: int) -> None:
        """Paint what differs from 0."""
        rule = {"type": "cell", "criteria": "!=", "value": 0, "format": self.book.alarm_format}
        self.raw.conditional_format(first, column, last, column, rule)


def _width(value: str) -> int:
    """Columns that a text takes: a Chinese character two."""
    return sum(1 if character.isascii() else 2 for character in value)


def cell(row: int, column: int, absolute: bool = False) -> str:
    """`J5`, or `$J$5`."""
    letter = xl_col_to_name(column)
    return f"${letter}${row + 1}" if absolute else f"{letter}{row + 1}"


def difference(formula: str, exact: str, places: int) -> str:
    """What a formula's value differs by from our exact one; beyond 1000 it is relative, as Excel keeps 15 digits."""
    scale = f"/MAX(1,ABS({exact})/1000)" if places > 2 else ""
    return f"ROUND(({formula}-{exact}){scale},{places})"


def span(first: int, last: int, column: int) -> str:
    """`$J$5:$J$9`, or the one cell."""
    return cell(first, column, True) if first == last else f"{cell(first, column, True)}:{cell(last, column, True)}"
