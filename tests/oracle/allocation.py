"""From scores to amounts: one form for every way of sharing out (N9), and its rounding (N11). Amounts in yuan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import ceil, floor
from typing import Literal

ZERO = Fraction(0)
FEN = Fraction(1, 100)
Cause = Literal["", "cap", "deposits_cap", "maximum", "four_falling"]


@dataclass(frozen=True)
class Tier:
    """A band of scores and what a score in it weighs; an edge that is None is open."""

    lower: Fraction | None
    lower_in: bool
    upper: Fraction | None
    upper_in: bool
    coefficient: Fraction

    def holds(self, score: Fraction) -> bool:
        """Whether `score` lies in the band."""
        above = self.lower is None or score > self.lower or (self.lower_in and score == self.lower)
        below = self.upper is None or score < self.upper or (self.upper_in and score == self.upper)
        return above and below


@dataclass(frozen=True)
class Scheme:
    """How a rule book turns scores into amounts."""

    kind: str = "proportional"
    unit: Fraction = FEN
    base_amount: Fraction = ZERO
    base_score: Fraction = ZERO
    top: int = 0
    rank_amounts: tuple[Fraction, ...] = ()
    leftover_by_score: bool = False
    tiers: tuple[Tier, ...] = ()
    concentration: Fraction | None = None
    deposits: Fraction | None = None
    minimum: Fraction = ZERO
    maximum: Fraction | None = None
    rest_to_the_top: bool = False


@dataclass(frozen=True)
class Quota:
    """How T follows from the stock (S04): all of it, less a payment reserve, or what was decreed."""

    mode: str = "stock"
    reserve_amount: Fraction | None = None
    reserve_share: Fraction | None = None
    decreed: Fraction | None = None

    def reserve(self, stock: Fraction) -> Fraction:
        """What is kept for payments; a share of the stock down to the fen."""
        if self.reserve_share is not None:
            return Fraction(floor(self.reserve_share * stock * 100), 100)
        return self.reserve_amount or ZERO

    def total(self, stock: Fraction) -> Fraction:
        """T."""
        return stock - self.reserve(stock) if self.decreed is None else self.decreed

    def question(self, stock: Fraction, rigid: Fraction, aside: Fraction) -> str:
        """The number of the question about T: no reserve beyond the stock, or over what may not move; T holds what
        is set aside."""
        total = self.total(stock)
        if total < 0:
            return "EVA-V060"
        if self.reserve(stock) > 0 and rigid > total:
            return "EVA-V061"
        return "EVA-V062" if aside > total else ""


@dataclass(frozen=True)
class Standing:
    """One eligible bank when amounts are made: its place, its stock, and what was added, taken off or is to be cut."""

    score: Fraction
    rank: int | None
    rigid: Fraction = ZERO
    added: Fraction = ZERO
    deposits: Fraction | None = None
    reduction: Fraction | None = None


@dataclass(frozen=True)
class Bounds:
    """clamp(stated + λ·weight, floor, cap); `cause` names the cap."""

    weight: Fraction
    floor: Fraction = ZERO
    cap: Fraction | None = None
    stated: Fraction = ZERO
    cause: Cause = ""

    def at(self, unit: Fraction) -> Fraction:
        """The amount where λ is `unit`."""
        raised = max(self.stated + unit * self.weight, self.floor)
        return raised if self.cap is None else min(raised, self.cap)


@dataclass(frozen=True)
class Placed:
    """What came out, or `asked`: the number of the question that the office must answer."""

    asked: str = ""
    bounds: Mapping[str, Bounds] = field(default_factory=dict)
    exact: Mapping[str, Fraction] = field(default_factory=dict)
    target: Mapping[str, Fraction] = field(default_factory=dict)


def weigh(scheme: Scheme, bank: Standing) -> tuple[Fraction, Fraction] | None:
    """What a bank gets whatever λ is, and what λ multiplies; None where its score lies in no tier."""
    place = (bank.rank or 0) - 1
    match scheme.kind:
        case "affine":
            return scheme.base_amount, max(bank.score - scheme.base_score, ZERO)
        case "top":
            return ZERO, bank.score if 0 <= place < scheme.top else ZERO
        case "by_rank":
            listed = scheme.rank_amounts[place] if 0 <= place < len(scheme.rank_amounts) else ZERO
            return listed, bank.score if scheme.leftover_by_score else ZERO
        case "equal":
            return ZERO, Fraction(1)
        case "tiers":
            mine = [tier.coefficient for tier in scheme.tiers if tier.holds(bank.score)]
            return (ZERO, mine[0]) if mine else None
        case _:
            return ZERO, bank.score


def caps(scheme: Scheme, bank: Standing, total: Fraction) -> list[tuple[Fraction, Cause]]:
    """Every cap that the rule book sets: the share of T in fen rounded up, that of its own deposits rounded down."""
    found: list[tuple[Fraction, Cause]] = []
    if scheme.concentration is not None:
        found.append((Fraction(ceil(scheme.concentration * total * 100), 100), "cap"))
    if scheme.deposits is not None and bank.deposits is not None:
        found.append((Fraction(floor(scheme.deposits * bank.deposits * 100), 100), "deposits_cap"))
    if scheme.maximum is not None:
        found.append((scheme.maximum, "maximum"))
    return found


def bounds_of(scheme: Scheme, bank: Standing, limits: list[tuple[Fraction, Cause]]) -> Bounds | None:
    """The least cap holds, against the minimum too, but not against stock that may not move."""
    told = weigh(scheme, bank)
    if told is None:
        return None
    stated, weight = told
    lowest = scheme.minimum if stated > 0 or weight > 0 else ZERO
    if not limits:
        return Bounds(weight, max(bank.rigid, lowest), None, stated + bank.added)
    cap, cause = min(limits, key=lambda limit: limit[0])
    return Bounds(weight, max(bank.rigid, min(lowest, cap)), max(cap, bank.rigid), stated + bank.added, cause)


def feasible(amount: Fraction, banks: Mapping[str, Bounds]) -> bool:
    """Whether some λ ≥ 0 gives `amount`: a bank without a weight stays where it is whatever λ is."""
    if amount < sum((bank.at(ZERO) for bank in banks.values()), ZERO):
        return False
    if any(bank.weight > 0 and bank.cap is None for bank in banks.values()):
        return True
    return amount <= sum(((bank.cap or ZERO) if bank.weight > 0 else bank.at(ZERO) for bank in banks.values()), ZERO)


def bounded(amount: Fraction, banks: Mapping[str, Bounds]) -> dict[str, Fraction]:
    """clamp(stated + λ·weight, floor, cap) with Σ = amount, by pinning.

    Share what is left by weight; of the banks that break a bound, pin the side that breaks by more, and share again.
    """
    pinned = {code: bank.at(ZERO) for code, bank in banks.items() if bank.weight == 0}
    while free := {code: bank for code, bank in banks.items() if code not in pinned}:
        left = amount - sum(pinned.values(), ZERO) - sum((bank.stated for bank in free.values()), ZERO)
        unit = left / sum((bank.weight for bank in free.values()), ZERO)
        want = {code: bank.stated + unit * bank.weight for code, bank in free.items()}
        short = {code: bank.floor - want[code] for code, bank in free.items() if want[code] < bank.floor}
        over = {
            code: want[code] - bank.cap for code, bank in free.items() if bank.cap is not None and want[code] > bank.cap
        }
        if not short and not over:
            return pinned | want
        lacking, spare = sum(short.values(), ZERO), sum(over.values(), ZERO)
        if lacking >= spare:
            pinned |= {code: banks[code].floor for code in short}
        if spare >= lacking:
            pinned |= {code: want[code] - excess for code, excess in over.items()}
    return pinned


def rounded(
    amount: Fraction,
    exact: Mapping[str, Fraction],
    banks: Mapping[str, Bounds],
    scheme: Scheme,
    rank: Mapping[str, int | None],
) -> dict[str, Fraction]:
    """N11: every free bank down to whole units (never below its floor), then what is left over is given out.

    By largest remainder a bank gets a unit at most, up to the next whole unit or the cap; else the first in rank gets
    all that it may hold. Ties by rank, then by code. What is less than a unit goes to the next in line, so that the
    sum is right to the fen. A bank at a bound, or at a stated amount, keeps its amount.
    """
    unit = scheme.unit
    free = [
        code
        for code, value in exact.items()
        if banks[code].weight > 0 and value not in (banks[code].floor, banks[code].cap)
    ]
    result = {
        code: max(floor(exact[code] / unit) * unit, banks[code].floor) if code in free else exact[code]
        for code in exact
    }
    left = amount - sum(result.values(), ZERO)

    def line(code: str) -> tuple[Fraction, int, str]:
        remainder = ZERO if scheme.rest_to_the_top else exact[code] - result[code]
        return -remainder, rank[code] or len(exact) + 1, code

    for code in sorted(free, key=line):
        cap = banks[code].cap
        room = left if scheme.rest_to_the_top else (floor(result[code] / unit) + 1) * unit - result[code]
        given = min(room, left) if cap is None else min(room, left, cap - result[code])
        result[code] += given
        left -= given
    return result


def unclear(scheme: Scheme, banks: Iterable[Standing]) -> bool:
    """Whether several banks share a place, and the amount hangs on which of them stands where."""
    ranks = [bank.rank for bank in banks if bank.rank is not None]
    for place in set(ranks):
        places = range(place, place + ranks.count(place))
        if scheme.kind == "top" and place <= scheme.top < places[-1]:
            return True
        listed = (*scheme.rank_amounts, *[ZERO] * len(ranks))
        if scheme.kind == "by_rank" and len({listed[n - 1] for n in places}) > 1:
            return True
    return False


def question(amount: Fraction, banks: Mapping[str, Bounds], rigid: Fraction, scheme: Scheme) -> str:
    """The number of the question that an amount without a solution raises; empty where there is one."""
    if feasible(amount, banks):
        return ""
    if rigid > amount:
        return "EVA-V041"
    if sum((bank.floor for bank in banks.values()), ZERO) > amount:
        return "EVA-V047"
    if sum((bank.at(ZERO) for bank in banks.values()), ZERO) > amount:
        return "EVA-V044" if scheme.kind == "by_rank" else "EVA-V048"
    return "EVA-V044" if scheme.kind == "by_rank" and not scheme.leftover_by_score else "EVA-V042"


def place(
    scheme: Scheme, total: Fraction, amount: Fraction, banks: Mapping[str, Standing], about_total: str = ""
) -> Placed:
    """Everything from scores to targets: `amount` of the total T goes to `banks`, unless there is a question about T.

    A bank that is to be cut (N13) gets a cap of (1 − r) of what it would have had; then all is shared out again.
    """
    if about_total:
        return Placed(about_total)
    if unclear(scheme, banks.values()):
        return Placed("EVA-V043")
    limits = {code: caps(scheme, bank, total) for code, bank in banks.items()}
    first = {code: bounds_of(scheme, bank, limits[code]) for code, bank in banks.items()}
    known = {code: bounds for code, bounds in first.items() if bounds is not None}
    if len(known) < len(banks):
        return Placed("EVA-V045")
    if scheme.deposits is not None and any(bank.deposits is None for bank in banks.values()):
        return Placed("EVA-V046")
    rigid = sum((bank.rigid for bank in banks.values()), ZERO)
    if asked := question(amount, known, rigid, scheme):
        return Placed(asked)
    exact = bounded(amount, known)
    cut = {code: half_up((1 - bank.reduction) * exact[code]) for code, bank in banks.items() if bank.reduction}
    if cut:
        for code, cap in cut.items():
            lowered = bounds_of(scheme, banks[code], [*limits[code], (cap, "four_falling")])
            assert lowered is not None
            known[code] = lowered
        if asked := question(amount, known, rigid, scheme):
            return Placed(asked)
        exact = bounded(amount, known)
    ranks = {code: bank.rank for code, bank in banks.items()}
    return Placed("", known, exact, rounded(amount, exact, known, scheme, ranks))


def half_up(amount: Fraction) -> Fraction:
    """To the fen."""
    return Fraction(floor(amount * 100 + Fraction(1, 2)), 100)


@dataclass(frozen=True)
class PolicyBank:
    """A policy bank that is judged apart: what it holds, what stays with it anyway, and how its tests ended."""

    held: Fraction
    kept: Fraction
    passed: bool
    brought: bool

    @property
    def highest(self) -> Fraction | None:
        """What it may have at most; None where only the mean of the others holds it."""
        if not self.passed:
            return self.kept
        return None if self.brought else max(self.held, self.kept)


def policy_support(
    amount: Fraction, eligible: int, banks: Mapping[str, PolicyBank]
) -> tuple[Fraction, dict[str, Fraction]]:
    """P, the mean of what the `eligible` banks get (S19), cut to the fen, and what each policy bank gets.

    Tries every way in which the banks can stand to P (below what they keep, at P, at the most they may have): the one
    that does not contradict itself is the answer.
    """
    for stands in product(("kept", "mean", "highest"), repeat=len(banks)):
        sides = dict(zip(banks, stands, strict=True))
        if any(side == "highest" and banks[code].highest is None for code, side in sides.items()):
            continue
        fixed = {
            code: banks[code].kept if side == "kept" else banks[code].highest or ZERO
            for code, side in sides.items()
            if side != "mean"
        }
        mean = (amount - sum(fixed.values(), ZERO)) / (eligible + stands.count("mean"))
        if all(_fits(banks[code], side, mean) for code, side in sides.items()):
            cut = max(Fraction(floor(mean * 100), 100), ZERO)
            return cut, {code: _clamped(bank, cut) for code, bank in banks.items()}
    raise AssertionError("one of them must fit")


def _fits(bank: PolicyBank, side: str, mean: Fraction) -> bool:
    if side == "kept":
        return mean <= bank.kept
    if side == "highest":
        return bank.highest is not None and mean >= bank.highest
    return bank.kept <= mean and (bank.highest is None or mean <= bank.highest)


def _clamped(bank: PolicyBank, mean: Fraction) -> Fraction:
    raised = max(mean, bank.kept)
    return raised if bank.highest is None else min(raised, bank.highest)
