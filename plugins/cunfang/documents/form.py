"""What an empty form of a layout holds: its title, its unit, its columns with how each is to be filled in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cunfang.documents.words import quarter
from cunfang.feeds.contract import Column, Contract, Kind, Layout, Metric, contracts
from cunfang.money import UNITS
from cunfang.period import Period

BLANK_COUNTY, BLANK_SPAN = "____县", "____年__季度"
_HAN = re.compile("[一-龥]")
KIND_WORDS = {
    Kind.TEXT: "文字",
    Kind.CODE: "代码，中间不留空格",
    Kind.INSTITUTION: "机构名称、简称或代码",
    Kind.INSTITUTION_OPTIONAL: "机构名称、简称或代码",
    Kind.SUBJECT: "机构名称、简称或代码，或“全县”",
    Kind.LIST: "几项之间用分号隔开",
    Kind.DATE: "日期，如 2025-12-31",
    Kind.DATETIME: "日期或时间，如 2025-12-31 16:30",
    Kind.MONEY: "金额，只写数字",
    Kind.RATIO: "比率，0.25 即 25%",
    Kind.NUMBER: "数字",
    Kind.INTEGER: "整数",
    Kind.BOOLEAN: "是 或 否",
    Kind.ACCOUNT: "账号，按文字填写，不能丢位",
    Kind.CHOICE: "从下拉表中选",
    Kind.PERIOD: "考核期，如 2025-Q4",
    Kind.FEED: "报送名称",
    Kind.DOCUMENT: "文件名，文件放在本表所在文件夹的 documents 之下",
}


@dataclass(frozen=True)
class Entry:
    """One column to fill in. `path`: its heading from the top row down; `unit`: what its figures are counted in."""

    path: tuple[str, ...]
    kind: Kind
    required: bool
    unit: str = ""
    sign: str = "any"
    words: tuple[str, ...] = ()
    spellings: tuple[str, ...] = ()

    @property
    def heading(self) -> str:
        """The lowest part."""
        return self.path[-1]

    @property
    def how(self) -> str:
        """How it is filled in, in words."""
        if self.kind is Kind.RATIO and self.unit == "%":
            return "百分数，25 即 25%"
        return KIND_WORDS.get(self.kind, "文字")


@dataclass(frozen=True)
class Form:
    """One sheet of a template."""

    sheet: str
    title: str
    unit: str
    entries: tuple[Entry, ...]

    @property
    def depth(self) -> int:
        """Rows of the header."""
        return max(len(entry.path) for entry in self.entries)


def forms(contract: Contract, layouts: Sequence[Layout], county: str, period: Period | None, unit: str) -> list[Form]:
    """A form for each layout; amounts are asked for in `unit` unless the layout has its own."""
    return [
        Form(
            sheet=(layout.sheets[0] if layout.sheets else contract.name)[:31],
            title=_title(contract, layout, county, period),
            unit=_unit(contract, layout, unit),
            entries=_entries(contract, layout, unit),
        )
        for layout in layouts
    ]


def together(contract: Contract, period: Period | None) -> tuple[Layout, ...]:
    """The layouts that make up one delivery: the first, or, where each carries a part of the columns, all of them."""
    usable = [item for item in contract.layouts if "xlsx" in item.formats and (period is None or item.holds(period))]
    parts = [item for item in usable if item.columns and item.sheets]
    return tuple(parts if len(parts) == len(usable) else usable[:1])


def _title(contract: Contract, layout: Layout, county: str, period: Period | None) -> str:
    name = contract.name if contract.name.endswith(("表", "名录")) else f"{contract.name}表"
    return f"{county or BLANK_COUNTY}{name}（{_span(layout, period)}）"


def _span(layout: Layout, period: Period | None) -> str:
    """The time covered, so written that the reader gets back what the layout takes from the title."""
    if period is None:
        return BLANK_SPAN
    if "start" in layout.title.values():
        return f"{period.year}年1-{period.quarter * 3}月"
    return f"{quarter(period)}末"


def _unit(contract: Contract, layout: Layout, unit: str) -> str:
    """What the unit line says; empty where nothing is counted in money."""
    counted = any(column.type is Kind.MONEY and layout.carries(column.name) for column in contract.columns)
    metrics = layout.wide.metrics.values() if layout.wide else ()
    if counted or any(not metric.unit for metric in metrics):
        return unit if layout.unit == "stated" else layout.unit
    return ""


def _entries(contract: Contract, layout: Layout, unit: str) -> tuple[Entry, ...]:
    columns = [
        column
        for column in contract.columns
        if layout.carries(column.name) and column.name not in layout.filled and column.type is not Kind.PRINTED
    ]
    paths = _paths(columns, layout)
    money = _unit(contract, layout, unit)
    entries = [_entry(column, paths[column.name], money) for column in columns]
    if layout.wide:
        entries += [_metric_entry(metric, money) for metric in layout.wide.metrics.values()]
    return tuple(entries)


def _entry(column: Column, path: tuple[str, ...], money: str) -> Entry:
    words: dict[str, str] = {}
    for written, canonical in column.choices.items():
        if canonical not in words or (_HAN.search(written) and not _HAN.search(words[canonical])):
            words[canonical] = written
    if column.type is Kind.BOOLEAN:
        words = {"true": "是", "false": "否"}
    elif column.type is Kind.FEED:
        words = {item.feed: item.name for item in contracts().values()}
    unit = money if column.type is Kind.MONEY else ""
    return Entry(path, column.type, column.required, unit, column.sign, tuple(words.values()), column.spellings)


def _metric_entry(metric: Metric, money: str) -> Entry:
    """A column of a wide layout: a ratio in its own unit, or an amount in the unit of the sheet."""
    heading = metric.headings[0]
    if metric.unit == "%":
        return Entry((f"{heading}（%）",), Kind.RATIO, False, "%", spellings=metric.headings)
    if metric.unit in UNITS:
        return Entry((f"{heading}（{metric.unit}）",), Kind.MONEY, False, metric.unit, spellings=metric.headings)
    return Entry((heading,), Kind.NUMBER, False, metric.unit or money, spellings=metric.headings)


def _paths(columns: Sequence[Column], layout: Layout) -> dict[str, tuple[str, ...]]:
    """Each column's heading; neighbours whose spellings share an upper heading are put under it."""
    spelled = {
        column.name: [tuple(path.split("/")) for path in layout.headings.get(column.name, ()) if path.count("/") == 1]
        for column in columns
    }
    paths: dict[str, tuple[str, ...]] = {column.name: (column.title,) for column in columns}
    counted = Counter(top for found in spelled.values() for top in {path[0] for path in found})
    for top in (word for word, count in counted.items() if count > 1):
        members = [i for i, column in enumerate(columns) if any(path[0] == top for path in spelled[column.name])]
        if members == list(range(members[0], members[-1] + 1)):
            for i in members:
                name = columns[i].name
                paths[name] = next(path for path in spelled[name] if path[0] == top)
    return paths
