"""Exact sums of what a column of numbers shows: decimals as written, not the binary fractions that a workbook keeps."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import numpy.typing as npt

MOST_DECIMALS = 8
EXACT = 10**15
"""A workbook keeps 15 digits: below this, a number of whole units is what it shows."""


def exact_sum(numbers: Sequence[float]) -> tuple[Decimal, int] | None:
    """The sum of numbers as they are shown, and the most decimals among them; None for numbers beyond 15 digits.

    k/100 is the number that shows as k hundredths: where that holds for every number, the k are added as integers.
    """
    if not numbers:
        return Decimal(0), 0
    shown = np.array(numbers)
    for digits in range(_guess(numbers[:4]), MOST_DECIMALS + 1):
        counted = np.rint(shown * 10.0**digits)
        if not bool((np.abs(counted) < EXACT).all()):
            return None
        if bool((counted / 10.0**digits == shown).all()):
            while digits and not np.any(counted % 10):
                counted, digits = counted / 10, digits - 1
            return Decimal(_whole_sum(counted)).scaleb(-digits), digits
    return None


def _whole_sum(counted: npt.NDArray[np.float64]) -> int:
    """The sum of whole numbers, in 64 bits where none of them could make it run over."""
    if float(np.abs(counted).max()) * len(counted) < 2.0**62:
        return int(counted.astype(np.int64).sum())
    return sum(map(int, counted.tolist()))


def _guess(numbers: Sequence[float]) -> int:
    """Decimals that the first numbers show."""
    shown = (format(number, ".15g").partition(".")[2] for number in numbers)
    return min(max((len(part) for part in shown if part.isdigit()), default=0), MOST_DECIMALS)
