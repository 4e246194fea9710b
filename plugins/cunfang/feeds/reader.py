"""The strict reader: a file becomes records of text with cells, or findings that say what was not understood (S25)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from cunfang.feeds.body import read_rows
from cunfang.feeds.contract import CANONICAL, Contract, Kind, Layout
from cunfang.feeds.faults import Fault, FaultError, finding
from cunfang.feeds.grid import Grid, Source
from cunfang.feeds.heading import Header, canonical_header, expected_words, seen_words
from cunfang.feeds.record import Reading, Records, Title, Value
from cunfang.feeds.remarks import remarks
from cunfang.feeds.rules import rules
from cunfang.feeds.saved import saved_on
from cunfang.feeds.tables import Sheet, Table, mostly, tables_of
from cunfang.feeds.title import Line, Preamble, lines, plain, read_preamble, stated_units, time_covered
from cunfang.finding import Finding
from cunfang.period import Period

TITLE_CELLS = 2
"""A title row has at most so many filled cells: the title and, beside it, a unit or an office."""
FOOT_ROWS = 5
"""How many of the last rows are looked over for a unit line that should stand above the table."""


def read(
    path: Path, contract: Contract, region: str, period: Period | None, *, county: str = "", name: str = ""
) -> Reading:
    """Read one file. Never raises for what the file holds: every fault is a finding.

    `county` is the region's name, held against the title; `name` is the file's own name, if `path` is a copy.
    Without a `period` it is taken from the title or the name of the file, and stays None where neither says it.
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
    try:
        source = Source(data, suffix_of(reading.file))
        reading = replace(reading, period=reading.period or period_named(source, reading.file))
        read_one = _read_source(source, contract, reading, county)
        return replace(read_one, findings=(*read_one.findings, *_too_early(data, source, read_one)))
    except FaultError as error:
        return replace(reading, findings=(error.finding(file=reading.file),))


def _too_early(data: bytes, source: Source, reading: Reading) -> list[Finding]:
    """A title that speaks of a day after the file was last saved (Q14)."""
    title = reading.title
    saved = saved_on(data) if source.format != "csv" and title and title.end else None
    if saved is None or title is None or title.end is None or title.end <= saved:
        return []
    where = {"file": reading.file, "sheet": reading.sheet, "cell": title.cell}
    return [finding(Fault.AFTER_FILE_DATE, found=title.end, saved=saved, **where)]


def suffix_of(file: str) -> str:
    """The last suffix of a file name, in lower case, without the dot."""
    return Path(file).suffix.lower().lstrip(".")


def period_named(source: Source, file: str) -> Period | None:
    """The quarter that titles speak of, else the file's name; None if neither does.

    Of several days the last one that ends a quarter counts: a cover is dated later, sheets of other quarters earlier.
    """
    said = [days for grid in _grids(source) for line in top_lines(grid) if (days := time_covered(line.plain))]
    ends = sorted(end for _, end in said if end == Period.containing(end).end)
    named = time_covered(plain(Path(file).stem))
    day = next(iter([*ends[-1:], *(end for _, end in said), *([named[1]] if named else [])]), None)
    return Period.containing(day) if day else None


def top_lines(grid: Grid) -> list[Line]:
    """The lines of a sheet above the first row that is more than a title with something beside it."""
    found: list[Line] = []
    for row in range(min(len(grid.rows), rules().limits.header_search_rows)):
        here = lines(grid, [row], range(grid.width))
        if len(here) > TITLE_CELLS:
            break
        found += [line for line in here if not rules().is_preamble(line.plain)]
    return found


def _grids(source: Source, wanted: Sequence[str] = ()) -> Iterator[Grid]:
    """The sheets in order, without those that we write into workbooks ourselves and that no layout wants by name."""
    if source.format == "csv":
        yield source.grid()
    for name in source.visible_sheets:
        if name in wanted or name not in rules().own_sheets:
            yield source.grid((name,))


def _read_source(source: Source, contract: Contract, reading: Reading, county: str) -> Reading:
    first = source.grid()
    canonical = canonical_header(first, contract, reading.file)
    # A sheet that a layout wants by name is what was delivered, whatever stands in front of it.
    wanted = {name for layout in contract.layouts for name in layout.sheets}
    if canonical is not None and not wanted.intersection(source.visible_sheets):
        return _read_canonical(source, contract, reading, first, canonical)
    layouts = [layout for layout in contract.layouts if source.format in layout.formats]
    current = [item for item in layouts if reading.period is None or item.holds(reading.period)]
    sheets = recognised(source, contract, current, reading.file, reading.period)
    if not sheets:
        return replace(reading, sheet=first.sheet, findings=tuple(_not_recognised(source, contract, reading, layouts)))
    if sheets[0].demerit[1]:
        old = [item for item in layouts if item not in current]
        other = _old_form(source, contract, reading, current, old) or _other_feed(source, contract, reading)
        if other is not None:
            return replace(reading, sheet=sheets[0].grid.sheet, findings=(other,))
    return _read_tables(source, contract, reading, sheets, county)


def recognised(
    source: Source, contract: Contract, layouts: Sequence[Layout], file: str, period: Period | None
) -> list[Sheet]:
    """The sheets with tables of the contract; where some fit well, those that hardly do are not among them."""
    found: list[Sheet] = []
    for grid in _grids(source, [name for layout in layouts for name in layout.sheets]):
        fitting = [layout for layout in layouts if not layout.sheets or grid.sheet in layout.sheets]
        sheet = tables_of(grid, contract, fitting, file, period) if fitting else Sheet(grid, ())
        if sheet.tables:
            found.append(sheet)
    strong = [sheet for sheet in found if any(mostly(table, contract) for table in sheet.tables)]
    return strong or sorted(found, key=lambda sheet: sheet.demerit)[:1]


def _not_recognised(
    source: Source, contract: Contract, reading: Reading, layouts: Sequence[Layout]
) -> Iterator[Finding]:
    """Why no table was found: no layout for the format or the period, not the sheet agreed, no header."""
    current = [item for item in layouts if reading.period is None or item.holds(reading.period)]
    old = [item for item in layouts if item not in current]
    other = _old_form(source, contract, reading, current, old) or _other_feed(source, contract, reading)
    first = source.grid()
    if other is not None:
        yield other
    elif not current and source.format != "csv":
        formats = "、".join(sorted({"csv", *(f for layout in contract.layouts for f in layout.formats)}))
        facts = {"name": contract.name, "period": reading.period or "各期", "kind": source.format, "formats": formats}
        yield finding(Fault.NO_LAYOUT, file=reading.file, **facts)
    elif current and all(item.sheets and not set(item.sheets) & set(source.visible_sheets) for item in current):
        wanted = "”或“".join(dict.fromkeys(sheet for item in current for sheet in item.sheets))
        shown = "、".join(source.visible_sheets) or "没有可见的工作表"
        yield finding(Fault.NO_SHEET, expected=wanted, present=shown, file=reading.file)
    else:
        words = expected_words(contract, current[0] if current else None)
        rows = rules().limits.header_search_rows
        cell, seen = seen_words(first)
        shown = f"；最像表头的是 {cell} 起的“{seen}”" if seen else ""
        where = {"file": reading.file, "sheet": first.sheet, "cell": cell or "A1"}
        yield finding(Fault.NO_HEADER, expected=words, seen=shown, rows=rows, **where)


def _old_form(
    source: Source, contract: Contract, reading: Reading, current: Sequence[Layout], others: Sequence[Layout]
) -> Finding | None:
    """A finding for a form that is read without fault, but is not the one of this period."""
    for layout in others:
        sheets = recognised(source, contract, [layout], reading.file, reading.period)
        if sheets and not sheets[0].demerit[1]:
            span = f"自 {layout.valid_from} 起" if layout.valid_to is None else f"至 {layout.valid_to} 止"
            names = "、".join(f"“{item.name}”（{expected_words(contract, item)}）" for item in current)
            facts = {"old": layout.name, "span": span, "period": reading.period, "current": names or "canonical"}
            return finding(Fault.OLD_FORM, file=reading.file, sheet=sheets[0].grid.sheet, cell="A1", **facts)
    return None


def _other_feed(source: Source, contract: Contract, reading: Reading) -> Finding | None:
    """A finding for a file that is clearly another feed's."""
    from cunfang.feeds.recognise import among

    other = among(source, reading.file, without=contract)
    if other is None:
        return None
    facts = {"name": other.name, "feed": other.feed, "own": contract.name}
    return finding(Fault.OTHER_FEED, file=reading.file, sheet=other.sheet, cell=other.cell, **facts)


def _read_canonical(source: Source, contract: Contract, reading: Reading, grid: Grid, header: Header) -> Reading:
    records, row_findings = read_rows(grid, header, contract, None, {}, "元", reading.file)
    findings = [*header.findings, *row_findings]
    findings += _no_rows(contract, records, header.findings, reading.file, grid.sheet)
    findings += _unread_sheets(source, {grid.sheet}, reading.file)
    findings += remarks(source, [grid], reading.file)
    return replace(reading, layout=CANONICAL, sheet=grid.sheet, records=records, findings=tuple(findings))


def _no_rows(
    contract: Contract, records: Records, header_findings: Sequence[Finding], file: str, sheet: str
) -> list[Finding]:
    understood = not any(fault.blocking for fault in header_findings)
    if records or not understood or contract.allow_empty:
        return []
    return [finding(Fault.NO_ROWS, file=file, sheet=sheet)]


@dataclass(frozen=True)
class _Placed:
    """A table with what is said above it, its own lines first, then those of its sheet."""

    table: Table
    preamble: Preamble

    def of_period(self, period: Period | None) -> bool:
        """Whether its title does not speak of a time outside the period."""
        title, ends = self.preamble.title, self.table.layout.title_ends
        if period is None or title is None or title.end is None:
            return True
        if ends == "within_year":
            return title.end.year == period.year
        return (period.end if ends == "period_end" else period.start) <= title.end <= period.end


def _placed(sheets: Sequence[Sheet]) -> Iterator[_Placed]:
    for sheet in sheets:
        before = Preamble()
        for table in sheet.tables:
            own = read_preamble(sheet.grid, table.above, table.columns)
            before = own.over(read_preamble(sheet.grid, table.above)).over(before)
            yield _Placed(table, before)


def _read_tables(source: Source, contract: Contract, reading: Reading, sheets: Sequence[Sheet], county: str) -> Reading:
    placed = list(_placed(sheets))
    timely = [one for one in placed if one.of_period(reading.period)] or placed
    findings: list[Finding] = []
    records = Records()
    for one in timely:
        findings += one.table.header.findings
        findings += _title_faults(one, reading, county)
        findings += _unit_faults(contract, one, reading.file)
        more, row_findings = _rows(contract, one, reading.file, len(records) + 1)
        records = Records([*records.blocks, *more.blocks])
        findings += row_findings
    findings += [fault for sheet in sheets for fault in sheet.unknown]
    for one in placed:
        if one not in timely and one.preamble.title is not None:
            findings.append(_untimely(one.table, one.preamble.title, reading))
    headers = [fault for one in timely for fault in one.table.header.findings]
    findings += _no_rows(contract, records, headers, reading.file, sheets[0].grid.sheet)
    findings += _unread_sheets(source, {sheet.grid.sheet for sheet in sheets}, reading.file)
    findings += remarks(source, [sheet.grid for sheet in sheets], reading.file)
    return replace(
        reading,
        layout="、".join(dict.fromkeys(one.table.layout.name for one in timely)),
        sheet=timely[0].table.grid.sheet,
        title=timely[0].preamble.title,
        records=records,
        findings=tuple(dict.fromkeys(findings)),
    )


def _rows(contract: Contract, one: _Placed, file: str, first_no: int) -> tuple[Records, list[Finding]]:
    table, layout = one.table, one.table.layout
    fixed = {name: Value(text) for name, text in layout.constants.items()} | _from_title(layout, one.preamble.title)
    return read_rows(
        table.grid,
        table.header,
        contract,
        layout,
        fixed,
        _unit(one),
        file,
        rows=table.rows,
        columns=table.columns,
        first_no=first_no,
    )


def _unit(one: _Placed) -> str:
    """The unit of the amounts: as stated above the table, else as agreed for the layout."""
    return one.preamble.unit or ("" if one.table.layout.unit == "stated" else one.table.layout.unit)


def _from_title(layout: Layout, title: Title | None) -> dict[str, Value]:
    """Columns whose value is the title's start or end, with the title's cell."""
    if title is None:
        return {}
    days = {"start": title.start, "end": title.end}
    return {column: Value(day.isoformat(), title.cell) for column, side in layout.title.items() if (day := days[side])}


def _title_faults(one: _Placed, reading: Reading, county: str) -> Iterator[Finding]:
    title, layout = one.preamble.title, one.table.layout
    where = {"file": reading.file, "sheet": one.table.grid.sheet, "cell": title.cell if title else "A1"}
    text = title.text if title else ""
    template = one.preamble.template
    said: dict[str, date | None] = {"start": title.start if title else None, "end": title.end if title else None}
    lacking = {side for side in layout.title.values() if not said[side]}
    if template is not None:
        yield finding(Fault.TEMPLATE_YEAR, text=template.text, **{**where, "cell": template.cell})
    elif lacking:
        needed = "起止月份" if lacking == {"start"} else "考核期"
        yield finding(Fault.NO_TITLE_PERIOD, needed=needed, text=text, **where)
    if title and reading.period and not one.of_period(reading.period):
        period = reading.period
        yield finding(Fault.OTHER_PERIOD, found=title.end, period=period, expected=period.end, **where)
    if layout.title_place == "own" and title and county and title.county and county not in title.county:
        where["cell"] = title.county_cell
        yield finding(Fault.OTHER_COUNTY, found=title.county, expected=county, **where)


def _unit_faults(contract: Contract, one: _Placed, file: str) -> Iterator[Finding]:
    """Amounts whose unit neither the sheet nor their heading states, and sheets that state two."""
    table, names = one.table, contract.by_name
    where = {"file": file, "sheet": table.grid.sheet}
    below = [
        (unit, line)
        for line in lines(table.grid, table.rows[-FOOT_ROWS:], table.columns)
        for unit in stated_units(line)
        if rules().is_footnote(line.plain)
    ]
    stated = [*one.preamble.units, *below]
    if len({unit for unit, _ in stated}) > 1:
        said = "、".join(f"{line.cell}“{line.text}”" for line in dict.fromkeys(line for _, line in stated))
        yield finding(Fault.TWO_UNITS, said=said, cell=stated[0][1].cell, **where)
    wide = table.layout.wide
    silent = [
        names[column].title
        for target, heading in table.header.by_target.items()
        if (column := target if target in names else wide.value if wide else "")
        and names[column].type is Kind.MONEY
        and not (heading.unit or _unit(one) or (wide and target in wide.metrics and wide.metrics[target].unit))
    ]
    if silent and table.header.unit_column is None:
        if below:
            unit, line = below[0]
            yield finding(Fault.UNIT_BELOW, text=line.text, unit=unit, cell=line.cell, **where)
        else:
            yield finding(Fault.NO_UNIT, title="、".join(dict.fromkeys(silent)), cell="A1", **where)


def _untimely(table: Table, title: Title, reading: Reading) -> Finding:
    facts = {"other": table.grid.sheet or "本表", "text": title.text, "found": title.end, "period": reading.period}
    return finding(Fault.OTHER_PERIOD_TABLE, file=reading.file, sheet=table.grid.sheet, cell=title.cell, **facts)


def _unread_sheets(source: Source, read_ones: set[str], file: str) -> Iterator[Finding]:
    """What else the file holds; beside a sheet of ours that came back filled in lies the table it is about."""
    own = set(rules().own_sheets)
    for sheet in source.visible_sheets if not read_ones <= own else ():
        if sheet not in read_ones and sheet not in own and source.has_content(sheet):
            yield finding(Fault.OTHER_SHEET, other=sheet, file=file, sheet=sheet)
