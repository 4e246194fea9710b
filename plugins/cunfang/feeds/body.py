"""The rows under the header: records, totals tied out, notes passed over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from cunfang.feeds import parse
from cunfang.feeds.contract import Contract, Kind, Layout
from cunfang.feeds.faults import Fault, FaultError, finding
from cunfang.feeds.grid import Grid, a1, column_letters
from cunfang.feeds.heading import Header, Heading
from cunfang.feeds.record import Record, Value
from cunfang.feeds.rules import rules
from cunfang.feeds.title import plain
from cunfang.finding import Finding
from cunfang.institution import normal_form

SPACED_OUT = 12
"""A total word may be spaced out: 合　　　计."""
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
    return table.records, table.findings


@dataclass
class _Sum:
    """What the rows of one money column add up to; `decimals` is the finest writing seen."""

    block: Decimal = Decimal(0)
    whole: Decimal = Decimal(0)
    rows: int = 0
    decimals: int = 0
    readable: bool = True

    def add(self, text: str) -> None:
        """Count one row in."""
        try:
            value = Decimal(0) if parse.is_blank(text) else parse.number(text)
        except FaultError:
            self.readable = False
            return
        self.block += value
        self.whole += value
        self.rows += 1
        self.decimals = max(self.decimals, _decimals(value))


@dataclass(frozen=True)
class _Column:
    """A heading with what each of its cells needs. Numbers do not follow a merged cell: that would count them twice."""

    index: int
    letters: str
    target: str
    kind: Kind
    unit: str
    follows_merged: bool

    @classmethod
    def of(cls, heading: Heading, kind: Kind, sheet_unit: str) -> _Column:
        """Amounts and computed figures take the unit of their heading or else of the sheet; ratios their heading's."""
        counted = kind in (Kind.MONEY, Kind.PRINTED)
        unit = (heading.unit or sheet_unit) if counted else heading.unit if kind is Kind.RATIO else ""
        return cls(heading.index, column_letters(heading.index), heading.target, kind, unit, not kind.numeric)


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
        self.sums = {h.target: _Sum() for h in self.money}
        self.words = [h.index for h in columns if names[h.target].type in NAMING]
        self.width = self.grid.width
        self.total_words = rules().total_words
        self.longest_total = max(map(len, self.total_words)) + SPACED_OUT

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
        elif (word := self._total_word(texts, first)) is not None:
            self._tie_out(row, word)
            return
        texts += [""] * (self.width - len(texts))
        values = {column.target: self._value(row, column, texts[column.index]) for column in self.columns}
        for heading in self.money:
            self.sums[heading.target].add(values[heading.target].text)
        for record in self._records(row, values, texts):
            self.records.append(Record(self.first_no + len(self.records), self.grid.sheet, row + 1, record))

    def _records(self, row: int, values: dict[str, Value], texts: list[str]) -> Iterator[dict[str, Value]]:
        """The row itself, or one record per filled metric of a wide layout."""
        wide = self.layout.wide if self.layout else None
        if wide is None:
            yield {**self.fixed, **values}
            return
        for heading in self.metrics:
            text = texts[heading.index]
            if parse.is_blank(text):
                continue
            metric = Value(heading.target, a1(self.header.last, heading.index))
            unit = heading.unit or wide.metrics[heading.target].unit
            if (row, heading.index) in self.grid.percent:
                unit = ""
            unit = self.grid.blind.get((row, heading.index), unit)
            yield {**self.fixed, **values, wide.name: metric, wide.value: Value(text, a1(row, heading.index), unit)}

    def _value(self, row: int, column: _Column, text: str) -> Value:
        index, grid = column.index, self.grid
        if column.follows_merged and (row, index) in grid.merged:
            place = grid.merged[row, index]
            return Value(grid.text(*place), a1(*place), grid.blind.get(place, column.unit))
        shares = column.kind in (Kind.RATIO, Kind.PRINTED)
        unit = "" if shares and (row, index) in grid.percent else column.unit
        if grid.blind:
            unit = grid.blind.get((row, index), unit)
        return Value(text, f"{column.letters}{row + 1}", unit)

    def _total_word(self, texts: list[str], first: str) -> str | None:
        """The word that marks a total row: in its first cell, or where a name should stand."""
        for text in (first, *(texts[index] for index in self.words if index < len(texts))):
            if len(text) <= self.longest_total and normal_form(text).rstrip(":") in self.total_words:
                return text.strip()
        return None

    def _tie_out(self, row: int, word: str) -> None:
        """Hold a printed total against the rows above, with the slack that rounding each row to the writing gives."""
        closing = self.total_words[normal_form(word).rstrip(":")]
        for heading in self.money:
            added = self.sums[heading.target]
            summed = added.whole if closing else added.block
            text = self.grid.text(row, heading.index)
            try:
                printed = None if parse.is_blank(text) else parse.number(text)
            except FaultError:
                printed = None
            if printed is not None and added.readable:
                unit = heading.unit or self.unit
                decimals = max(added.decimals, _decimals(printed))
                slack = Decimal(0) if unit == "元" else (added.rows + 1) * Decimal(5).scaleb(-decimals - 1)
                if abs(printed - summed) > slack:
                    self.findings.append(self._total_fault(row, heading, word, text, summed, printed - summed, unit))
            added.block = Decimal(0)

    def _total_fault(
        self, row: int, heading: Heading, word: str, text: str, summed: Decimal, difference: Decimal, unit: str
    ) -> Finding:
        return finding(
            Fault.TOTAL,
            title=self.contract.by_name[heading.target].title,
            word=word,
            printed=text,
            summed=f"{summed:f}",
            difference=f"{difference:f}",
            unit=unit,
            file=self.file,
            sheet=self.grid.sheet,
            cell=a1(row, heading.index),
            column=heading.target,
        )

    def _ragged(self, row: int) -> Finding:
        found, expected = len(self.grid.rows[row]), len(self.grid.rows[0])
        cell = a1(row, min(found, expected))
        return finding(Fault.RAGGED_ROW, found=found, expected=expected, file=self.file, cell=cell)


def _decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
