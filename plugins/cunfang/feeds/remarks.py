"""What a file carries beside the table that was read: hidden rows and sheets, macros, links. Said, never followed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cunfang.feeds.faults import Fault, finding
from cunfang.feeds.grid import Grid, Source, column_letters
from cunfang.finding import Finding


def remarks(source: Source, grids: Iterable[Grid], file: str) -> list[Finding]:
    """Quality findings about an opened file, of which `grids` are the sheets that were read."""
    read = list(grids)
    found = [one for grid in read for one in _hidden_parts(grid, file)]
    for sheet in source.hidden_sheets:
        if sheet not in {grid.sheet for grid in read} and source.has_content(sheet):
            found.append(finding(Fault.HIDDEN_SHEET, other=sheet, file=file, sheet=sheet))
    if source.has_macros:
        found.append(finding(Fault.MACROS, file=file))
    if source.has_links:
        found.append(finding(Fault.LINKS, file=file))
    found += [
        finding(Fault.SLOW_READER, reason=reason, file=file, sheet=sheet)
        for sheet, reason in source.read_carefully.items()
    ]
    return found


def _hidden_parts(grid: Grid, file: str) -> Iterator[Finding]:
    """Hidden rows and columns that hold something; they were read like the others."""
    rows = [row for row in sorted(grid.look.hidden_rows) if row < len(grid.rows) and _holds(grid.rows[row])]
    if rows:
        what = "第 " + "、".join(_spans([str(row + 1) for row in rows], rows)) + " 行"
        yield finding(Fault.HIDDEN_PART, what=what, file=file, sheet=grid.sheet, cell=f"A{rows[0] + 1}")
    hidden = [column for column in sorted(grid.look.hidden_columns) if column < grid.width]
    columns = [c for c in hidden if _holds([row[c] for row in grid.rows if c < len(row)])]
    if columns:
        what = "、".join(_spans([column_letters(column) for column in columns], columns)) + " 列"
        cell = f"{column_letters(columns[0])}1"
        yield finding(Fault.HIDDEN_PART, what=what, file=file, sheet=grid.sheet, cell=cell)


def _holds(cells: Iterable[object]) -> bool:
    return any(not (isinstance(cell, str) and not cell.strip()) for cell in cells)


def _spans(names: list[str], numbers: list[int]) -> list[str]:
    """5, 7, 8, 9 → 5, 7–9."""
    spans: list[str] = []
    start = 0
    for at in range(len(numbers)):
        if at + 1 == len(numbers) or numbers[at + 1] != numbers[at] + 1:
            spans.append(names[start] if start == at else f"{names[start]}–{names[at]}")
            start = at + 1
    return spans
