"""Rows that are not data: sums of others, tied out against them, and the names of groups (合计, 小计, 国有银行)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum

from cunfang.feeds import parse
from cunfang.feeds.faults import Fault, FaultError, finding
from cunfang.feeds.grid import Grid, a1
from cunfang.feeds.heading import Heading
from cunfang.feeds.record import Value
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
    """Tells the rows of sums and of group names from rows of data. `groups`: names of groups that a layout adds."""

    groups: frozenset[str] = frozenset()
    _seen: dict[str, Span | None] = field(default_factory=dict, repr=False, compare=False)

    def span(self, text: str) -> Span | None:
        """What a text in the place of a name sums, or None for a name."""
        if text not in self._seen:
            self._seen[text] = self._span(text)
        return self._seen[text]

    def _span(self, text: str) -> Span | None:
        if len(text) > LONGEST:
            return None
        word, _ = clean_heading(text)
        if word in rules().total_words:
            return Span.WHOLE if rules().total_words[word] else Span.BLOCK
        if word in self.groups or word in rules().group_rows or word.endswith(tuple(rules().total_words)):
            return Span.EITHER
        return None


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

    def note(self, value: Decimal, unit: str) -> None:
        """Remember how finely a figure was written."""
        noted = self.noted.setdefault(unit, _Noted())
        noted.rows += 1
        noted.decimals = max(noted.decimals, decimals(value * self._scale(unit)))

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

    def __init__(self, grid: Grid, money: Sequence[Heading], titles: Mapping[str, str], unit: str, file: str) -> None:
        """`titles`: Chinese names of the columns; `unit`: of the sheet."""
        self._grid, self._titles, self._file = grid, titles, file
        self._money = list(money)
        self._sums = {heading.target: _Sum(heading.unit or unit or "元") for heading in money}
        self.faults: list[Finding] = []

    def add(self, values: Mapping[str, Value]) -> None:
        """Count a row of data in."""
        for target, added in self._sums.items():
            value = values[target]
            added.add(value.text, value.unit)

    def close(self, row: int, word: str, span: Span, unit: str) -> None:
        """A printed sum: held against the rows before it, or, ahead of its rows, kept until they have come.

        `unit`: of this row, where the table says it row by row.
        """
        for heading in self._money:
            added = self._sums[heading.target]
            text = self._grid.text(row, heading.index)
            if added.ahead is not None and (span is not Span.WHOLE or added.rows_in_block):
                self._settle(heading, added)
            try:
                if parse.is_blank(text):
                    continue
                stated = unit or added.unit
                printed = added.amount(text, stated)
            except (FaultError, ValueError):
                continue
            finally:
                began = added.rows_in_block == 0 and span is not Span.WHOLE
                block, added.block, added.rows_in_block = added.block, Decimal(0), 0
            added.note(printed, stated)
            line = _Printed(row, word, text, printed, added.slack())
            if began:
                added.ahead = line
            else:
                self._hold(
                    heading,
                    added,
                    line,
                    {Span.WHOLE: [added.whole], Span.BLOCK: [block]}.get(span) or [block, added.whole],
                )

    def end(self) -> None:
        """The table is over: sums printed ahead of their rows are held against them."""
        for heading in self._money:
            if self._sums[heading.target].ahead is not None:
                self._settle(heading, self._sums[heading.target])

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
