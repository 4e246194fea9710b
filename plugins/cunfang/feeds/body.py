"""The rows under the header: records, totals tied out, notes passed over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cunfang.feeds import parse
from cunfang.feeds.contract import Contract, Kind, Layout
from cunfang.feeds.faults import Fault, finding
from cunfang.feeds.grid import Grid, a1, column_letters
from cunfang.feeds.heading import Header, Heading
from cunfang.feeds.record import Record, Value
from cunfang.feeds.rules import rules
from cunfang.feeds.title import plain
from cunfang.feeds.totals import Span, SumWords, Totals
from cunfang.finding import Finding
from cunfang.institution import normal_form
from cunfang.money import UNITS

NAMING = (Kind.TEXT, Kind.INSTITUTION, Kind.ACCOUNT)


def read_rows(
    grid: Grid,
    header: Header,
    contract: Contract,
    layout: Layout | None,
    fixed: Mapping[str, Value],
    unit: str,
    file: str,
    *,
    rows: Sequence[int] | None = None,
    columns: range | None = None,
    first_no: int = 1,
) -> tuple[list[Record], list[Finding]]:
    """The rows of one table as records; `fixed` are the values that hold for the whole table.

    `rows` and `columns` are the part of the grid that the table takes up (else all under the header, all columns):
    what stands outside `columns` is not looked at. Records are numbered from `first_no`.
    """
    part = range(grid.width) if columns is None else columns
    table = _Table(grid, header, contract, layout, fixed, unit, file, part, first_no)
    for row in range(header.last + 1, len(grid.rows)) if rows is None else rows:
        table.take(row)
    table.close()
    return table.records, table.findings


@dataclass(frozen=True)
class _Column:
    """A heading with what each of its cells needs. Numbers do not follow a merged cell: that would count them twice."""

    index: int
    letters: str
    target: str
    kind: Kind
    unit: str
    follows_merged: bool
    own_unit: bool = False

    @classmethod
    def of(cls, heading: Heading, kind: Kind, sheet_unit: str) -> _Column:
        """Amounts and computed figures take the unit of their heading or else of the sheet; ratios their heading's."""
        counted = kind in (Kind.MONEY, Kind.PRINTED)
        unit = (heading.unit or sheet_unit) if counted else heading.unit if kind is Kind.RATIO else ""
        return cls(
            heading.index,
            column_letters(heading.index),
            heading.target,
            kind,
            unit,
            not kind.numeric,
            bool(heading.unit),
        )


@dataclass
class _Table:
    """The walk down one table."""

    grid: Grid
    header: Header
    contract: Contract
    layout: Layout | None
    fixed: Mapping[str, Value]
    unit: str
    file: str
    part: range
    first_no: int
    records: list[Record] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        names = self.contract.by_name
        columns = [h for h in self.header.headings if h.target in names]
        self.columns = [_Column.of(h, names[h.target].type, self.unit) for h in columns]
        self.metrics = [h for h in self.header.headings if h.target and h.target not in names]
        self.money = [h for h in columns if names[h.target].type is Kind.MONEY]
        titles = {h.target: names[h.target].title for h in self.money}
        self.sums = Totals(self.grid, self.money, titles, self.unit, self.file)
        self.words = [h.index for h in columns if names[h.target].type in NAMING]
        self.width = self.grid.width
        groups = self.layout.subtotals if self.layout else ()
        self.sum_words = SumWords(frozenset(map(normal_form, groups)))

    def take(self, row: int) -> None:
        """One row: blank, note, total, or data."""
        texts = self.grid.texts(row)
        first = next((text for text in map(str.strip, texts[self.part.start : self.part.stop]) if text), "")
        if not first:
            return
        if self.layout is None:
            if len(texts) != len(self.grid.rows[0]) and self.grid.format == "csv":
                self.findings.append(self._ragged(row))
                return
        elif rules().is_footnote(plain(first)):
            return
        elif (said := self._sum_word(texts, first)) is not None:
            self.sums.close(row, *said, self._row_unit(row, texts) if self._has_figures(texts) else "")
            return
        texts += [""] * (self.width - len(texts))
        unit = self._row_unit(row, texts)
        values = {column.target: self._value(row, column, texts[column.index], unit) for column in self.columns}
        self.sums.add(values)
        for record in self._records(row, values, texts):
            self.records.append(Record(self.first_no + len(self.records), self.grid.sheet, row + 1, record))

    def close(self) -> None:
        """The table is over: what its sums do not add up to is known."""
        self.sums.end()
        self.findings += self.sums.faults

    def _records(self, row: int, values: dict[str, Value], texts: list[str]) -> Iterator[dict[str, Value]]:
        """The row itself, or one record per filled metric of a wide layout."""
        wide = self.layout.wide if self.layout else None
        if wide is None:
            yield {**self.fixed, **values}
            return
        money = self.contract.by_name[wide.value].type is Kind.MONEY
        for heading in self.metrics:
            text = texts[heading.index]
            if parse.is_blank(text):
                continue
            metric = Value(heading.target, a1(self.header.last, heading.index))
            unit = heading.unit or wide.metrics[heading.target].unit or (self.unit if wide.unit or money else "")
            if self._percent(row, heading.index):
                unit = ""
            unit = self.grid.blind.get((row, heading.index), unit)
            counted = {wide.unit: Value(unit or "1", metric.cell)} if wide.unit else {}
            found = Value(text, a1(row, heading.index), unit)
            yield {**self.fixed, **values, **counted, wide.name: metric, wide.value: found}

    def _has_figures(self, texts: list[str]) -> bool:
        return any(heading.index < len(texts) and texts[heading.index].strip() for heading in self.money)

    def _value(self, row: int, column: _Column, text: str, row_unit: str) -> Value:
        index, grid = column.index, self.grid
        if column.follows_merged and (row, index) in grid.merged:
            place = grid.merged[row, index]
            return Value(self._named(column, grid.text(*place)), a1(*place), grid.blind.get(place, column.unit))
        shares = column.kind in (Kind.RATIO, Kind.PRINTED)
        unit = "" if shares and self._percent(row, index) else column.unit
        if row_unit and not column.own_unit and column.kind is Kind.MONEY:
            unit = row_unit
        if grid.blind:
            unit = grid.blind.get((row, index), unit)
        return Value(self._named(column, text), f"{column.letters}{row + 1}", unit)

    def _percent(self, row: int, index: int) -> bool:
        shown = self.grid.look.shown.get(index, {}).get(row)
        return shown is not None and shown.percent

    def _named(self, column: _Column, text: str) -> str:
        """A bank's name without what an office writes before it: 其中：工行, 1.工行."""
        if self.layout is None or not column.kind.institution:
            return text
        return re.sub(rules().name_prefix, "", text)

    def _sum_word(self, texts: list[str], first: str) -> tuple[str, Span] | None:
        """The word that marks a row of sums, in its first cell or where a name should stand, and what it covers."""
        for text in (first, *(texts[index] for index in self.words if index < len(texts))):
            if (span := self.sum_words.span(text)) is not None:
                return text.strip(), span
        return None

    def _row_unit(self, row: int, texts: list[str]) -> str:
        """The unit that the row states in a column of its own; one that is none is a fault."""
        place = self.header.unit_column
        text = normal_form(texts[place]) if place is not None and place < len(texts) else ""
        unit = text.removeprefix("人民币")
        if text and unit not in UNITS:
            where = {"file": self.file, "sheet": self.grid.sheet, "cell": a1(row, place or 0)}
            self.findings.append(finding(Fault.UNIT_CELL, text=text, **where))
        if not unit and not self.unit and place is not None:
            where = {"file": self.file, "sheet": self.grid.sheet, "cell": a1(row, place)}
            self.findings.append(finding(Fault.UNIT_CELL, text="", **where))
        return unit if unit in UNITS else ""

    def _ragged(self, row: int) -> Finding:
        found, expected = len(self.grid.rows[row]), len(self.grid.rows[0])
        cell = a1(row, min(found, expected))
        return finding(Fault.RAGGED_ROW, found=found, expected=expected, file=self.file, cell=cell)
