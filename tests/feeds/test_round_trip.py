"""Random tables in random layouts are read back equal: order, spellings, header rows, units, formats, encodings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from corpus.builder import Book, Separated, Sheet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cunfang.feeds.contract import Column, Contract, Kind, Layout, contract
from cunfang.feeds.normalise import normalise
from cunfang.feeds.reader import read
from cunfang.feeds.rules import rules
from cunfang.institution import Register, normal_form
from cunfang.money import UNITS
from cunfang.period import Period

Q4 = Period.parse("2025-Q4")
REGISTER = Register.build([("ICBC", ["工行"]), ("HBB", ["湖北银行", "湖北银行大悟支行"]), ("ADBC", ["农发行"])])
BANKS = {"工行": "ICBC", "　其中：湖北银行": "HBB", "湖北银行大悟支行": "HBB", "1.农发行": "ADBC", "ICBC": "ICBC"}
FEEDS = [
    *("pboc_credit", "tax", "tax_national", "accounts", "balances", "timeliness_events", "supervisory_events"),
    *("decisions", "indicators", "institutions"),
]
CHINESE = str.maketrans("0123456789", "〇一二三四五六七八九")
LETTERS = "孝感安陆应城云梦汉川甲乙丙"
FORMATS = ["xlsx", "xlsm", "xls", "csv"]
ENCODINGS = ["gb18030", "utf-8", "utf-8-sig", "utf-16"]
Typed = object


@dataclass(frozen=True)
class Written:
    """A value as it is drawn into its cell, and what must come back."""

    drawn: str
    typed: Typed


def money(unit: str) -> st.SearchStrategy[Written]:
    """An amount in `unit`, exact to the fen, in one of the ways offices write it."""
    places = {"元": 2, "万元": 4, "亿元": 6}[unit]

    def write(value: Decimal, way: int) -> Written:
        plain = f"{value:f}"
        ways = [plain, f"'{plain}", f"'{value:,f}", "".join(chr(ord(c) + 0xFEE0) for c in plain), f"{plain}{unit}"]
        return Written(ways[way], (value * UNITS[unit]).quantize(Decimal("0.01")))

    return st.builds(write, st.decimals(0, 10**6, places=places), st.integers(0, 4))


def day_written(value: date, way: int) -> Written:
    ways = [
        f"@{value}",
        f"'{value}",
        f"{value.year}年{value.month}月{value.day}日",
        f"'{value:%Y/%m/%d}",
        f"'{value:%Y%m%d}",
    ]
    return Written(ways[way], value)


WORDS = st.text(LETTERS, min_size=2, max_size=6)
VALUES: dict[Kind, st.SearchStrategy[Written]] = {
    Kind.TEXT: WORDS.map(lambda word: Written(word, word)),
    Kind.DOCUMENT: WORDS.map(lambda word: Written(word, word)),
    Kind.CODE: st.from_regex(r"[A-Z]{1,3}-?[0-9]{1,3}", fullmatch=True).map(lambda code: Written(f"'{code}", code)),
    Kind.INSTITUTION: st.sampled_from(sorted(BANKS)).map(lambda name: Written(name, BANKS[name])),
    Kind.LIST: st.lists(WORDS, min_size=1, max_size=3).map(lambda words: Written("；".join(words), tuple(words))),
    Kind.DATE: st.builds(day_written, st.dates(date(1980, 1, 1), date(2030, 1, 1)), st.integers(0, 4)),
    Kind.DATETIME: st.datetimes(datetime.fromisoformat("2024-01-01"), datetime.fromisoformat("2026-01-01")).map(
        lambda at: Written(f"'{at:%Y-%m-%d %H:%M}", at.replace(second=0, microsecond=0, fold=0))
    ),
    Kind.RATIO: st.integers(1, 99).map(lambda per_cent: Written(f"'{per_cent}%", Decimal(per_cent) / 100)),
    Kind.NUMBER: st.decimals(-1000, 10**6, places=3).map(lambda value: Written(f"{value:f}", value)),
    Kind.INTEGER: st.integers(0, 10**6).map(lambda value: Written(str(value), value)),
    Kind.BOOLEAN: st.booleans().map(lambda truth: Written("是" if truth else "不调整", truth)),
    Kind.ACCOUNT: st.from_regex(r"[1-9][0-9]{11,21}", fullmatch=True).map(
        lambda account: Written(f"'{account[:4]} {account[4:]}", account)
    ),
}
VALUES[Kind.INSTITUTION_OPTIONAL] = VALUES[Kind.INSTITUTION]


def values_of(column: Column, unit: str) -> st.SearchStrategy[Written]:
    """Values of a column; one that may be empty sometimes is, in one of the ways to say so."""
    if column.type is Kind.CHOICE:
        filled = st.sampled_from(sorted(column.choices)).map(lambda word: Written(word, column.choices[word]))
    else:
        filled = money(unit) if column.type is Kind.MONEY else VALUES[column.type]
    marked = column.type in (Kind.MONEY, Kind.DATE, Kind.NUMBER, Kind.RATIO)
    nothing = st.sampled_from(["", "—", "'-"] if marked else [""])
    empty = nothing.map(lambda mark: Written(mark, () if column.type is Kind.LIST else None))
    return filled if column.required else st.one_of(filled, empty)


@dataclass(frozen=True)
class Drawn:
    """A column of a table: its heading from top to bottom, and its unit. Without a `column` it is one to pass over."""

    column: Column | None
    heading: str
    group: str = ""
    unit: str = ""


@st.composite
def columns(draw: st.DrawFn, agreed: Contract, layout: Layout, unit: str) -> list[Drawn]:
    """Columns in any order, under any of their spellings, some under a group, some with a unit of their own."""
    own = [c for c in agreed.columns if layout.carries(c.name) and c.name not in layout.filled and c.type in KINDS]
    kept = [c for c in own if c.presence != "may" or draw(st.booleans())]
    headings = {word for column in own for word in layout.spellings(column)}
    groups = sorted({*rules().groups, *layout.groups} - headings)
    found: list[Drawn] = []
    for column in kept:
        spelling = draw(st.sampled_from([word for word in layout.spellings(column) if "/" not in word]))
        counted = draw(st.sampled_from(["", *UNITS])) if column.type is Kind.MONEY else ""
        prefix = draw(st.sampled_from(["", "其中：", "1.", "#"])) if column.type is Kind.MONEY else ""
        style = draw(st.sampled_from(["（{}）", "\\n({})", "/{}"]))
        heading = prefix + spelling + (style.format(counted) if counted else "")
        grouped = draw(st.sampled_from(["", "", *groups])) if "其中" not in prefix else ""
        found.append(Drawn(column, heading, grouped, counted or unit))
    passed = draw(st.lists(st.sampled_from(sorted(layout.ignored) or ["序号"]), unique=True, max_size=2))
    found += [Drawn(None, word) for word in passed if word in layout.ignored]
    return draw(st.permutations(found))


KINDS = {*VALUES, Kind.CHOICE, Kind.MONEY}


def header(drawn: Sequence[Drawn], rows: int) -> list[list[str]]:
    """The headings in one to three rows, the groups above merged over neighbours."""
    if rows == 1:
        return [[one.heading for one in drawn]]
    top: list[str] = []
    for index, one in enumerate(drawn):
        before = drawn[index - 1].group if index else ""
        top.append(("<" if one.group == before else one.group) if one.group else one.heading)
    below = [one.heading if one.group else "^" for one in drawn]
    return [top, below] if rows == 2 else [top, below, ["^"] * len(drawn)]


@st.composite
def tables(draw: st.DrawFn, agreed: Contract, layout: Layout) -> tuple[str, list[dict[str, Typed]]]:
    """A table as drawn, and its rows."""
    unit = draw(st.sampled_from(list(UNITS)))
    drawn = draw(columns(agreed, layout, unit))
    count = draw(st.integers(1, 5))
    rows = [
        [draw(values_of(one.column, one.unit)) if one.column else Written("7", 7) for one in drawn]
        for _ in range(count)
    ]
    said = draw(st.sampled_from(times(layout, in_use(layout))))
    combined = draw(st.booleans())
    lines = [[f"大悟县某某情况表（{said}）" + (f"（单位：{unit}）" if combined else "")]]
    lines += [] if combined else [["填报单位：某某局"] + [""] * draw(st.integers(0, len(drawn))) + [f"单位：{unit}"]]
    lines += [[""]] * draw(st.integers(0, 1))
    lines += header(drawn, draw(st.integers(1, 3)))
    for row in rows:
        lines.append([value.drawn for value in row])
        lines += [[""]] * draw(st.integers(0, 1))
    lines += total(drawn, rows) if draw(st.booleans()) else []
    lines += [["注：示例数据。"], ["制表人：统计岗"]] if draw(st.booleans()) else []
    typed = [
        {one.column.name: value.typed for one, value in zip(drawn, row, strict=True) if one.column} for row in rows
    ]
    return "\n".join(" | ".join(line) for line in lines), typed


def total(drawn: Sequence[Drawn], rows: Sequence[Sequence[Written]]) -> list[list[str]]:
    """A row of sums in each column's unit, named in the first column that has names."""
    line = [""] * len(drawn)
    for index, one in enumerate(drawn):
        amounts = [row[index].typed for row in rows]
        if one.column and one.column.type is Kind.MONEY:
            summed = sum((amount for amount in amounts if isinstance(amount, Decimal)), Decimal(0))
            line[index] = f"{summed / UNITS[one.unit]:f}"
    names = [
        i
        for i, one in enumerate(drawn)
        if one.column and one.column.type in (Kind.INSTITUTION, Kind.TEXT, Kind.ACCOUNT)
    ]
    line[names[0]] = "合　　计"
    return [line]


def layouts() -> list[tuple[str, str]]:
    """Every office layout that is not wide."""
    return [(feed, layout.name) for feed in FEEDS for layout in contract(feed).layouts if not layout.wide]


def in_use(layout: Layout) -> Period:
    """A quarter in which a layout holds."""
    return Q4 if layout.holds(Q4) else Period.parse(layout.valid_to or layout.valid_from)


def times(layout: Layout, period: Period) -> list[str]:
    """Ways in which a title says the time that the layout takes from it."""
    year, month, quarter = period.year, period.end.month, "一二三四"[period.quarter - 1]
    if set(layout.title.values()) == {"start", "end"}:
        return [f"{year}年1-{month}月", f"{str(year).translate(CHINESE)}年1至{month}月", f"截至{year}年{month}月末累计"]
    if layout.title:
        return [f"{year}年{month}月末", f"{year}年{quarter}季度", f"截至{year}年{month}月{period.end.day}日"]
    return [f"{year}年{quarter}季度", ""]


@pytest.mark.parametrize(("feed", "name"), layouts())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_given_a_random_table_in_a_layout_when_read_then_it_comes_back_equal(
    tmp_path: Path, feed: str, name: str, data: st.DataObject
) -> None:
    agreed = contract(feed)
    layout = next(one for one in agreed.layouts if one.name == name)
    drawing, rows = data.draw(tables(agreed, layout))
    suffix = data.draw(st.sampled_from(FORMATS))
    path = tmp_path / f"表.{suffix}"
    book = Book((Sheet("表", drawing),))
    separated = Separated(drawing, data.draw(st.sampled_from(ENCODINGS)))
    path.write_bytes((separated if suffix == "csv" else book).build(suffix))
    period = in_use(layout)
    reading = read(path, agreed, "420922", period, county="大悟县")
    typed = normalise(agreed, reading, REGISTER, period)
    said = {finding.check for finding in (*reading.findings, *typed.findings)} - {"FILE-Q007", "FILE-Q004"}
    assert said == set(), (drawing, [(one.cell, one.message) for one in (*reading.findings, *typed.findings)])
    assert reading.layout == name, drawing
    assert [{column: row.fields[column] for column in rows[0]} for row in typed.rows] == rows, drawing


@pytest.mark.parametrize(("feed", "name"), layouts())
def test_no_spelling_of_a_layout_means_two_columns(feed: str, name: str) -> None:
    agreed = contract(feed)
    layout = next(one for one in agreed.layouts if one.name == name)
    own = [c for c in agreed.columns if layout.carries(c.name) and c.name not in layout.filled]
    words = [normal_form(word) for c in own for word in set(layout.spellings(c))]
    words += [normal_form(word) for word in (*layout.ignored, *layout.unit_column)]
    assert len(words) == len(set(words)), sorted({word for word in words if words.count(word) > 1})
