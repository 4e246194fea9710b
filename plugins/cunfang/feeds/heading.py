"""Finding the header of a table and what each of its columns means; a heading that is not agreed is a fault (S25)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from cunfang.feeds.contract import Contract, Kind, Layout
from cunfang.feeds.faults import Fault, finding
from cunfang.feeds.grid import Grid, a1, column_letters
from cunfang.feeds.rules import rules
from cunfang.feeds.title import time_covered
from cunfang.feeds.words import SEPARATOR, UNIT_COLUMN, YEAR_START, Path, Vocabulary, clean_heading, in_chinese
from cunfang.finding import Finding
from cunfang.institution import normal_form
from cunfang.period import Period

_DAY = re.compile("^(?:截[至止])?[0-9]{4}年(?:[0-9]{1,2}月(?:[0-9]{1,2}日|末|底)|末|底)")
STOCK_DAY = "as_of"
"""The column that makes a feed one of stocks at a day."""
_FIRM = (Kind.DATE, Kind.DATETIME, Kind.ACCOUNT)
_COUNTED = re.compile(r"\(?(\d+)")
_LATIN = re.compile(r"[^一-龥0-9]*[a-z][^一-龥0-9]*")
_NUMBER = re.compile(r"[-+(△▲]?[\d,]+(?:\.\d+)?[%)]?")


@dataclass(frozen=True)
class Part:
    """The part of a grid in which one table is looked for; `period`: what headings that name a day are held against."""

    rows: range
    columns: range
    period: Period | None = None
    paths: dict[tuple[int, int, int], tuple[Path, str]] = field(default_factory=dict, repr=False, compare=False)
    """The headings read so far, by first row, last row and column: they are the same for every layout."""

    @classmethod
    def whole(cls, grid: Grid, period: Period | None = None) -> Part:
        """All of the sheet."""
        return cls(range(len(grid.rows)), range(grid.width), period)


@dataclass(frozen=True)
class Heading:
    """One grid column under a known heading; `unit` if the heading states it."""

    index: int
    target: str
    unit: str = ""


@dataclass(frozen=True)
class Header:
    """The header rows `first`…`last` (0-based) of a grid, its columns, and what is wrong with it.

    `unit_column`: the column whose cells give the unit of their row, or None.
    """

    first: int
    last: int
    headings: tuple[Heading, ...]
    findings: tuple[Finding, ...] = field(default=())
    unit_column: int | None = None

    @cached_property
    def by_target(self) -> dict[str, Heading]:
        """Column or metric → where it stands."""
        return {heading.target: heading for heading in self.headings if heading.target}


def canonical_header(grid: Grid, contract: Contract, file: str) -> Header | None:
    """The header of a canonical file, or None if its first row names no column; of several shapes the best fit."""
    if not grid.rows:
        return None
    names = {grid.text(0, column).strip() for column in range(len(grid.rows[0]))}
    if not names & contract.by_name.keys():
        return None
    fits = (
        _Assembly(grid, Part.whole(grid), contract, None, Vocabulary.canonical(shape), file).header(0, 0, 0)
        for shape in contract.shapes
    )
    return min(fits, key=lambda header: len(header.findings))


def office_header(
    grid: Grid, contract: Contract, layout: Layout, file: str, part: Part | None = None, first_from: int | None = None
) -> Header | None:
    """The header of an office table: the rows that know most headings, with the rows around that belong to them.

    It is looked for at the top of `part`; a header of a further table starts not before row `first_from`.
    """
    part = part or Part.whole(grid)
    known = Vocabulary.of(contract, layout)
    found = _best_rows(grid, part, known, part.rows.start if first_from is None else first_from)
    if found is None:
        return None
    first, last = found
    height = rules().limits.header_rows
    while first > part.rows.start and last - first + 1 < height and _above(grid, part, first - 1, known):
        first -= 1
    while last + 1 < part.rows.stop and last - first + 1 < height and _reaches(grid, part, first, last):
        last += 1
    under = last
    firm = _firm(grid, part, contract, known, first, last)
    while under + 1 < part.rows.stop and _is_under(grid, part, under + 1, firm):
        under += 1
    return _Assembly(grid, part, contract, layout, known, file).header(first, last, under)


def _best_rows(grid: Grid, part: Part, known: Vocabulary, start: int) -> tuple[int, int] | None:
    """The first and last row that know most headings, in as few rows as possible, as high as possible."""
    limits = rules().limits
    best = (0, 0, 0)
    stop = min(part.rows.stop, start + limits.header_search_rows + limits.header_rows)
    heading = {row for row in range(start, stop) if _may_head(grid, part, row, known)}
    for first in range(start, min(part.rows.stop, start + limits.header_search_rows)):
        if first not in heading:
            continue
        for height in range(1, min(limits.header_rows, part.rows.stop - first) + 1):
            if first + height - 1 not in heading:
                continue
            paths = (heading_path(grid, first, first + height - 1, c, part)[0] for c in part.columns)
            count = len({known.resolve(path) for path in paths if path} - {None, "", UNIT_COLUMN})
            best = max(best, (count, -height, -first))
    count, height, first = best[0], -best[1], -best[2]
    return (first, first + height - 1) if count >= max(1, min(2, len(known.targets))) else None


def _may_head(grid: Grid, part: Part, row: int, known: Vocabulary) -> bool:
    """Whether a cell of the row can be a part of a heading."""
    cells = grid.rows[row][part.columns.start : part.columns.stop]
    return any(isinstance(cell, str) and cell and known.may_head(cell) for cell in cells)


def heading_path(grid: Grid, first: int, last: int, column: int, part: Part) -> tuple[Path, str]:
    """The heading of a column from top to bottom in normal form, and the unit it states."""
    place = first, last, column
    if place not in part.paths:
        part.paths[place] = _heading_path(grid, first, last, column, part)
    return part.paths[place]


def _heading_path(grid: Grid, first: int, last: int, column: int, part: Part) -> tuple[Path, str]:
    parts: list[str] = []
    unit = ""
    seen: set[tuple[int, int]] = set()
    for row in range(first, last + 1):
        place = grid.holder(row, column)
        if place == (row, column) and row < last and not grid.text(row, column).strip():
            place = _group(grid, row, last, column, part)
        if place in seen or place[0] < first:
            continue
        seen.add(place)
        text, stated = clean_heading(grid.text(*place))
        text, unit = undated(text, part.period), stated or unit
        if text:
            parts.append(text)
    return in_chinese(parts), unit


def undated(text: str, period: Period | None) -> str:
    """A heading without the end of the quarter that it starts with (2025年12月末余额); the end of last year is 年初."""
    match = _DAY.match(text)
    said = time_covered(match[0]) if match and period else None
    if match is None or said is None or period is None:
        return text
    if said[1] == period.end:
        return text[match.end() :]
    return YEAR_START + text[match.end() :] if said[1] == period.year_start - timedelta(days=1) else text


def _group(grid: Grid, row: int, last: int, column: int, part: Part) -> tuple[int, int]:
    """An empty header cell without merging belongs to the group on its left: a filled cell with one beneath it."""
    if not any(grid.text(below, column).strip() for below in range(row + 1, last + 1)):
        return row, column
    for left in range(column - 1, part.columns.start - 1, -1):
        if grid.holder(row, left) != (row, left):
            break
        if grid.text(row, left).strip():
            under = any(
                grid.holder(below, left) == (below, left) and grid.text(below, left).strip()
                for below in range(row + 1, last + 1)
            )
            return (row, left) if under else (row, column)
    return row, column


def _filled(grid: Grid, part: Part, row: int) -> dict[int, str]:
    """Texts of a row in normal form by column, merged cells showing what they show."""
    texts = {c: normal_form(grid.text(*grid.holder(row, c))) for c in part.columns}
    return {column: text for column, text in texts.items() if text}


def _above(grid: Grid, part: Part, row: int, known: Vocabulary) -> bool:
    """Whether the row above is a further header row, and not a title, a unit line, blank or a row of data."""
    filled = _filled(grid, part, row)
    if not filled or any(rules().is_preamble(text) for text in filled.values()):
        return False
    if any(map(_NUMBER.fullmatch, filled.values())):
        return False
    single = len({grid.holder(row, column) for column in filled}) == 1
    text = next(iter(filled.values()))
    return not (single and part.columns.start in filled and not known.knows(text))


def _reaches(grid: Grid, part: Part, first: int, last: int) -> bool:
    """Whether a heading is merged with the cell below the header rows, so that the row below is one of them."""
    return any(first <= grid.holder(last + 1, c)[0] <= last for c in part.columns)


def _firm(grid: Grid, part: Part, contract: Contract, known: Vocabulary, first: int, last: int) -> frozenset[int]:
    """The columns in which no row of data can hold mere words: figures, days and accounts."""
    targets = {c: known.resolve(heading_path(grid, first, last, c, part)[0]) for c in part.columns}
    named = contract.by_name
    return frozenset(
        c
        for c, target in targets.items()
        if target in known.metrics or (target in named and (named[target].type.numeric or named[target].type in _FIRM))
    )


def _is_under(grid: Grid, part: Part, row: int, firm: frozenset[int]) -> bool:
    """Whether the row below the headings says them again: in English, as units, or as numbers of the columns."""
    texts = {c: normal_form(text) for c in part.columns if (text := grid.text(row, c)).strip()}
    if len(texts) < 2 or not firm & texts.keys():
        return False
    if all(map(_LATIN.fullmatch, texts.values())) or all(map(_is_unit, texts.values())):
        return True
    numbers = [int(match[1]) for text in texts.values() if (match := _COUNTED.match(text))]
    numbered = all(map(re.compile(rules().numbering).match, texts.values()))
    return numbered and len(texts) > 2 and numbers == list(range(1, len(numbers) + 1))


def _is_unit(text: str) -> bool:
    match = re.search(rules().heading_unit, text)
    return match is not None and match.start() == 0


@dataclass(frozen=True)
class _Assembly:
    """What is at hand when header rows become a Header."""

    grid: Grid
    part: Part
    contract: Contract
    layout: Layout | None
    known: Vocabulary
    file: str

    def header(self, first: int, last: int, under: int) -> Header:
        """The columns under the header rows, with each unknown, doubled and missing one as a finding.

        Rows after `last` down to `under` say the headings again; only units are taken from them.
        """
        headings: list[Heading] = []
        findings: list[Finding] = []
        at: dict[str, str] = {}
        for index in self.part.columns:
            path, unit = self._path(first, last, under, index)
            cell = a1(self.grid.holder(last, index)[0], index)
            if not path:
                findings += self._unheaded(under, index, cell)
                continue
            target = self.known.resolve(path)
            if target is None:
                findings.append(self._unknown(path, cell))
            elif target and target in at:
                findings.append(self._doubled(path, target, at[target], cell))
            else:
                at[target or f"#{index}"] = cell
                headings.append(Heading(index, target, unit))
        findings += self._missing(first, last, set(at))
        unit_column = next((heading.index for heading in headings if heading.target == UNIT_COLUMN), None)
        known = tuple(heading for heading in headings if heading.target != UNIT_COLUMN)
        return Header(first, under, known, tuple(findings), unit_column)

    def _path(self, first: int, last: int, under: int, index: int) -> tuple[Path, str]:
        if self.layout is None:
            return tuple(self.grid.text(0, index).split()), ""
        path, unit = heading_path(self.grid, first, last, index, self.part)
        return path, unit or (heading_path(self.grid, last + 1, under, index, self.part)[1] if under > last else "")

    def _where(self, cell: str) -> dict[str, object]:
        return {"file": self.file, "sheet": self.grid.sheet, "cell": cell}

    def _unknown(self, path: Path, cell: str) -> Finding:
        """A heading that is not agreed; a flow where the feed wants a stock at a day is said to be one (Q06)."""
        shown = SEPARATOR.join(path)
        flow = STOCK_DAY in self.contract.by_name and re.search(rules().flows, shown)
        fault = Fault.FLOW_COLUMN if flow else Fault.UNKNOWN_COLUMN
        return finding(fault, heading=shown, column=shown, **self._where(cell))

    def _unheaded(self, last: int, index: int, cell: str) -> list[Finding]:
        """A column without a heading in which something of its own stands."""
        row = next((r for r in range(last + 1, self.part.rows.stop) if self.grid.text(r, index).strip()), None)
        if row is None:
            return []
        shown = f"（{column_letters(index)} 列没有表头，{a1(row, index)} 有内容）"
        return [finding(Fault.UNKNOWN_COLUMN, heading=shown, **self._where(cell))]

    def _doubled(self, path: Path, target: str, first: str, cell: str) -> Finding:
        named = self.contract.by_name.get(target)
        facts = {"heading": SEPARATOR.join(path), "first": first, "title": named.title if named else target}
        return finding(Fault.DUPLICATE_COLUMN, column=target, **facts, **self._where(cell))

    def _missing(self, first: int, last: int, present: set[str]) -> list[Finding]:
        """Agreed columns without a heading; a wide layout needs at least one of its metrics."""
        columns = self.part.columns
        where = self._where(f"{a1(first, columns.start)}:{a1(last, max(columns.stop - 1, columns.start))}")
        layout = self.layout
        missing: list[Finding] = []
        for column in self.contract.columns:
            if column.name not in self.known.columns or column.name in present or column.presence == "may":
                continue
            fault = Fault.MISSING_COLUMN if column.presence == "must" else Fault.EXPECTED_COLUMN
            spellings = column.name if layout is None else "、".join(layout.spellings(column))
            missing.append(finding(fault, title=column.title, column=column.name, spellings=spellings, **where))
        if layout and layout.wide and not self.known.metrics & present:
            words = "、".join(entry.headings[0] for entry in layout.wide.metrics.values())
            facts = {"title": self.contract.by_name[layout.wide.value].title, "column": layout.wide.value}
            missing.append(finding(Fault.MISSING_COLUMN, spellings=words, **facts, **where))
        return missing


def seen_words(grid: Grid) -> tuple[str, str]:
    """What looks most like a header where none is known: the cell it starts at and its texts; empty if nothing does."""
    limits = rules().limits
    part = Part.whole(grid)
    top = [_filled(grid, part, row) for row in range(min(len(grid.rows), limits.header_search_rows))]
    words = [{c: text for c, text in texts.items() if not any(map(str.isdigit, text))} for texts in top]
    likely = [len(here) if len(here) == len(texts) else 0 for here, texts in zip(words, top, strict=True)]
    if not likely or max(likely) < 2:
        return "", ""
    first = last = likely.index(max(likely))
    while last + 1 < len(top) and last - first + 1 < limits.header_rows and likely[last + 1] > 1:
        last += 1
    seen = dict.fromkeys(text for here in top[first : last + 1] for text in here.values())
    return a1(first, min(top[first])), "、".join(seen)


def expected_words(contract: Contract, layout: Layout | None) -> str:
    """The headings a file should have, for a message."""
    if layout is None:
        return "、".join(column.name for column in contract.columns if column.presence == "must")
    own = [item for item in contract.columns if layout.carries(item.name) and item.name not in layout.filled]
    words = [layout.spellings(column)[0] for column in own if column.presence == "must"]
    return "、".join(words + [entry.headings[0] for entry in (layout.wide.metrics.values() if layout.wide else ())])
