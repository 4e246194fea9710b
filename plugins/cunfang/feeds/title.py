"""The lines above the header: county, time covered, unit of the amounts (N1, N2)."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

from cunfang.feeds.grid import Grid, a1
from cunfang.feeds.record import Title
from cunfang.feeds.rules import Span, rules

QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


@dataclass(frozen=True)
class Preamble:
    """What stands above the header. `unit` is empty when no unit line was seen."""

    title: Title | None
    unit: str


def read_preamble(grid: Grid, header_row: int) -> Preamble:
    """Read the rows above `header_row`."""
    lines = [
        (plain(text), text.strip(), a1(row, column))
        for row in range(header_row)
        for column in range(len(grid.rows[row]))
        if (text := grid.text(row, column)).strip()
    ]
    unit = next((match["unit"] for line, _, _ in lines if (match := re.search(rules().unit, line))), "")
    titles = [line for line in lines if not any(re.search(pattern, line[0]) for pattern in rules().preamble)]
    dated = [(line, days) for line in titles if (days := time_covered(line[0]))]
    if not titles:
        return Preamble(None, unit)
    (_, text, cell), (start, end) = dated[0] if dated else (titles[0], (None, None))
    return Preamble(Title(text, cell, county_named(titles[0][0]), titles[0][2], start, end), unit)


def plain(text: str) -> str:
    """Without white space and full-width forms: what the patterns of the rules see."""
    return "".join((text if text.isascii() else text.translate(_NARROW)).split())


def county_named(text: str) -> str:
    """The county a title starts with, or empty."""
    match = re.search(rules().county, text)
    return match["county"] if match else ""


def time_covered(text: str) -> tuple[date | None, date] | None:
    """First and last day that a title names (first None for a point in time), or None if it names none."""
    for span in rules().spans:
        match = re.search(span.pattern, text)
        if match:
            try:
                return _days(span, match.groupdict())
            except ValueError:
                return None
    return None


def _days(span: Span, said: dict[str, str | None]) -> tuple[date | None, date]:
    year = int(said["year"] or 0)
    quarter = QUARTERS.get(said.get("quarter") or "", 0)
    month = quarter * 3 or int(said.get("month") or 12)
    end = date(year, month, int(said.get("day") or calendar.monthrange(year, month)[1]))
    first_month = {
        "quarter": month - 2,
        "month": month,
        "months": int(said.get("month_from") or month),
        "year_to_date": 1,
        "year": 1,
        "point": 0,
    }[span.span]
    start = date(year, first_month, 1) if first_month else None
    if start and start > end:
        raise ValueError(f"{start} 晚于 {end}")
    return start, end
