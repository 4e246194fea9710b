"""From scores to amounts: the bounded solution (N9) and its rounding (N11). Amounts in yuan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor


@dataclass(frozen=True)
class Bounds:
    """One eligible bank: its score, the stock that may not move, the most it may hold."""

    score: Fraction
    floor: Fraction = Fraction(0)
    cap: Fraction | None = None


def cap_of(concentration: Fraction | None, total: Fraction, rigid: Fraction) -> Fraction | None:
    """The concentration cap in fen, rounded up; stock that may not move outweighs it."""
    return None if concentration is None else max(Fraction(ceil(concentration * total * 100), 100), rigid)


def feasible(amount: Fraction, banks: Mapping[str, Bounds]) -> bool:
    """Whether any λ fits: a bank without a score stays at its floor whatever λ is."""
    lowest = sum((bank.floor for bank in banks.values()), Fraction(0))
    scored = [bank for bank in banks.values() if bank.score > 0]
    if amount < lowest or not scored:
        return False
    if any(bank.cap is None for bank in scored):
        return True
    highest = sum(
        (bank.cap if bank.score > 0 and bank.cap is not None else bank.floor for bank in banks.values()), Fraction(0)
    )
    return amount <= highest


def bounded(amount: Fraction, banks: Mapping[str, Bounds]) -> dict[str, Fraction]:
    """clamp(λ·score, floor, cap) with Σ = amount, by pinning.

    Share what is left by score; of the banks that break a bound, pin the side that breaks by more, and share again.
    """
    pinned = {code: bank.floor for code, bank in banks.items() if bank.score == 0}
    while free := {code: bank for code, bank in banks.items() if code not in pinned}:
        left = amount - sum(pinned.values(), Fraction(0))
        unit = left / sum((bank.score for bank in free.values()), Fraction(0))
        want = {code: unit * bank.score for code, bank in free.items()}
        short = {code: bank.floor - want[code] for code, bank in free.items() if want[code] < bank.floor}
        over = {
            code: want[code] - bank.cap for code, bank in free.items() if bank.cap is not None and want[code] > bank.cap
        }
        if not short and not over:
            return pinned | want
        lacking, spare = sum(short.values(), Fraction(0)), sum(over.values(), Fraction(0))
        if lacking >= spare:
            pinned |= {code: banks[code].floor for code in short}
        if spare >= lacking:
            pinned |= {code: want[code] - excess for code, excess in over.items()}
    return pinned


def rounded(
    amount: Fraction, exact: Mapping[str, Fraction], banks: Mapping[str, Bounds], unit: Fraction
) -> dict[str, Fraction]:
    """N11: every free bank down to whole units (never below its floor), then what is left over goes, a unit at most and
    up to the next whole unit or the cap, to the largest remainders; ties by score, then by code. What is less than a
    unit goes to the next in line, so that the sum is right to the fen. A bank at its floor or cap keeps its amount.
    """
    free = [code for code, value in exact.items() if value not in (banks[code].floor, banks[code].cap)]
    result = {
        code: max(floor(exact[code] / unit) * unit, banks[code].floor) if code in free else exact[code]
        for code in exact
    }
    left = amount - sum(result.values(), Fraction(0))
    for code in sorted(free, key=lambda code: (result[code] - exact[code], -banks[code].score, code)):
        room = (floor(result[code] / unit) + 1) * unit - result[code]
        cap = banks[code].cap
        given = min(room, left) if cap is None else min(room, left, cap - result[code])
        result[code] += given
        left -= given
    return result
