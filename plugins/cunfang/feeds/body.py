"""The rows under the header: which of them are data, and their columns as records; sums tied out, notes passed over."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from cunfang.feeds import parse
from cunfang.feeds.columns import SheetColumn
from cunfang.feeds.contract import Column, Contract, Kind, Layout, Wide
from cunfang.feeds.faults import Fault, finding
from cunfang.feeds.grid import Grid, a1, text_of
from cunfang.feeds.heading import Header, Heading
from cunfang.feeds.record import Block, Field, Records, Value
from cunfang.feeds.rules import rules
from cunfang.feeds.title import plain
from cunfang.feeds.totals import Span, SumWords, Totals
from cunfang.feeds.words import clean_heading
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
) -> tuple[Records, list[Finding]]:
    """The rows of one table as records; `fixed` are the values that hold for the whole table.

    `rows` and `columns` are the part of the grid that the table takes up (else all under the header, all columns):
    what stands outside `columns` is not looked at. Records are numbered from `first_no`.
    """
    part = range(grid.width) if columns is None else columns
    table = _Table(grid, header, contract, layout, unit, file, part)
    table.walk(range(header.last + 1, len(grid.rows)) if rows is None else rows)
    table.sums.end()
    return Records([table.block(fixed, first_no)]), [*table.findings, *table.sums.faults]


@dataclass
class _Table:
    """The walk down one table; `rows` are those of its data."""

    grid: Grid
    header: Header
    contract: Contract
    layout: Layout | None
    unit: str
    file: str
    part: range
    rows: list[int] = field(default_factory=list)
    row_units: dict[int, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        names = self.contract.by_name
        known = [heading for heading in self.header.headings if heading.target in names]
        self.metrics = [h for h in self.header.headings if h.target and h.target not in names]
        self.columns = {h.target: self._column(h, names[h.target].type) for h in known}
        self.money = [h for h in known if names[h.target].type is Kind.MONEY]
        titles = {h.target: names[h.target].title for h in self.money}
        figures = {h: self.columns[h.target] for h in self.money}
        self.sums = Totals(self.grid, figures, titles, self.unit, self.file)
        self.words = [h.index for h in known if self._names(names[h.target])]
        self.keys = [h.index for h in known if h.target in self.contract.key]
        self.texts = [h.index for h in known if names[h.target].type is Kind.TEXT and h.index not in self.words]
        groups = frozenset(map(normal_form, self.layout.subtotals if self.layout else ()))
        self.sum_words = SumWords(groups, whole_only=not (self.money or self.metrics))
        self.is_footnote = rules().is_footnote
        self.blind_rows = frozenset(row for row, column in self.grid.blind if column in self.part)

    def _names(self, column: Column) -> bool:
        """Whether a column names its row, so that the word of a sum can stand there: a free text may end in 合计."""
        return column.type in NAMING and (column.type is not Kind.TEXT or column.name in self.contract.key)

    def _column(self, heading: Heading, kind: Kind) -> SheetColumn:
        """Amounts and computed figures take the unit of their heading or else of the sheet; ratios their heading's."""
        counted = kind in (Kind.MONEY, Kind.PRINTED)
        unit = (heading.unit or self.unit) if counted else heading.unit if kind is Kind.RATIO else ""
        by_row = self.row_units if kind is Kind.MONEY and not heading.unit else {}
        return SheetColumn(self.grid, heading.index, kind, unit, by_row)

    def walk(self, rows: Sequence[int]) -> None:
        """Down the rows: runs of rows that are data beyond doubt at once, each other row by itself."""
        doubtful = self._doubtful(rows)
        run: list[int] = []
        for row in rows:
            if row not in doubtful:
                run.append(row)
                continue
            self._keep(run)
            run = []
            self.take(row)
        self._keep(run)

    def _keep(self, rows: Sequence[int]) -> None:
        self.rows += rows
        self.sums.add(rows)

    def _doubtful(self, rows: Sequence[int]) -> Container[int]:
        """The rows that may be something else than data: by their first cell, or by what stands in place of a name."""
        if self.layout is None or self.header.unit_column is not None or not rows:
            return rows
        note = re.compile(f"\n(?:{rules().footnote})")
        sign = re.compile(f"[^\\w\n]|[_{self.sum_words.strange}]")
        words = [re.compile(re.escape(word)) for word in self.sum_words.words]
        found: set[int] = set()
        for index in {self.part.start, *self.words}:
            cells = self.grid.columns[index]
            texts = [cell if type(cell) is str else "0" for cell in map(cells.__getitem__, rows)]
            text = "\n" + "\n".join(texts)
            if text.count("\n") != len(texts):
                return rows
            places = sorted({m.end() for pattern in (note, sign, *words) for m in pattern.finditer(text)})
            line, counted = -1, 0
            for place in places:
                line, counted = line + text.count("\n", counted, place), place
                found.add(rows[line])
            if index == self.part.start or index in self.keys:
                found |= {row for row, cell in zip(rows, texts, strict=True) if not cell}
        return found

    def take(self, row: int) -> None:
        """One row: blank, note, total, or data."""
        cells = self.grid.rows[row]
        first = ""
        for cell in cells[self.part.start : self.part.stop]:
            if cell != "":
                first = cell.strip() if isinstance(cell, str) else text_of(cell)
                if first:
                    break
        if not first and row not in self.blind_rows:
            return
        if self.layout is None:
            if len(cells) != len(self.grid.rows[0]) and self.grid.format == "csv":
                self.findings.append(self._ragged(row))
                return
        elif self.is_footnote(first if first.isalnum() else plain(first)):
            return
        elif (said := self._sum_word(row, cells, first)) is not None:
            figures = any(self.grid.text(row, heading.index).strip() for heading in self.money)
            self.sums.close(row, *said, self._row_unit(row) if figures else "")
            return
        if self.header.unit_column is not None and (unit := self._row_unit(row)):
            self.row_units[row] = unit
        self._keep([row])

    def _sum_word(self, row: int, cells: Sequence[object], first: str) -> tuple[str, Span] | None:
        """The word that marks a row of sums, and what it covers: in its first cell, or where a name should stand.

        In a row without a key it may stand in any text.
        """
        if (span := self.sum_words.span(first)) is not None:
            return first, span
        for index in self.words:
            text = cells[index] if index < len(cells) else ""
            if isinstance(text, str) and text != first and (span := self.sum_words.span(text)) is not None:
                return text.strip(), span
        if any(self.grid.text(row, index).strip() for index in self.keys):
            return None
        words = (self.grid.text(row, index).strip() for index in self.texts)
        said = ((text, self.sum_words.span(text)) for text in words if clean_heading(text)[0] in rules().total_words)
        return next(((text, span) for text, span in said if span is not None), None)

    def _row_unit(self, row: int) -> str:
        """The unit that the row states in a column of its own; one that is none is a fault."""
        place = self.header.unit_column
        text = "" if place is None else normal_form(self.grid.text(row, place))
        unit = text.removeprefix("人民币")
        where = {"file": self.file, "sheet": self.grid.sheet, "cell": a1(row, place or 0)}
        if text and unit not in UNITS:
            self.findings.append(finding(Fault.UNIT_CELL, text=text, **where))
        if not unit and not self.unit and place is not None:
            self.findings.append(finding(Fault.UNIT_CELL, text="", **where))
        return unit if unit in UNITS else ""

    def _ragged(self, row: int) -> Finding:
        found, expected = len(self.grid.rows[row]), len(self.grid.rows[0])
        cell = a1(row, min(found, expected))
        return finding(Fault.RAGGED_ROW, found=found, expected=expected, file=self.file, cell=cell)

    def block(self, fixed: Mapping[str, Value], first_no: int) -> Block:
        """The rows of data by column; of a wide layout, one record per filled metric."""
        wide = self.layout.wide if self.layout else None
        rows, metrics = self.rows, None
        if wide is not None:
            filled = [(row, heading) for row in rows for heading in self.metrics if self._is_filled(row, heading)]
            rows, metrics = [row for row, _ in filled], [heading for _, heading in filled]
        makers: dict[str, Callable[[], Field]] = {
            name: partial(_repeated, value, len(rows)) for name, value in fixed.items()
        }
        for name, column in self.columns.items():
            makers[name] = partial(self._made, column, rows)
        if wide is not None and metrics is not None:
            makers |= self._wide(wide, rows, metrics)
        return Block(self.grid.sheet, first_no, [row + 1 for row in rows], makers)

    def _is_filled(self, row: int, heading: Heading) -> bool:
        return not parse.is_blank(self.grid.text(row, heading.index))

    def _made(self, column: SheetColumn, rows: Sequence[int]) -> Field:
        made = column.field(rows)
        if self.layout is None or not column.kind.institution:
            return made
        prefix = re.compile(rules().name_prefix)
        named = [None if text is None else prefix.sub("", text) for text in made.texts]
        return Field(named, made.unit, made.letters, made.cell, made.cells, made.units)

    def _wide(self, wide: Wide, rows: Sequence[int], metrics: Sequence[Heading]) -> dict[str, Callable[[], Field]]:
        """Columns of a wide layout: which metric, its value, and, where asked for, its unit."""
        heads = {heading: a1(self.header.last, heading.index) for heading in self.metrics}
        kind = self.contract.by_name[wide.value].type
        columns: dict[Heading, SheetColumn] = {}
        for heading in self.metrics:
            unit = (
                heading.unit
                or wide.metrics[heading.target].unit
                or (self.unit if wide.unit or kind is Kind.MONEY else "")
            )
            columns[heading] = SheetColumn(self.grid, heading.index, kind, unit, {}, shares=True)
        places = dict(enumerate(metrics))
        cells = {place: heads[heading] for place, heading in places.items()}

        def values() -> Field:
            units = {at: columns[heading].unit_in(rows[at]) for at, heading in places.items()}
            texts = [self.grid.text(row, heading.index) for row, heading in zip(rows, metrics, strict=True)]
            found = {at: a1(rows[at], heading.index) for at, heading in places.items()}
            return Field(texts, cells=found, units=units)

        makers = {wide.name: lambda: Field([heading.target for heading in metrics], cells=cells), wide.value: values}
        if wide.unit:
            makers[wide.unit] = lambda: Field(
                [columns[heading].unit_in(row) or "1" for row, heading in zip(rows, metrics, strict=True)], cells=cells
            )
        return makers


def _repeated(value: Value, count: int) -> Field:
    """A value that holds for all records."""
    return Field([value.text] * count, value.unit, cell=value.cell)
