"""A file as a grid of cells: opened by content, never by trust; nothing is run, no link is followed."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from itertools import zip_longest
from typing import Literal

import python_calamine as calamine

from cunfang.feeds.careful import Cell, read_rows
from cunfang.feeds.faults import Fault, FaultError
from cunfang.feeds.look import Blind, Look, Place, within
from cunfang.feeds.oldbook import OldPackage
from cunfang.feeds.rules import rules
from cunfang.feeds.separated import read_separated, text_kind
from cunfang.feeds.workbook import OLE, Package, is_password_protected

Format = Literal["xlsx", "xls", "csv"]
Span = tuple[Place, Place]
KEPT_DIGITS = 15
SUFFIXES = frozenset({"xlsx", "xlsm", "xls", "csv"})
ZIP = b"PK\x03\x04"
_WRITE = f"%.{KEPT_DIGITS}g".__mod__
_KEPT = f".{KEPT_DIGITS}g"


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
        if not cell:
            return "0"
        text = format(cell, _KEPT)
        return f"{Decimal(text):f}" if "e" in text else text
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def texts_of(cells: Sequence[Cell]) -> list[str]:
    """`text_of` for every cell; a column of numbers at once."""
    if set(map(type, cells)) == {float}:
        texts = list(map(_WRITE, cells))
        written = "".join(texts)
        if "e" not in written and "n" not in written and "-0" not in texts:
            return texts
    return [cell if type(cell) is str else text_of(cell) for cell in cells]


@dataclass(frozen=True)
class Grid:
    """One sheet from A1 on. `merged` leads from a covered cell to the one that holds its value."""

    format: Format
    sheet: str
    rows: list[list[Cell]]
    merged: Mapping[Place, Place] = field(default_factory=dict)
    look: Look = field(default_factory=Look)
    date1904: bool = False

    @property
    def blind(self) -> Mapping[Place, Blind]:
        """The cells that show something but hold no value."""
        return self.look.blind

    @cached_property
    def width(self) -> int:
        """Cells of the widest row."""
        return max(map(len, self.rows), default=0)

    @cached_property
    def columns(self) -> list[tuple[Cell, ...]]:
        """The cells by column, filled up with "" to the length of the sheet."""
        if len(set(map(len, self.rows))) < 2:
            return list(zip(*self.rows, strict=True))
        return list(zip_longest(*self.rows, fillvalue=""))

    def text(self, row: int, column: int) -> str:
        """Text of one cell; empty beyond the end, a `Blind` text where there is no value to take."""
        blind = self.look.blind
        if blind and (row, column) in blind:
            return blind[row, column]
        cells = self.rows[row]
        if column >= len(cells):
            return ""
        cell = cells[column]
        return cell if type(cell) is str else text_of(cell)

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
    """An opened file. `grid(names)` gives the sheet of one of these names, or the first visible one.

    `read_carefully`: sheets that the fast library refused and openpyxl read, with the reason.
    """

    def __init__(self, data: bytes, suffix: str) -> None:
        """Look at the content; a FaultError for what cannot be opened."""
        limit = rules().limits.file_bytes
        if not data.strip(b"\0 \r\n\t\xef\xbb\xbf"):
            raise FaultError(Fault.EMPTY_FILE)
        if len(data) > limit:
            raise FaultError(Fault.TOO_LARGE, size=f"{len(data):,} 字节", limit=f"{limit:,} 字节")
        if suffix not in SUFFIXES:
            raise FaultError(Fault.FILE_TYPE, suffix=suffix or "无后缀")
        self._data = data
        self._package: Package | OldPackage | None = None
        self._grids: dict[str, Grid] = {}
        self.read_carefully: dict[str, str] = {}
        self.format: Format = "csv"
        if is_password_protected(data):
            raise FaultError(Fault.PASSWORD)
        if data.startswith(ZIP):
            self.format, self._package = "xlsx", Package(data)
        elif data.startswith(OLE):
            self.format, self._package = "xls", OldPackage(data)
        elif suffix != "csv":
            raise FaultError(Fault.NOT_A_WORKBOOK, suffix=suffix, kind=text_kind(data))

    @property
    def visible_sheets(self) -> list[str]:
        """Names of the worksheets a person sees; none for CSV."""
        return [sheet.name for sheet in self._package.sheets if sheet.visible] if self._package else []

    @property
    def hidden_sheets(self) -> list[str]:
        """Names of the worksheets that are hidden, by whatever means."""
        return [sheet.name for sheet in self._package.sheets if not sheet.visible] if self._package else []

    @property
    def has_macros(self) -> bool:
        """Whether the file carries a program; it is never run."""
        return self._package is not None and self._package.has_macros

    @property
    def has_links(self) -> bool:
        """Whether the file refers to other files or databases; they are never followed."""
        return self._package is not None and self._package.has_links

    def grid(self, names: tuple[str, ...] = ()) -> Grid:
        """The sheet called by one of `names`, else, if there are none, the first visible one."""
        if self._package is None:
            if "" not in self._grids:
                self._grids[""] = Grid("csv", "", read_separated(self._data))
            return self._grids[""]
        present = self.visible_sheets
        others = [sheet for sheet in present if sheet not in rules().own_sheets]
        wanted = names or others or present
        chosen = next((name for name in wanted if name in present), None)
        if chosen is None:
            shown = "、".join(present) or "没有可见的工作表"
            raise FaultError(Fault.NO_SHEET, expected="”或“".join(names) or "可见", present=shown)
        return self._sheet(chosen)

    def has_content(self, sheet: str) -> bool:
        """Whether a sheet holds anything."""
        if self._package is not None and not self._package.may_hold(sheet):
            return False
        return any(cell != "" for row in self._sheet(sheet).rows for cell in row)

    def _sheet(self, name: str) -> Grid:
        if name not in self._grids:
            self._grids[name] = self._read_sheet(name)
        return self._grids[name]

    def _read_sheet(self, name: str) -> Grid:
        package = self._package
        assert package is not None  # noqa: S101
        look = package.look(name)
        try:
            rows, ranges = _read_fast(package.alone(name), name)
        except FaultError:
            raise
        except BaseException as error:
            broken = _broken(error, self.format)
            if not isinstance(package, Package) or not isinstance(broken, FaultError):
                raise broken from error
            rows, ranges = self._read_carefully(package, name, broken)
        return Grid(self.format, name, rows, _covered(ranges), look, package.date1904)

    def _read_carefully(self, package: Package, name: str, refused: FaultError) -> tuple[list[list[Cell]], list[Span]]:
        """The sheet by openpyxl, after the same looks; `refused` stands if that one cannot open it either."""
        if not package.is_plain(name):
            raise refused
        try:
            rows, ranges = read_rows(self._data, name), package.merged(name)
        except FaultError:
            raise
        except Exception as error:
            raise refused from error
        self.read_carefully[name] = str(refused.facts["reason"])
        return rows, ranges


def _read_fast(data: bytes, name: str) -> tuple[list[list[Cell]], list[Span]]:
    try:
        sheet = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name(name)
    except calamine.PasswordError as error:
        raise FaultError(Fault.PASSWORD) from error
    within(sheet.total_height, sheet.total_width)
    return sheet.to_python(skip_empty_area=False), sheet.merged_cell_ranges or []


def _broken(error: BaseException, kind: str) -> BaseException:
    """A fault for whatever the workbook library throws, its panics included; an interruption stays one."""
    if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit):
        return error
    return FaultError(Fault.BROKEN, kind=kind, reason=str(error) or type(error).__name__)


def _covered(ranges: list[Span]) -> dict[Place, Place]:
    """Every covered cell → the first cell of its range."""
    within(sum((bottom - top + 1) * (right - left + 1) for (top, left), (bottom, right) in ranges), 1)
    return {
        (row, column): (top, left)
        for (top, left), (bottom, right) in ranges
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
        if (row, column) != (top, left)
    }
