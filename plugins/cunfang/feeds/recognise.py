"""Which feed a file is: every contract is held against it, and the one whose header it carries is named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cunfang.feeds.contract import CANONICAL, FEEDS, Contract, Layout, contracts
from cunfang.feeds.faults import FaultError
from cunfang.feeds.grid import Grid, Source, a1
from cunfang.feeds.heading import canonical_header
from cunfang.feeds.reader import period_named, recognised, suffix_of
from cunfang.feeds.rules import rules
from cunfang.feeds.title import lines, plain, read_preamble
from cunfang.feeds.words import Vocabulary
from cunfang.period import Period

LIKELY = 0.6
"""The share of the agreed columns from which a header with faults is taken for the feed's."""
TOP_ROWS = 8
"""Rows in which a sheet says whose it is."""


@dataclass(frozen=True)
class Recognised:
    """The feed that a file's header speaks of.

    `score`: the share of the agreed columns found, from 0 to 1, less where headings are wrong or missing. `period` and
    `county`: what title or file name say, None and empty if they do not. `cell`: where the header starts. `name`: the
    feed's Chinese name.
    """

    feed: str
    name: str
    period: Period | None
    county: str
    layout: str
    score: float
    sheet: str
    cell: str


def recognise(data: bytes, name: str) -> Recognised | None:
    """The feed of a file by its content, or None if it cannot be opened or is no feed's; `name` is the file's name."""
    try:
        return among(Source(data, suffix_of(name)), name)
    except FaultError:
        return None


def among(source: Source, name: str, without: Contract | None = None) -> Recognised | None:
    """The feed whose header an opened file carries; `without` a contract and its family, only one without a fault."""
    agreed = [item for item in contracts(FEEDS).values() if without is None or item.family != without.family]
    found = list(_matches(source, agreed, name, period_named(source, name)))
    sound = [one for one in found if not one.faults]
    likely = sound or [one for one in found if without is None and one.recognised.score >= LIKELY]
    if not likely:
        return None
    said = _said(source, name)
    return max(likely, key=lambda one: one.merit(said)).recognised


@dataclass(frozen=True)
class _Match:
    """A contract that knows the header; `faults`: how many headings are wrong or missing."""

    contract: Contract
    recognised: Recognised
    faults: int

    def merit(self, said: str) -> tuple[float, int, bool]:
        """The share of the columns, how clearly the file speaks of it, and a merged feed before those it replaces."""
        return self.recognised.score, _named(self.contract, said), bool(self.contract.replaces)


def _matches(source: Source, agreed: Iterable[Contract], name: str, period: Period | None) -> Iterator[_Match]:
    """Each contract that knows the header, canonical or of an office."""
    first = source.grid()
    for contract in agreed:
        header = canonical_header(first, contract, name)
        if header is not None:
            found = header.by_target.keys()
            score = max(len(found & shape) / len(found | shape) for shape in contract.shapes)
            place = a1(header.first, 0)
            one = Recognised(contract.feed, contract.name, period, "", CANONICAL, score, first.sheet, place)
            yield _Match(contract, one, sum(fault.blocking for fault in header.findings))
        elif (match := _office(source, contract, name, period)) is not None:
            yield match


def _office(source: Source, contract: Contract, name: str, period: Period | None) -> _Match | None:
    layouts = [item for item in contract.layouts if source.format in item.formats and not _is_own(item)]
    current = [item for item in layouts if period is None or item.holds(period)]
    sheets = recognised(source, contract, current, name, period)
    if not sheets:
        return None
    table = sheets[0].tables[0]
    title = read_preamble(table.grid, table.above).title
    known = Vocabulary.of(contract, table.layout)
    there, faults = table.header.by_target.keys(), sheets[0].demerit[1]
    due = {column.name for column in contract.columns if column.name in known.columns and column.presence != "may"}
    score = len(there) / len(due | there) * len(there) / (len(there) + faults) if there else 0.0
    county, place = title.county if title else "", a1(table.header.first, table.columns.start)
    one = Recognised(contract.feed, contract.name, period, county, table.layout.name, score, table.grid.sheet, place)
    return _Match(contract, one, faults)


def _is_own(layout: Layout) -> bool:
    """Whether a layout is for sheets that we add to other feeds' workbooks: they do not say which feed a file is."""
    return bool(layout.sheets) and set(layout.sheets) <= set(rules().own_sheets)


def _said(source: Source, name: str) -> str:
    """What the file's name, its sheet names and the lines at its top say, without spaces."""
    grid: Grid = source.grid()
    top = lines(grid, range(min(len(grid.rows), TOP_ROWS)), range(grid.width))
    return plain("".join([name, *source.visible_sheets, *(line.plain for line in top)]))


def _named(contract: Contract, said: str) -> int:
    """How clearly a text speaks of the contract: its feed, name or provider."""
    return sum(
        word in said for word in (contract.feed, contract.name, contract.provider, *contract.marks, *contract.marks)
    )
