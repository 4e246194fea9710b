"""The lines above a table: county, time covered, unit of the amounts (N1, N2). Nothing in them is guessed (Q11)."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from cunfang.feeds.grid import Grid, a1
from cunfang.feeds.record import Title
from cunfang.feeds.rules import Span, rules

QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_DIGITS = {"〇": 0, "○": 0, "零": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_YEAR = re.compile("([〇○零一二三四五六七八九]{4})年")
_TENS = re.compile("([二三]?十[一二三四五六七八九]?|[一二三四五六七八九])(?=[月日])")


@dataclass(frozen=True)
class Line:
    """One filled cell above or below a table: its text without spaces, as written, and where it stands."""

    plain: str
    text: str
    cell: str


@dataclass(frozen=True)
class Preamble:
    """What stands above the header. `units`: every unit of amounts that is stated; `template`: a year left unfilled."""

    title: Title | None = None
    units: tuple[tuple[str, Line], ...] = ()
    template: Line | None = None

    @property
    def unit(self) -> str:
        """The unit of the amounts; empty when none was stated."""
        return self.units[0][0] if self.units else ""

    def over(self, wider: Preamble) -> Preamble:
        """This preamble, completed by that of the whole sheet or of the table before: time and unit."""
        dated = self.title is not None and self.title.end is not None
        title = self.title if dated or wider.title is None else wider.title
        return Preamble(title, self.units or wider.units, self.template or (None if dated else wider.template))


def lines(grid: Grid, rows: Iterable[int], columns: range) -> list[Line]:
    """The filled cells of `rows`, row by row."""
    return [
        Line(plain(text), text.strip(), a1(row, column))
        for row in rows
        for column in columns
        if (text := grid.text(row, column)).strip()
    ]


def read_preamble(grid: Grid, rows: range, columns: range | None = None) -> Preamble:
    """Read the rows above a header; of a table beside others only `columns`."""
    found = lines(grid, rows, range(grid.width) if columns is None else columns)
    units = tuple((unit, line) for line in found for unit in stated_units(line))
    titles = [line for line in found if not _is_aside(line.plain)]
    template = next((line for line in titles if re.search(rules().template_year, line.plain)), None)
    dated = [(line, days) for line in titles if (days := time_covered(line.plain))]
    if not titles:
        return Preamble(None, units, template)
    line, (start, end) = dated[0] if dated else (titles[0], (None, None))
    county = next((one for one in titles if county_named(one.plain)), titles[0])
    return Preamble(Title(line.text, line.cell, county_named(county.plain), county.cell, start, end), units, template)


def stated_units(line: Line) -> list[str]:
    """The units of amounts that a unit line names, one line of several (单位:亿元、%) included."""
    match = re.search(rules().unit, line.plain)
    if match is None:
        return []
    return list(dict.fromkeys([match["unit"], *re.findall("亿元|万元", line.plain[match.end() :])]))


def _is_aside(text: str) -> bool:
    return any(re.search(pattern, text) for pattern in rules().preamble) or rules().is_footnote(text)


def plain(text: str) -> str:
    """Without white space and full-width forms: what the patterns of the rules see."""
    return "".join((text if text.isascii() else text.translate(_NARROW)).split())


def county_named(text: str) -> str:
    """The county a title starts with, or empty."""
    match = re.search(rules().county, text)
    return match["county"] if match else ""


def time_covered(text: str) -> tuple[date | None, date] | None:
    """First and last day that a title names (first None for a point in time), or None if it names none."""
    text = _western(text)
    for span in rules().spans:
        match = re.search(span.pattern, text)
        if match:
            try:
                return _days(span, match.groupdict())
            except ValueError:
                return None
    return None


def _western(text: str) -> str:
    """二〇二五年十二月三十一日 as 2025年12月31日."""
    text = _YEAR.sub(lambda match: "".join(str(_DIGITS[letter]) for letter in match[1]) + "年", text)
    return _TENS.sub(lambda match: str(_number(match[1])), text)


def _number(word: str) -> int:
    if "十" not in word:
        return _DIGITS[word]
    tens, _, ones = word.partition("十")
    return _DIGITS.get(tens, 1) * 10 + _DIGITS.get(ones, 0)


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
