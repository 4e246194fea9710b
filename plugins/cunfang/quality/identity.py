"""Identities between printed figures (N16): a printed figure is an interval, and related intervals must overlap.

Exact: bounds are fractions. A figure that no rounding of its parts can give is inconsistent; one that cutting off
digits can give, as speeches do (N11), is consistent if truncated. A fixed tolerance gives false alarms at both ends.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

SIGNIFICANT = 12
"""Digits beyond these are the noise of a spreadsheet's binary arithmetic, not writing."""


class Verdict(StrEnum):
    """What a comparison of printed figures gives."""

    CONSISTENT = "consistent"
    TRUNCATED = "consistent_if_truncated"
    INCONSISTENT = "inconsistent"


@dataclass(frozen=True)
class Interval:
    """All that a figure may stand for, from `low` to `high`, both included.

    Arithmetic gives an interval that holds every possible result. Where a figure occurs twice in a formula it may be
    wider than need be: that can hide a small fault and never makes one up.
    """

    low: Fraction
    high: Fraction

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(f"区间上下颠倒：{self.low} > {self.high}")

    @classmethod
    def of(cls, value: Fraction | Decimal | int) -> Interval:
        """The interval of a figure that is exact."""
        return cls(Fraction(value), Fraction(value))

    def __add__(self, other: Interval) -> Interval:
        return Interval(self.low + other.low, self.high + other.high)

    def __sub__(self, other: Interval) -> Interval:
        return Interval(self.low - other.high, self.high - other.low)

    def __mul__(self, other: Interval) -> Interval:
        corners = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(min(corners), max(corners))

    def __truediv__(self, other: Interval) -> Interval:
        """A ZeroDivisionError where the divisor may be zero: then the quotient may be anything."""
        if other.low <= 0 <= other.high:
            raise ZeroDivisionError("除数可能为零")
        return self * Interval(1 / other.high, 1 / other.low)

    def __contains__(self, value: Fraction | Decimal | int) -> bool:
        return self.low <= Fraction(value) <= self.high

    def meets(self, other: Interval) -> bool:
        """Whether some number lies in both."""
        return self.low <= other.high and other.low <= self.high

    def show(self, places: int = 2) -> str:
        """`54.85 至 54.92`, to so many places."""
        low, high = _shown(self.low, places), _shown(self.high, places)
        return low if low == high else f"{low} 至 {high}"


@dataclass(frozen=True)
class Printed:
    """A figure as written: `unit` is worth one step of its last digit (`30.09` → 0.01)."""

    value: Fraction
    unit: Fraction

    @classmethod
    def of(cls, written: Decimal | str, scale: Decimal | Fraction | int = 1) -> Printed:
        """From what is written, digit by digit; `scale` is the worth of one (10000 for 万元, 1/100 for %).

        Trailing zeros count where they are written. A cell that holds a binary quotient has more digits than it means.
        """
        digits = Decimal(written)
        if not digits.is_finite():
            raise ValueError(f"不是数：{written}")
        exponent = digits.as_tuple().exponent
        least = digits.adjusted() - SIGNIFICANT + 1 if digits else -SIGNIFICANT
        last = max(int(exponent), least)
        worth = Fraction(scale)
        return cls(Fraction(digits) * worth, Fraction(10) ** min(last, 0) * worth)

    @property
    def rounded(self) -> Interval:
        """What it stands for if it was rounded."""
        half = abs(self.unit) / 2
        return Interval(self.value - half, self.value + half)

    @property
    def truncated(self) -> Interval:
        """What it stands for if further digits were cut off; the far end belongs to the next figure already."""
        step = abs(self.unit)
        if self.value > 0:
            return Interval(self.value, self.value + step)
        if self.value < 0:
            return Interval(self.value - step, self.value)
        return Interval(-step, step)


Formula = Callable[..., Interval]


@dataclass(frozen=True)
class Comparison:
    """A verdict with what the figure should have been, its parts taken as rounded."""

    verdict: Verdict
    expected: Interval


def compare(claimed: Printed, formula: Formula, parts: Sequence[Printed]) -> Comparison:
    """Hold a printed figure against the printed parts that it is made of by `formula`.

    Consistent: the intervals of rounding overlap. Consistent if truncated: they do once the figure alone, or the figure
    and its parts, are taken as cut off. A ZeroDivisionError where a part that is divided by may be zero.
    """
    expected = formula(*(part.rounded for part in parts))
    if claimed.rounded.meets(expected):
        return Comparison(Verdict.CONSISTENT, expected)
    cut = _cut_off(claimed)
    if cut(expected) or cut(formula(*(part.truncated for part in parts))):
        return Comparison(Verdict.TRUNCATED, expected)
    return Comparison(Verdict.INCONSISTENT, expected)


def _cut_off(claimed: Printed) -> Callable[[Interval], bool]:
    """Whether digits cut off from some number of an interval leave `claimed`; its far end does not."""
    reach = claimed.truncated

    def fits(other: Interval) -> bool:
        below = other.low < reach.high if claimed.value >= 0 else other.low <= reach.high
        above = other.high > reach.low if claimed.value <= 0 else other.high >= reach.low
        return below and above

    return fits


def quotient(part: Interval, whole: Interval) -> Interval:
    """A ratio of two levels: loan-to-deposit ratio, share."""
    return part / whole


def change(level: Interval, base: Interval) -> Interval:
    """An increment: level less base."""
    return level - base


def growth_of_level(level: Interval, base: Interval) -> Interval:
    """Growth from two levels; the base occurs once, so that the interval is no wider than it must be."""
    return level / base - Interval.of(1)


def growth_of_increment(level: Interval, increment: Interval) -> Interval:
    """Growth in the triangle of level, increment and growth: increment ÷ (level - increment)."""
    return increment / (level - increment)


def increment_of_growth(level: Interval, growth: Interval) -> Interval:
    """Increment that a level and a growth imply: level × growth ÷ (1 + growth)."""
    return level * growth / (Interval.of(1) + growth)


def _shown(value: Fraction, places: int) -> str:
    """A fraction as a decimal, rounded half up."""
    scaled = Decimal(value.numerator * 10**places) / Decimal(value.denominator)
    return f"{scaled.quantize(Decimal(1), ROUND_HALF_UP).scaleb(-places):f}"
