"""A column of a sheet under a known heading: its texts, and the unit of each cell as it is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from cunfang.feeds.careful import Cell
from cunfang.feeds.contract import Kind
from cunfang.feeds.formats import Shown
from cunfang.feeds.grid import Grid, a1, column_letters, texts_of
from cunfang.feeds.look import Blind
from cunfang.feeds.record import Field
from cunfang.money import UNITS

DAYS = (Kind.DATE, Kind.DATETIME)


@dataclass(frozen=True)
class SheetColumn:
    """One column. `by_row`: units that the rows themselves state; `shares`: a per cent sign makes its value a share."""

    grid: Grid
    index: int
    kind: Kind
    unit: str
    by_row: Mapping[int, str]
    shares: bool = False

    def cells(self, rows: Sequence[int]) -> Sequence[Cell]:
        """The cells of these rows of the grid."""
        column = self.grid.columns[self.index]
        if rows and rows[-1] - rows[0] + 1 == len(rows):
            return column[rows[0] : rows[-1] + 1]
        return [column[row] for row in rows]

    @property
    def units(self) -> Mapping[int, str]:
        """Unit by row of the grid, where it is not the column's; a `Blind` where there is no value to take."""
        return self._marks if not self.by_row else {**self.by_row, **self._marks}

    def unit_in(self, row: int) -> str:
        """Unit of one cell."""
        return self.units.get(row, self.unit)

    @cached_property
    def _marks(self) -> dict[int, str]:
        """What the cells themselves say: formats that print a unit or scale the number, and cells without a value."""
        marks: dict[int, str] = {}
        for row, shown in self.grid.look.shown.get(self.index, {}).items():
            cell = self.grid.rows[row][self.index] if row < len(self.grid.rows) else ""
            if isinstance(cell, int | float) and (mark := self._mark(shown)) is not None:
                marks[row] = mark
        return marks | {row: mark for (row, column), mark in self.grid.blind.items() if column == self.index}

    def _mark(self, shown: Shown) -> str | None:
        """The unit that a number format gives to a cell of this column; None for the column's own."""
        if not self.kind.numeric and not self.shares:
            return None
        if shown.scaled:
            return Blind.SCALED
        if self.kind is Kind.MONEY:
            return shown.unit if shown.unit in UNITS else None
        if shown.percent and (self.shares or self.kind in (Kind.RATIO, Kind.PRINTED)):
            return ""
        if self.kind in (Kind.NUMBER, Kind.INTEGER) and shown.unit in ("万元", "亿元") and not self.shares:
            return Blind.SCALED
        return "%" if shown.unit == "%" else None

    def field(self, rows: Sequence[int]) -> Field:
        """The cells of these rows as a column of records. Numbers do not follow a merged cell: they count once."""
        cells = self.cells(rows)
        texts = texts_of(cells)
        units: dict[int, str] = {}
        places: dict[int, str] = {}
        if marks := self.units:
            units = {at: marks[row] for at, row in enumerate(rows) if row in marks}
        if self.kind in DAYS:
            serial = Blind.SERIAL_1904 if self.grid.date1904 else Blind.SERIAL_1900
            units |= {at: serial for at, cell in enumerate(cells) if type(cell) in (int, float)}
        for at, mark in units.items():
            if mark in (Blind.ERROR, Blind.FORMULA):
                texts[at] = mark
        if self.grid.merged and not self.kind.numeric:
            self._follow(rows, texts, units, places)
        return Field(texts, self.unit, column_letters(self.index), "", places, units)

    def _follow(self, rows: Sequence[int], texts: list[str], units: dict[int, str], places: dict[int, str]) -> None:
        """A covered cell says what its merged range says."""
        for at, row in enumerate(rows):
            if holder := self.grid.merged.get((row, self.index)):
                texts[at], places[at] = self.grid.text(*holder), a1(*holder)
                units.pop(at, None)
                if holder in self.grid.blind:
                    units[at] = self.grid.blind[holder]
