"""The strict reader: a file becomes records of text with cells, or findings that say what was not understood (S25)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from cunfang.feeds.body import read_rows
from cunfang.feeds.contract import CANONICAL, Contract, Kind, Layout
from cunfang.feeds.faults import Fault, FaultError, finding
from cunfang.feeds.grid import Grid, Source
from cunfang.feeds.heading import Header, canonical_header, expected_words, office_header
from cunfang.feeds.record import Reading, Title, Value
from cunfang.feeds.rules import rules
from cunfang.feeds.title import read_preamble
from cunfang.finding import Finding
from cunfang.period import Period


def read(path: Path, contract: Contract, region: str, period: Period, *, county: str = "", name: str = "") -> Reading:
    """Read one file. Never raises for what the file holds: every fault is a finding.

    `county` is the region's name, held against the title; `name` is the file's own name, if `path` is a copy.
    """
    reading = Reading(name or path.name, contract.feed, region, period)
    try:
        limit = rules().limits.file_bytes
        size = path.stat().st_size
        if size > limit:
            raise FaultError(Fault.TOO_LARGE, size=f"{size:,} 字节", limit=f"{limit:,} 字节")
        data = path.read_bytes()
    except FaultError as error:
        return replace(reading, findings=(error.finding(file=reading.file),))
    except OSError as error:
        broken = finding(Fault.BROKEN, kind=path.suffix, reason=error.strerror or str(error), file=reading.file)
        return replace(reading, findings=(broken,))
    return read_bytes(data, contract, reading, county=county)


def read_bytes(data: bytes, contract: Contract, reading: Reading, *, county: str = "") -> Reading:
    """Fill `reading` (file, feed, region, period) from the bytes; the contract's layouts are held against them."""
    suffix = Path(reading.file).suffix.lower().lstrip(".")
    try:
        source = Source(data, suffix)
        attempts = list(_attempts(source, contract, reading))
    except FaultError as error:
        return replace(reading, findings=(error.finding(file=reading.file),))
    best = min(attempts, key=_Attempt.faults)
    if best.header is None or best.grid is None:
        return replace(reading, sheet=best.grid.sheet if best.grid else "", findings=best.findings)
    return _read_table(source, contract, reading, best.grid, best.header, best.layout, county)


@dataclass(frozen=True)
class _Attempt:
    """One layout held against the file. `layout` None is the canonical one; `header` None: not recognised."""

    layout: Layout | None
    grid: Grid | None
    header: Header | None
    findings: tuple[Finding, ...]

    def faults(self) -> tuple[bool, int, int]:
        """Order of merit: recognised, then blocking faults, then others."""
        blocking = sum(fault.blocking for fault in self.findings)
        return self.header is None, blocking, len(self.findings)


def _attempts(source: Source, contract: Contract, reading: Reading) -> Iterator[_Attempt]:
    """The canonical layout first, if the first row speaks it, else every office layout of the period."""
    first = source.grid()
    canonical = canonical_header(first, contract, reading.file)
    if canonical is not None:
        yield _Attempt(None, first, canonical, canonical.findings)
        return
    layouts = [layout for layout in contract.layouts_in(reading.period) if source.format in layout.formats]
    for layout in layouts:
        try:
            grid = source.grid(layout.sheets)
        except FaultError as error:
            yield _Attempt(layout, None, None, (error.finding(file=reading.file),))
            continue
        header = office_header(grid, contract, layout, reading.file)
        faults = header.findings if header else (_no_header(contract, layout, grid, reading),)
        yield _Attempt(layout, grid, header, faults)
    if not layouts and source.format == "csv":
        yield _Attempt(None, first, None, (_no_header(contract, None, first, reading),))
    elif not layouts:
        formats = "、".join(sorted({"csv", *(f for layout in contract.layouts for f in layout.formats)}))
        facts = {"name": contract.name, "period": reading.period, "kind": source.format, "formats": formats}
        yield _Attempt(None, None, None, (finding(Fault.NO_LAYOUT, file=reading.file, **facts),))


def _no_header(contract: Contract, layout: Layout | None, grid: Grid, reading: Reading) -> Finding:
    words = expected_words(contract, layout)
    rows = rules().limits.header_search_rows
    return finding(Fault.NO_HEADER, expected=words, rows=rows, file=reading.file, sheet=grid.sheet, cell="A1")


def _read_table(
    source: Source,
    contract: Contract,
    reading: Reading,
    grid: Grid,
    header: Header,
    layout: Layout | None,
    county: str,
) -> Reading:
    preamble = read_preamble(grid, header.first)
    findings = list(header.findings)
    fixed: dict[str, Value] = {}
    unit = "元"
    if layout is not None:
        unit = preamble.unit or ("" if layout.unit == "stated" else layout.unit)
        fixed = {name: Value(text) for name, text in layout.constants.items()}
        fixed |= _from_title(layout, preamble.title)
        findings += _title_faults(layout, preamble.title, reading, county, grid.sheet)
        findings += _unit_faults(contract, header, unit, reading.file, grid)
    records, row_findings = read_rows(grid, header, contract, layout, fixed, unit, reading.file)
    findings += row_findings
    understood = not any(fault.blocking for fault in header.findings)
    if not records and understood and not contract.allow_empty:
        findings.append(finding(Fault.NO_ROWS, file=reading.file, sheet=grid.sheet))
    findings += _unread_sheets(source, grid, reading.file)
    return replace(
        reading,
        layout=layout.name if layout else CANONICAL,
        sheet=grid.sheet,
        title=preamble.title,
        records=tuple(records),
        findings=tuple(findings),
    )


def _from_title(layout: Layout, title: Title | None) -> dict[str, Value]:
    """Columns whose value is the title's start or end, with the title's cell."""
    if title is None:
        return {}
    days = {"start": title.start, "end": title.end}
    return {column: Value(day.isoformat(), title.cell) for column, side in layout.title.items() if (day := days[side])}


def _title_faults(layout: Layout, title: Title | None, reading: Reading, county: str, sheet: str) -> Iterator[Finding]:
    where = {"file": reading.file, "sheet": sheet, "cell": title.cell if title else "A1"}
    text = title.text if title else ""
    said = {"start": title and title.start, "end": title and title.end}
    lacking = {side for side in layout.title.values() if not said[side]}
    if lacking:
        needed = "起止月份" if lacking == {"start"} else "考核期"
        yield finding(Fault.NO_TITLE_PERIOD, needed=needed, text=text, **where)
    if title and title.end:
        period = reading.period
        first = period.end if layout.title_ends == "period_end" else period.start
        if not first <= title.end <= period.end:
            yield finding(Fault.OTHER_PERIOD, found=title.end, period=period, expected=period.end, **where)
    if title and county and title.county and county not in title.county:
        where["cell"] = title.county_cell
        yield finding(Fault.OTHER_COUNTY, found=title.county, expected=county, **where)


def _unit_faults(contract: Contract, header: Header, unit: str, file: str, grid: Grid) -> Iterator[Finding]:
    """Amounts whose unit neither the sheet nor their heading states."""
    silent = [
        contract.by_name[target].title
        for target, heading in header.by_target.items()
        if target in contract.by_name and contract.by_name[target].type is Kind.MONEY and not (heading.unit or unit)
    ]
    if silent:
        yield finding(Fault.NO_UNIT, title="、".join(silent), file=file, sheet=grid.sheet, cell="A1")


def _unread_sheets(source: Source, grid: Grid, file: str) -> Iterator[Finding]:
    for sheet in source.visible_sheets:
        if sheet != grid.sheet and sheet not in rules().own_sheets and source.has_content(sheet):
            yield finding(Fault.OTHER_SHEET, other=sheet, file=file, sheet=sheet)
