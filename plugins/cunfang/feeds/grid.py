"""A file as a grid of cells: opened by content, never by trust; nothing is run, no link is followed."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Literal

import python_calamine as calamine

from cunfang.feeds.faults import Fault, FaultError
from cunfang.feeds.oldbook import OldPackage
from cunfang.feeds.rules import rules
from cunfang.feeds.workbook import OLE, Blind, Package, is_password_protected, within

Cell = int | float | str | bool | date | datetime | time | timedelta
Format = Literal["xlsx", "xls", "csv"]
Place = tuple[int, int]
KEPT_DIGITS = 15


def column_letters(index: int) -> str:
    """0 → A, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def a1(row: int, column: int) -> str:
    """(0, 2) → C1."""
    return f"{column_letters(column)}{row + 1}"


def text_of(cell: Cell) -> str:
    """A cell as a person sees it: numbers with the 15 digits that Excel keeps (else 6.22E+18), dates in ISO."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        if abs(cell) >= 10**KEPT_DIGITS:
            return f"{cell:.{KEPT_DIGITS - 1}E}"
        return f"{Decimal(format(cell, f'.{KEPT_DIGITS}g')):f}" if cell else "0"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


@dataclass(frozen=True)
class Grid:
    """One sheet from A1 on. `merged` leads from a covered cell to the one that holds its value."""

    format: Format
    sheet: str
    rows: list[list[Cell]]
    merged: Mapping[Place, Place] = field(default_factory=dict)
    blind: Mapping[Place, Blind] = field(default_factory=dict)
    percent: frozenset[Place] = frozenset()

    @property
    def width(self) -> int:
        """Cells of the widest row."""
        return max(map(len, self.rows), default=0)

    def text(self, row: int, column: int) -> str:
        """Text of one cell; empty beyond the end, a `Blind` text where there is no value to take."""
        if self.blind and (row, column) in self.blind:
            return self.blind[row, column]
        cells = self.rows[row]
        return text_of(cells[column]) if column < len(cells) else ""

    def texts(self, row: int) -> list[str]:
        """Texts of one row as far as it goes."""
        texts = [cell if isinstance(cell, str) else text_of(cell) for cell in self.rows[row]]
        for column in self._blind_in.get(row, ()):
            texts[column] = self.blind[row, column]
        return texts

    @cached_property
    def _blind_in(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for row, column in self.blind:
            if row < len(self.rows) and column < len(self.rows[row]):
                found.setdefault(row, []).append(column)
        return found

    def holder(self, row: int, column: int) -> Place:
        """Where the value of a cell stands: itself, or the first cell of its merged range."""
        return self.merged.get((row, column), (row, column))


class Source:
    """An opened file. `grid(names)` gives the sheet of one of these names, or the first visible one."""

    def __init__(self, data: bytes, suffix: str) -> None:
        """Look at the content; a FaultError for what cannot be opened."""
        limit = rules().limits.file_bytes
        if not data.strip(b"\0 \r\n\t\xef\xbb\xbf"):
            raise FaultError(Fault.EMPTY_FILE)
        if len(data) > limit:
            raise FaultError(Fault.TOO_LARGE, size=f"{len(data):,} 字节", limit=f"{limit:,} 字节")
        if suffix not in ("xlsx", "xls", "csv"):
            raise FaultError(Fault.FILE_TYPE, suffix=suffix or "无后缀")
        self._data = data
        self._book: calamine.CalamineWorkbook | None = None
        self._package: Package | OldPackage | None = None
        self._grids: dict[str, Grid] = {}
        self.format: Format = "csv"
        if suffix == "csv" and not data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
            return
        self.format = "xlsx" if data.startswith(b"PK\x03\x04") else "xls"
        if is_password_protected(data):
            raise FaultError(Fault.PASSWORD)
        if data.startswith((b"PK\x03\x04", OLE)):
            self._package = Package(data) if self.format == "xlsx" else OldPackage(data)
        self._book = _open(data, suffix)

    @property
    def visible_sheets(self) -> list[str]:
        """Names of the worksheets a person sees; none for CSV."""
        if self._book is None:
            return []
        shown, work = calamine.SheetVisibleEnum.Visible, calamine.SheetTypeEnum.WorkSheet
        return [sheet.name for sheet in self._book.sheets_metadata if sheet.visible == shown and sheet.typ == work]

    def grid(self, names: tuple[str, ...] = ()) -> Grid:
        """The sheet called by one of `names`, else, if there are none, the first visible one."""
        if self._book is None:
            return self._cached("", self._csv)
        present = self.visible_sheets
        wanted = names or [sheet for sheet in present if sheet not in rules().own_sheets]
        chosen = next((name for name in wanted if name in present), None)
        if chosen is None:
            shown = "、".join(present) or "没有可见的工作表"
            raise FaultError(Fault.NO_SHEET, expected="”或“".join(names) or "可见", present=shown)
        return self._sheet(chosen)

    def has_content(self, sheet: str) -> bool:
        """Whether a sheet holds anything."""
        return any(cell != "" for row in self._sheet(sheet).rows for cell in row)

    def _cached(self, sheet: str, make: object) -> Grid:
        if sheet not in self._grids:
            self._grids[sheet] = make() if callable(make) else make  # type: ignore[assignment]
        return self._grids[sheet]

    def _sheet(self, name: str) -> Grid:
        return self._cached(name, lambda: self._read_sheet(name))

    def _read_sheet(self, name: str) -> Grid:
        assert self._book is not None  # noqa: S101
        blind: Mapping[Place, Blind] = {}
        percent: frozenset[Place] = frozenset()
        if self._package is not None:
            blind, percent = self._package.look(name)
        try:
            sheet = self._book.get_sheet_by_name(name)
            within(sheet.total_height, sheet.total_width)
            rows: list[list[Cell]] = sheet.to_python(skip_empty_area=False)
            ranges = sheet.merged_cell_ranges or []
        except FaultError:
            raise
        except BaseException as error:
            raise _broken(error, self.format) from error
        return Grid(self.format, name, rows, _covered(ranges), blind, percent)

    def _csv(self) -> Grid:
        text = decode(self._data)
        try:
            rows: list[list[Cell]] = [list(row) for row in csv.reader(io.StringIO(text, newline=""), strict=True)]
        except csv.Error as error:
            raise FaultError(Fault.BROKEN, kind="csv", reason=str(error)) from error
        within(len(rows), max(map(len, rows), default=0))
        return Grid("csv", "", rows)


def decode(data: bytes) -> str:
    """Text of a CSV file: UTF-16 by its mark, else the first encoding of the rules that fits."""
    marked = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    tried = ("utf-16",) if marked else rules().encodings
    for encoding in tried:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FaultError(Fault.ENCODING, tried="、".join(tried))


def _open(data: bytes, suffix: str) -> calamine.CalamineWorkbook:
    try:
        return calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except calamine.PasswordError as error:
        raise FaultError(Fault.PASSWORD) from error
    except BaseException as error:
        raise _broken(error, suffix) from error


def _broken(error: BaseException, kind: str) -> BaseException:
    """A fault for whatever the workbook library throws, its panics included; an interruption stays one."""
    if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit):
        return error
    return FaultError(Fault.BROKEN, kind=kind, reason=str(error) or type(error).__name__)


def _covered(ranges: list[tuple[Place, Place]]) -> dict[Place, Place]:
    """Every covered cell → the first cell of its range."""
    within(sum((bottom - top + 1) * (right - left + 1) for (top, left), (bottom, right) in ranges), 1)
    return {
        (row, column): (top, left)
        for (top, left), (bottom, right) in ranges
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
        if (row, column) != (top, left)
    }
