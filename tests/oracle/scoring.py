"""Points, scores and shares (S10, S11, N7, N8, N12)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Values = Mapping[tuple[str, str], Fraction]
"""(indicator, bank) → value; a pair that is not there has no value."""


@dataclass(frozen=True)
class Scored:
    """One indicator: its points at full marks, how values become points, what a missing value becomes."""

    code: str
    full: Fraction
    method: Literal["share_of_total", "rate"]
    missing: Literal["stop", "zero", "mean"] = "stop"


def completed(
    indicators: Sequence[Scored], values: Values, eligible: Collection[str], others: Collection[str]
) -> Values:
    """Values of the banks that are scored. A bank without one gets 0, or the mean of the eligible banks that have one;
    nothing where nobody has.
    """
    result = {(code, bank): value for (code, bank), value in values.items() if bank in (*eligible, *others)}
    for indicator in indicators:
        known = [values[indicator.code, bank] for bank in eligible if (indicator.code, bank) in values]
        for bank in (*eligible, *others):
            if (indicator.code, bank) in values:
                continue
            if indicator.missing == "zero":
                result[indicator.code, bank] = Fraction(0)
            elif indicator.missing == "mean" and known:
                result[indicator.code, bank] = sum(known, Fraction(0)) / len(known)
    return result


def points(
    indicators: Sequence[Scored], full_scale: Fraction, values: Values, eligible: Collection[str]
) -> dict[tuple[str, str], Fraction]:
    """N7. Totals are of the eligible banks alone; the others are scored against them for information.

    An indicator without any eligible value is dropped, and the rest is stretched to the full scale.
    """
    kept = [one for one in indicators if any((one.code, bank) in values for bank in eligible)]
    stretch = full_scale / sum((one.full for one in kept), Fraction(0)) if kept else Fraction(0)
    result = {}
    for one in kept:
        mine = {bank: max(value, Fraction(0)) for (code, bank), value in values.items() if code == one.code}
        total = sum((value for bank, value in mine.items() if bank in eligible), Fraction(0))
        for bank, value in mine.items():
            share = value / total if total else Fraction(0)
            result[one.code, bank] = one.full * stretch * (min(value, Fraction(1)) if one.method == "rate" else share)
    return result


def scores(points_of: Mapping[tuple[str, str], Fraction]) -> dict[str, Fraction]:
    """S10: the sum over the indicators."""
    result: dict[str, Fraction] = {}
    for (_, bank), value in points_of.items():
        result[bank] = result.get(bank, Fraction(0)) + value
    return result


def ranks(score_of: Mapping[str, Fraction]) -> dict[str, int]:
    """N18: ties share the better rank."""
    return {bank: 1 + sum(other > score for other in score_of.values()) for bank, score in score_of.items()}
