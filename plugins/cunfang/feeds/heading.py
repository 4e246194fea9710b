"""Finding the header of a table and what each of its columns means; a heading that is not agreed is a fault (S25)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from cunfang.feeds.contract import Contract, Layout
from cunfang.feeds.faults import Fault, finding
from cunfang.feeds.grid import Grid, a1, column_letters
from cunfang.feeds.rules import rules
from cunfang.finding import Finding
from cunfang.institution import normal_form

SEPARATOR = "/"


@dataclass(frozen=True)
class Vocabulary:
    """The headings a layout knows. `targets`: normal form → column, or metric of a wide layout."""

    targets: Mapping[str, str]
    metrics: frozenset[str]
    ignored: frozenset[str]
    groups: frozenset[str]

    @classmethod
    def of(cls, contract: Contract, layout: Layout) -> Vocabulary:
        """What the contract and the layout know, without the columns that the layout fills itself."""
        targets: dict[str, str] = {}
        if layout.wide:
            for metric, entry in layout.wide.metrics.items():
                targets |= {normal_form(heading): metric for heading in entry.headings}
        metrics = frozenset(targets.values())
        for column in contract.columns:
            if layout.carries(column.name) and column.name not in layout.filled:
                spellings = (*column.spellings, *layout.headings.get(column.name, ()))
                targets |= {normal_form(heading): column.name for heading in spellings}
        groups = frozenset(map(normal_form, (*rules().groups, *layout.groups)))
        return cls(targets, metrics, frozenset(map(normal_form, layout.ignored)), groups)

    @classmethod
    def canonical(cls, shape: frozenset[str]) -> Vocabulary:
        """The column names themselves and nothing else."""
        return cls({name: name for name in shape}, frozenset(), frozenset(), frozenset())

    def resolve(self, path: tuple[str, ...]) -> str | None:
        """What a heading, from its uppermost row down, means: a column, a metric, "" for ignored, None for unknown."""
        for candidate in (path, tuple(part for part in path[:-1] if part not in self.groups) + path[-1:]):
            if (target := self.targets.get(SEPARATOR.join(candidate))) is not None:
                return target
        return "" if any(part in self.ignored for part in path) else None


@dataclass(frozen=True)
class Heading:
    """One grid column under a known heading; `unit` if the heading states it."""

    index: int
    target: str
    unit: str = ""


@dataclass(frozen=True)
class Header:
    """The header rows `first`…`last` (0-based) of a grid, its columns, and what is wrong with it."""

    first: int
    last: int
    headings: tuple[Heading, ...]
    findings: tuple[Finding, ...] = field(default=())

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
    fits = (_header(grid, 0, 0, contract, None, Vocabulary.canonical(shape), file) for shape in contract.shapes)
    return min(fits, key=lambda header: len(header.findings))


def office_header(grid: Grid, contract: Contract, layout: Layout, file: str) -> Header | None:
    """The header of an office table: the rows that know most headings, with the rows above that belong to them."""
    known = Vocabulary.of(contract, layout)
    limits = rules().limits
    best = (0, 0, 0)
    for first in range(min(len(grid.rows), limits.header_search_rows)):
        for height in range(1, min(limits.header_rows, len(grid.rows) - first) + 1):
            found = {known.resolve(_path(grid, first, first + height - 1, c)[0]) for c in range(grid.width)}
            count = len(found - {None, ""})
            best = max(best, (count, -height, first))
    count, height, first = best[0], -best[1], best[2]
    if count < min(2, len(known.targets)):
        return None
    last = first + height - 1
    while first > 0 and last - first + 1 < limits.header_rows and _belongs_to_header(grid, first - 1, known):
        first -= 1
    return _header(grid, first, last, contract, layout, known, file)


def _path(grid: Grid, first: int, last: int, column: int) -> tuple[tuple[str, ...], str]:
    """The heading of a column from top to bottom in normal form, and the unit it states."""
    parts: list[str] = []
    unit = ""
    seen: set[tuple[int, int]] = set()
    for row in range(first, last + 1):
        place = grid.holder(row, column)
        if place in seen or place[0] < first:
            continue
        seen.add(place)
        text = normal_form(grid.text(*place))
        stated = re.search(rules().heading_unit, text)
        if stated:
            unit, text = stated["unit"], text[: stated.start()]
        text = re.sub(rules().heading_prefix, "", text).rstrip(":")
        if text:
            parts.append(text)
    return tuple(parts), unit


def _belongs_to_header(grid: Grid, row: int, known: Vocabulary) -> bool:
    """Whether the row above is a further header row, and not a title, a unit line or blank."""
    texts = {c: normal_form(grid.text(*grid.holder(row, c))) for c in range(grid.width)}
    filled = {column: text for column, text in texts.items() if text}
    if not filled or any(rules().is_preamble(text) for text in filled.values()):
        return False
    single = len({grid.holder(row, column) for column in filled}) == 1
    text = next(iter(filled.values()))
    return not (single and 0 in filled and text not in known.groups and known.resolve((text,)) is None)


def _header(
    grid: Grid, first: int, last: int, contract: Contract, layout: Layout | None, known: Vocabulary, file: str
) -> Header:
    headings: list[Heading] = []
    findings: list[Finding] = []
    at: dict[str, str] = {}
    for index in range(grid.width):
        if layout is None:
            path, unit = tuple(grid.text(0, index).split()), ""
        else:
            path, unit = _path(grid, first, last, index)
        cell = a1(grid.holder(last, index)[0], index)
        where = {"file": file, "sheet": grid.sheet, "cell": cell}
        if not path:
            if (row := _first_filled(grid, last + 1, index)) is not None:
                shown = f"（{column_letters(index)} 列没有表头，{a1(row, index)} 有内容）"
                findings.append(finding(Fault.UNKNOWN_COLUMN, heading=shown, **where))
            continue
        target = known.resolve(path)
        shown = SEPARATOR.join(path)
        if target is None:
            findings.append(finding(Fault.UNKNOWN_COLUMN, heading=shown, column=shown, **where))
        elif target and target in at:
            title = contract.by_name[target].title if target in contract.by_name else target
            findings.append(
                finding(Fault.DUPLICATE_COLUMN, heading=shown, first=at[target], title=title, column=target, **where)
            )
        else:
            at[target or f"#{index}"] = cell
            headings.append(Heading(index, target, unit))
    findings += _missing(grid, first, last, contract, layout, known, set(at), file)
    return Header(first, last, tuple(headings), tuple(findings))


def _first_filled(grid: Grid, start: int, column: int) -> int | None:
    """The first row from `start` in which an unheaded column holds something of its own."""
    for row in range(start, len(grid.rows)):
        if grid.text(row, column).strip():
            return row
    return None


def _missing(
    grid: Grid,
    first: int,
    last: int,
    contract: Contract,
    layout: Layout | None,
    known: Vocabulary,
    present: set[str],
    file: str,
) -> list[Finding]:
    """Agreed columns without a heading; a wide layout needs at least one of its metrics."""
    rows = f"{a1(first, 0)}:{a1(last, max(grid.width - 1, 0))}"
    where = {"file": file, "sheet": grid.sheet, "cell": rows}
    missing: list[Finding] = []
    wanted = set(known.targets.values()) - known.metrics
    for column in contract.columns:
        if column.name not in wanted or column.name in present or column.presence == "may":
            continue
        fault = Fault.MISSING_COLUMN if column.presence == "must" else Fault.EXPECTED_COLUMN
        spellings = column.name if layout is None else "、".join(column.spellings)
        missing.append(finding(fault, title=column.title, column=column.name, spellings=spellings, **where))
    if layout and layout.wide and not known.metrics & present:
        words = "、".join(entry.headings[0] for entry in layout.wide.metrics.values())
        title = contract.by_name[layout.wide.value].title
        missing.append(finding(Fault.MISSING_COLUMN, title=title, column=layout.wide.value, spellings=words, **where))
    return missing


def expected_words(contract: Contract, layout: Layout | None) -> str:
    """The headings a file should have, for a message."""
    if layout is None:
        return "、".join(column.name for column in contract.columns if column.presence == "must")
    own = [item for item in contract.columns if layout.carries(item.name) and item.name not in layout.filled]
    words = [column.title for column in own if column.presence == "must"]
    return "、".join(words + [entry.headings[0] for entry in (layout.wide.metrics.values() if layout.wide else ())])
