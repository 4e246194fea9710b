"""Figures as an office writes them: 8%, 30亿元, 第3名."""

from __future__ import annotations

from decimal import Decimal

from cunfang.rulebook.indicator import Indicator
from cunfang.rulebook.rules.delivery import in_yuan

_UNITS = ((Decimal(10**8), "亿"), (Decimal(10**4), "万"))


def short(value: Decimal) -> str:
    """The number without needless zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def figure(value: Decimal, node: Indicator | None) -> str:
    """`value` of the indicator `node` in its own unit; a plain number where the unit is not known."""
    if node is None:
        return short(value)
    if node.method == "rank_bands":
        return f"第{short(value)}名"
    if node.over is not None or node.basis in ("growth", "new_ratio"):
        return f"{short(value * 100)}%"
    coin = "元" if in_yuan(node) else ""
    size, unit = next(((size, unit) for size, unit in _UNITS if abs(value) >= size), (Decimal(1), ""))
    return f"{short(value / size)}{unit}{coin}"
