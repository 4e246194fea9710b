"""The tables of a sheet: one, several stacked, or side by side; what no layout knows is named with its place (S25)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from cunfang.feeds.contract import Contract, Kind, Layout
from cunfang.feeds.faults import Fault, finding
from cunfang.feeds.grid import Grid, a1
from cunfang.feeds.heading import Header, Part, office_header
from cunfang.feeds.rules import rules
from cunfang.feeds.words import Vocabulary
from cunfang.finding import Finding
from cunfang.institution import normal_form
from cunfang.period import Period

_DIGITS = frozenset("0123456789０１２３４５６７８９.-−—(（△▲+%")


@dataclass(frozen=True)
class Table:
    """One table: the rows of its title and unit lines (`above`), its header under `layout`, its rows and columns."""

    grid: Grid
    layout: Layout
    header: Header
    above: range
    rows: Sequence[int]
    columns: range

    @property
    def blocking(self) -> int:
        """Faults of the header that must be corrected."""
        return sum(fault.blocking for fault in self.header.findings)


@dataclass(frozen=True)
class Sheet:
    """What was recognised in one sheet. `unknown`: tables that no layout knows, as findings."""

    grid: Grid
    tables: tuple[Table, ...]
    unknown: tuple[Finding, ...] = ()

    @property
    def demerit(self) -> tuple[bool, int, int]:
        """Order of merit: something recognised, then blocking faults, then others."""
        faults = sum(len(table.header.findings) for table in self.tables) + len(self.unknown)
        return not self.tables, sum(table.blocking for table in self.tables), faults


def tables_of(
    grid: Grid, contract: Contract, layouts: Sequence[Layout], file: str, period: Period | None = None
) -> Sheet:
    """The tables of `grid` under the best of `layouts` each: one column of tables, or, if that fits better, several."""
    whole = _column(grid, Part.whole(grid, period), contract, layouts, file)
    if whole.tables and not whole.demerit[1]:
        return whole
    parts = _apart(grid, period)
    if len(parts) < 2:
        return whole
    columns = [_column(grid, part, contract, layouts, file) for part in parts]
    tables = tuple(table for column in columns for table in column.tables)
    unknown = [fault for column in columns for fault in column.unknown]
    unknown += [
        _strange(grid, part.columns, 0, file) for part, one in zip(parts, columns, strict=True) if not one.tables
    ]
    split = Sheet(grid, tables, tuple(unknown))
    return min(whole, split, key=lambda sheet: sheet.demerit)


def _apart(grid: Grid, period: Period | None) -> list[Part]:
    """The sheet cut at its empty columns."""
    filled = [
        any(column < len(row) and row[column] not in ("", None) for row in grid.rows) for column in range(grid.width)
    ]
    edges = [c for c in range(grid.width + 1) if (c < grid.width and filled[c]) != (c > 0 and filled[c - 1])]
    return [Part(range(len(grid.rows)), range(left, right), period) for left, right in pairwise(edges) if filled[left]]


def _column(grid: Grid, part: Part, contract: Contract, layouts: Sequence[Layout], file: str) -> Sheet:
    """The tables that stand one below the other in `part`."""
    best = _best(grid, part, contract, layouts, file, part.rows.start)
    if best is None:
        return Sheet(grid, ())
    tables: list[Table] = []
    unknown: list[Finding] = []
    walk = _Walk(grid, part, contract, layouts, file)
    while best is not None:
        stop, best_next, strange = walk.end(best)
        rows = range(best.header.last + 1, stop)
        table = replace(best, rows=rows)
        if tables and _continues(tables[-1], table):
            tables[-1] = replace(tables[-1], rows=[*tables[-1].rows, *rows])
        else:
            tables.append(table)
        if strange is not None:
            unknown.append(_strange(grid, part.columns, strange, file))
        best = best_next
    return Sheet(grid, tuple(tables), tuple(unknown))


def _best(
    grid: Grid, part: Part, contract: Contract, layouts: Sequence[Layout], file: str, first_from: int
) -> Table | None:
    """The table at the top of `part` under the layout that fits it best."""
    fits: list[Table] = []
    for layout in layouts:
        header = office_header(grid, contract, layout, file, part, first_from)
        if header is not None:
            above = range(part.rows.start, header.first)
            fits.append(Table(grid, layout, header, above, range(header.last + 1, part.rows.stop), part.columns))
    return min(fits, key=lambda table: (table.blocking, len(table.header.findings)), default=None)


def _continues(before: Table, table: Table) -> bool:
    """Whether `table` goes on with `before` after a page break: the same header again, and no total in between."""
    return (
        before.layout is table.layout
        and [(h.index, h.target, h.unit) for h in before.header.headings]
        == [(h.index, h.target, h.unit) for h in table.header.headings]
        and not _closed(before)
    )


def _closed(table: Table) -> bool:
    """Whether the last rows of a table hold a total of all its rows."""
    for row in reversed(table.rows):
        texts = [normal_form(text).rstrip(":") for c in table.columns if (text := table.grid.text(row, c)).strip()]
        if texts and not rules().is_footnote(texts[0]):
            return any(text in rules().closing_words for text in texts)
    return False


def _strange(grid: Grid, columns: range, row: int, file: str) -> Finding:
    """A table that no layout knows, named by its first cell."""
    place = next(
        ((r, c) for r in range(row, len(grid.rows)) for c in columns if grid.text(r, c).strip()), (row, columns.start)
    )
    return finding(
        Fault.OTHER_TABLE,
        text=grid.text(*place).strip(),
        place=a1(*place),
        file=file,
        sheet=grid.sheet,
        cell=a1(*place),
    )


@dataclass
class _Walk:
    """Down the rows of a table to where the next begins; rows with a figure where figures belong are passed fast."""

    grid: Grid
    part: Part
    contract: Contract
    layouts: Sequence[Layout]
    file: str

    def __post_init__(self) -> None:
        known = [Vocabulary.of(self.contract, layout) for layout in self.layouts]
        self.headings = frozenset(word for one in known for word in one.targets if "/" not in word)
        self.seen: dict[str, bool] = {}

    def end(self, table: Table) -> tuple[int, Table | None, int | None]:
        """Where the rows of `table` end, the table that follows, and where one starts that no layout knows."""
        figures = self._figures(table.header)
        start = table.header.last + 1
        strange: int | None = None
        stop = self.part.rows.stop
        for row in self._without_figure(range(start, stop), figures):
            if self._knows(self.grid.rows[row]):
                below = replace(self.part, rows=range(self._preamble(row, start), self.part.rows.stop))
                further = self._further(below, row)
                if further is not None:
                    return (stop if strange is not None else below.rows.start), further, strange
            if strange is None and row > start and figures and self._is_strange(row, figures):
                strange = stop = self._preamble(row, start)
        return stop, None, strange

    def _without_figure(self, rows: range, figures: Sequence[int]) -> Sequence[int]:
        """The rows that have no figure in the first column of figures: what is not data is among them."""
        if not figures or not rows:
            return rows
        cells = self.grid.columns[figures[0]][rows.start : rows.stop]
        return [row for row, cell in zip(rows, cells, strict=True) if type(cell) is not float and not _is_figure(cell)]

    def _figures(self, header: Header) -> list[int]:
        """The columns in which figures stand."""
        named = self.contract.by_name
        counted = [
            heading.index
            for heading in header.headings
            if heading.target and (heading.target not in named or named[heading.target].type.numeric)
        ]
        money = [h.index for h in header.headings if h.target in named and named[h.target].type is Kind.MONEY]
        return [*money, *(index for index in counted if index not in money)]

    def _knows(self, cells: Sequence[object]) -> bool:
        """Whether at least two cells of a row are headings."""
        hits = 0
        for index in self.part.columns:
            cell = cells[index] if index < len(cells) else ""
            if isinstance(cell, str) and cell and cell not in _DIGITS:
                known = self.seen.get(cell)
                if known is None:
                    known = self.seen[cell] = self._is_heading(cell)
                hits += known
        return hits > 1

    def _is_heading(self, cell: str) -> bool:
        text = normal_form(cell)
        return text in self.headings or text.split("(")[0] in self.headings

    def _further(self, part: Part, row: int) -> Table | None:
        """The table whose header stands around `row`, if at least half of what it must have is there."""
        table = _best(self.grid, part, self.contract, self.layouts, self.file, max(part.rows.start, row - 2))
        if table is None or not table.header.first <= row <= table.header.last:
            return None
        return table if mostly(table, self.contract) else None

    def _preamble(self, row: int, start: int) -> int:
        """The first of the lines above `row` that belong to it: blank, with one text only, or said of a table."""
        first = row
        while first > start and self._is_line(first - 1):
            first -= 1
        return first

    def _is_line(self, row: int) -> bool:
        texts = [text for c in self.part.columns if (text := self.grid.text(row, c).strip())]
        if not texts:
            return True
        plain = [normal_form(text) for text in texts]
        if rules().is_footnote(plain[0]) and not rules().is_preamble(plain[0]):
            return False
        if any(text.rstrip(":") in rules().total_words for text in plain):
            return False
        return len(texts) == 1 or any(rules().is_preamble(text) for text in plain)

    def _is_strange(self, row: int, figures: Sequence[int]) -> bool:
        """Words alone, no two the same, under headings of figures and after a line of one text or none: a header."""
        said = [text for c in self.part.columns if (text := self.grid.text(row, c).strip())]
        if len(said) < 2 or len(set(said)) < len(said) or any(letter in _DIGITS for text in said for letter in text):
            return False
        return any(self.grid.text(row, c).strip() for c in figures) and self._is_line(row - 1)


def mostly(table: Table, contract: Contract) -> bool:
    """Whether at least half of the columns that the layout must have are there."""
    must = {
        c.name for c in contract.columns if c.presence == "must" and table.layout.carries(c.name)
    } - table.layout.filled
    found = must & table.header.by_target.keys()
    metrics = bool(table.layout.wide) and any(target not in contract.by_name for target in table.header.by_target)
    return (len(found) + metrics) * 2 >= len(must) + bool(table.layout.wide)


def _is_figure(cell: object) -> bool:
    """Whether a cell holds a number, or a text that starts like one."""
    return isinstance(cell, int | float) or (
        isinstance(cell, str) and cell.lstrip()[:1] in _DIGITS and bool(cell.strip())
    )
