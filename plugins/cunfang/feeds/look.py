"""What a sheet shows that its values do not say, seen before the fast library lays the sheet out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from cunfang.feeds.faults import Fault, FaultError
from cunfang.feeds.formats import Shown
from cunfang.feeds.rules import rules

Place = tuple[int, int]


class Blind(StrEnum):
    """A cell without a value to take: stands in its record as the unit, where no file can write it."""

    ERROR = "#错误值"
    FORMULA = "#没有保存结果的公式"
    SCALED = "#缩放显示的数字"
    SERIAL_1900 = "#日期序号1900"
    SERIAL_1904 = "#日期序号1904"


@dataclass(frozen=True)
class Look:
    """One sheet, from row and column 0. `shown`: column → row → what the format of that cell shows beside its value."""

    blind: Mapping[Place, Blind] = field(default_factory=dict)
    shown: Mapping[int, Mapping[int, Shown]] = field(default_factory=dict)
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()


def within(rows: int, columns: int) -> None:
    """A FaultError for a sheet that is laid out over more cells than the limits allow."""
    limits = rules().limits
    if rows * columns > limits.cells or columns > limits.columns:
        bound = f"{limits.cells:,} 格、{limits.columns:,} 列"
        raise FaultError(Fault.TOO_LARGE, size=f"{rows:,} 行 × {columns:,} 列", limit=bound)
