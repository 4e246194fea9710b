"""Rows that are not data: sums of others, tied out against them, and the names of groups (合计, 小计, 国有银行)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from functools import cached_property
from itertools import compress
from typing import Protocol

from cunfang.feeds import parse
from cunfang.feeds.careful import Cell
from cunfang.feeds.faults import Fault, FaultError, finding
from cunfang.feeds.figures import exact_sum
from cunfang.feeds.grid import Grid, a1, text_of
from cunfang.feeds.heading import Heading
from cunfang.feeds.rules import rules
from cunfang.feeds.words import clean_heading
from cunfang.finding import Finding
from cunfang.money import UNITS

LONGEST = 24
"""Letters of the longest text that is looked at as the word of a sum; it may be spaced out: 合　　　计."""


class Span(Enum):
    """Which rows a sum covers: all of the table, those since the sum before, or either of the two."""

    WHOLE = "whole"
    BLOCK = "block"
    EITHER = "either"


@dataclass(frozen=True)
class SumWords:
    """Tells the rows of sums and of group names from rows of data.

    `groups`: names of groups that a layout adds. `whole_only`: no words within others, as the table has no figures.
    """

    groups: frozenset[str] = frozenset()
    whole_only: bool = False
    _seen: dict[str, Span | None] = field(default_factory=dict, repr=False, compare=False)

    def span(self, text: str) -> Span | None:
        """What a text in the place of a name sums, or None for a name."""
        if text.isalnum() and not self.hint.search(text):
            return None
        if text not in self._seen:
            self._seen[text] = self._span(text)
        return self._seen[text]

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of sums and the names of groups, in normal form."""
        return frozenset({*rules().total_words, *self.groups, *rules().group_rows})

    @cached_property
    def strange(self) -> str:
        """Letters that the normal form may turn into those of a word: all, if a word is not plain Chinese."""
        return "\u2e80-\u2fdf\uf900-\U0010ffff" if all(map(_is_han, self.words)) else "\0-\U0010ffff"

    @cached_property
    def hint(self) -> re.Pattern[str]:
        """Without a match, a text of letters and figures is a name."""
        return re.compile("|".join(map(re.escape, self.words)) + f"|[{self.strange}]")

    def _span(self, text: str) -> Span | None:
        if len(text) > LONGEST:
            return None
        word, _ = clean_heading(text)
        if word in rules().total_words:
            return Span.WHOLE if rules().total_words[word] else Span.BLOCK
        if self.whole_only:
            return None
        if word in self.groups or word in rules().group_rows or word.endswith(tuple(rules().total_words)):
            return Span.EITHER
        return None


def _is_han(word: str) -> bool:
    return all("\u4e00" <= letter <= "\u9fff" for letter in word)


class Figures(Protocol):
    """A column of amounts: its cells, their unit, and the rows where it is another one."""

    @property
    def unit(self) -> str:
        """Unit of the column."""

    @property
    def units(self) -> Mapping[int, str]:
        """Unit by row of the grid, where it is another one."""

    def cells(self, rows: Sequence[int]) -> Sequence[Cell]:
        """The cells of these rows."""


@dataclass
class _Noted:
    """How many figures were written in one unit, and how finely."""

    rows: int = 0
    decimals: int = 0


@dataclass(frozen=True)
class _Printed:
    """A sum as the table prints it."""

    row: int
    word: str
    text: str
    value: Decimal
    slack: Decimal


@dataclass
class _Sum:
    """What the rows of one money column add up to, in `unit`; `noted`: by unit, for the slack that rounding gives."""

    unit: str
    block: Decimal = Decimal(0)
    whole: Decimal = Decimal(0)
    rows_in_block: int = 0
    noted: dict[str, _Noted] = field(default_factory=dict)
    readable: bool = True
    ahead: _Printed | None = None
    leading: _Printed | None = None

    def amount(self, text: str, unit: str) -> Decimal:
        """A figure in `self.unit`; a FaultError if it is none."""
        if parse.is_blank(text):
            return Decimal(0)
        if unit == self.unit:
            try:
                return parse.number(text)
            except FaultError:
                pass
        return parse.exact_yuan(text, unit) / UNITS[self.unit]

    def add(self, text: str, unit: str) -> None:
        """Count one row in."""
        try:
            value = self.amount(text, unit)
        except (FaultError, KeyError, ValueError):
            self.readable = False
            return
        self.block += value
        self.whole += value
        self.rows_in_block += 1
        self.note(value, unit)

    def gather(self, figures: Figures, rows: Sequence[int]) -> None:
        """Count rows in: numbers all at once, what is written otherwise one by one."""
        cells, units = figures.cells(rows), figures.units
        numbers: Sequence[float] = cells  # type: ignore[assignment]
        if units or set(map(type, cells)) != {float}:
            apart = [type(cell) is not float or row in units for row, cell in zip(rows, cells, strict=True)]
            numbers = [cell for cell, alone in zip(cells, apart, strict=True) if not alone and type(cell) is float]
            for row, cell in compress(zip(rows, cells, strict=True), apart):
                self.add(text_of(cell), units.get(row, figures.unit))
        found = exact_sum(numbers)
        if found is None or figures.unit not in UNITS:
            for number in numbers:
                self.add(text_of(number), figures.unit)
            return
        value = found[0] * UNITS[figures.unit] / UNITS[self.unit]
        self.block += value
        self.whole += value
        self.rows_in_block += len(numbers)
        self._note(figures.unit, len(numbers), found[1])

    def note(self, value: Decimal, unit: str) -> None:
        """Remember how finely a figure was written."""
        self._note(unit, 1, decimals(value * self._scale(unit)))

    def _note(self, unit: str, rows: int, finest: int) -> None:
        noted = self.noted.setdefault(unit, _Noted())
        noted.rows += rows
        noted.decimals = max(noted.decimals, finest)

    def slack(self) -> Decimal:
        """What rounding each figure to its writing may add up to; yuan are not rounded."""
        rounded = [(unit, noted) for unit, noted in self.noted.items() if unit != "元"]
        return sum(
            (noted.rows * Decimal(5).scaleb(-noted.decimals - 1) / self._scale(unit) for unit, noted in rounded),
            Decimal(0),
        )

    def _scale(self, unit: str) -> Decimal:
        return UNITS[self.unit] / UNITS.get(unit, UNITS[self.unit])


class Totals:
    """The sums of a table as its rows come in. `faults` holds what does not add up."""

    def __init__(
        self, grid: Grid, money: Mapping[Heading, Figures], titles: Mapping[str, str], unit: str, file: str
    ) -> None:
        """`titles`: Chinese names of the columns; `unit`: of the sheet."""
        self._grid, self._titles, self._file, self._figures = grid, titles, file, money
        self._rows: list[int] = []
        self._money = list(money)
        self._sums = {heading.target: _Sum(heading.unit or unit or "元") for heading in money}
        self.faults: list[Finding] = []

    def add(self, rows: Sequence[int]) -> None:
        """Count rows of data in, once a sum asks for them."""
        self._rows += rows

    def _gather(self) -> None:
        if self._rows:
            for heading, figures in self._figures.items():
                self._sums[heading.target].gather(figures, self._rows)
            self._rows.clear()

    def close(self, row: int, word: str, span: Span, unit: str) -> None:
        """A printed sum: held against the rows before it, or, ahead of its rows, kept until they have come.

        `unit`: of this row, where the table says it row by row.
        """
        self._gather()
        for heading in self._money:
            added = self._sums[heading.target]
            text = self._grid.text(row, heading.index)
            led = added.ahead is not None
            if led and (span is not Span.WHOLE or added.rows_in_block):
                self._settle(heading, added)
            try:
                if parse.is_blank(text):
                    continue
                stated = self._figures[heading].units.get(row) or unit or added.unit
                printed = added.amount(text, stated)
            except (FaultError, KeyError, ValueError):
                continue
            finally:
                began = span is not Span.WHOLE and (led or added.rows_in_block == 0)
                first = not added.noted
                block, added.block, added.rows_in_block = added.block, Decimal(0), 0
            added.note(printed, stated)
            line = _Printed(row, word, text, printed, added.slack())
            if began:
                added.ahead = line
            elif first:
                added.leading = line
            else:
                self._hold(
                    heading,
                    added,
                    line,
                    {Span.WHOLE: [added.whole], Span.BLOCK: [block]}.get(span) or [block, added.whole],
                )

    def end(self) -> None:
        """The table is over: sums printed ahead of their rows are held against them, a total above all against all."""
        if any(added.ahead or added.leading for added in self._sums.values()):
            self._gather()
        for heading in self._money:
            added = self._sums[heading.target]
            if added.ahead is not None:
                self._settle(heading, added)
            if added.leading is not None:
                self._hold(heading, added, added.leading, [added.whole])

    def _settle(self, heading: Heading, added: _Sum) -> None:
        line, added.ahead = added.ahead, None
        if line is not None and added.rows_in_block:
            self._hold(heading, added, line, [added.block])

    def _hold(self, heading: Heading, added: _Sum, line: _Printed, sums: Sequence[Decimal]) -> None:
        if not added.readable or any(abs(line.value - summed) <= added.slack() for summed in sums):
            return
        self.faults.append(
            finding(
                Fault.TOTAL,
                title=self._titles[heading.target],
                word=line.word,
                printed=line.text,
                summed=f"{sums[0]:f}",
                difference=f"{line.value - sums[0]:f}",
                unit=added.unit,
                file=self._file,
                sheet=self._grid.sheet,
                cell=a1(line.row, heading.index),
                column=heading.target,
            )
        )


def decimals(value: Decimal) -> int:
    """Digits after the point, without trailing zeros."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
