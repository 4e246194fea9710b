"""Points, scores and shares (S10, S11, N3, N7, N8, N12), bank by bank."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from operator import ge, gt, le, lt

Values = Mapping[tuple[str, str], Fraction]
"""(indicator, bank) → value; a pair that is not there has no value."""

ZERO, ONE = Fraction(0), Fraction(1)
COMPARE = {">=": ge, ">": gt, "<=": le, "<": lt}
# Methods that compare banks with each other: where all are at 0 they cannot (N7).
COMPARING = ("share_of_total", "share_of_best", "inverse_of_best", "frontier", "rank_step", "rank_bands", "mean_cap")
SIGNED = ("bands", "area_relative", "points_per_unit", "pass_fail", "frontier", "rank_step", "rank_bands")


class UnansweredError(Exception):
    """The rule book does not say what follows, or what it is to be held against was not delivered."""


@dataclass(frozen=True)
class Band:
    """Points for what lies between two edges; an edge belongs to the band or not, None is open."""

    points: Fraction
    lower: Fraction | None = None
    lower_in: bool = True
    upper: Fraction | None = None
    upper_in: bool = False

    def holds(self, value: Fraction) -> bool:
        """Whether `value` lies in it."""
        above = self.lower is None or value > self.lower or (self.lower_in and value == self.lower)
        below = self.upper is None or value < self.upper or (self.upper_in and value == self.upper)
        return above and below


@dataclass(frozen=True)
class Held:
    """What a value is held against: `value` with its number, or area, mean, best, peers, targets (with a measure)."""

    of: str
    value: Fraction | None = None
    measure: str | None = None
    operator: str | None = None


@dataclass(frozen=True)
class Scored:
    """One indicator: its points at full marks, what a missing value becomes, how values become points."""

    code: str
    full: Fraction
    method: str
    missing: str = "stop"
    effect: str = "score"
    reference: Held | None = None
    gate: Held | None = None
    operator: str | None = None
    base: Fraction | None = None
    step: Fraction | None = None
    step_percent: Fraction | None = None
    per_point: Fraction = ZERO
    below_per_point: Fraction = ZERO
    unit: Fraction | None = None
    unit_points: Fraction = ZERO
    below_unit_points: Fraction = ZERO
    threshold: Fraction | None = None
    whole_steps: bool = False
    bands: tuple[Band, ...] = ()
    otherwise: Fraction | None = None
    out_of: Fraction = ONE
    cap: Fraction | None = None
    floor: Fraction | None = None
    lowest_first: bool = False
    ties: str = "better"
    keeps_sign: bool = False
    decimals: int | None = None


@dataclass(frozen=True)
class Figures:
    """What is known besides the values: numerators and denominators, the region's own figures, the banks' targets."""

    parts: Mapping[tuple[str, str], tuple[Fraction, Fraction]] = field(default_factory=dict)
    peers: Mapping[str, Fraction] = field(default_factory=dict)
    targets: Mapping[tuple[str, str], Fraction] = field(default_factory=dict)


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
                result[indicator.code, bank] = ZERO
            elif indicator.missing == "mean" and known:
                result[indicator.code, bank] = sum(known, ZERO) / len(known)
    return result


@dataclass(frozen=True)
class _Cohort:
    """One indicator's values as they are scored: of the banks that count, and of all."""

    one: Scored
    counting: Mapping[str, Fraction]
    figures: Figures

    def held(self, held: Held | None, bank: str, otherwise: str) -> Fraction:
        """The number that stands for a reference."""
        of = held.of if held else otherwise
        numbers = list(self.counting.values())
        match of:
            case "value" if held and held.value is not None:
                return held.value
            case "mean":
                return sum(numbers, ZERO) / len(numbers)
            case "best":
                return min(numbers) if self.one.lowest_first else max(numbers)
            case "area":
                both = [
                    self.figures.parts[self.one.code, b]
                    for b in self.counting
                    if (self.one.code, b) in self.figures.parts
                ]
                below = sum((denominator for _, denominator in both), ZERO)
                if not below:
                    raise UnansweredError(f"{self.one.code}: no area")
                return sum((numerator for numerator, _ in both), ZERO) / below
            case "peers" if held and held.measure in self.figures.peers:
                return self.figures.peers[held.measure or ""]
            case "targets" if held and (bank, held.measure) in self.figures.targets:
                return self.figures.targets[bank, held.measure or ""]
        raise UnansweredError(f"{self.one.code}: no {of} for {bank}")

    def places(self, bank: str, x: Fraction) -> list[int]:
        """The ranks that a bank with `x` fills, as its ties are read; a bank that does not count is put beside them."""
        ahead = sum(v < x if self.one.lowest_first else v > x for v in self.counting.values())
        level = sum(v == x for other, v in self.counting.items() if other != bank)
        filled = list(range(ahead + 1, ahead + level + 2))
        return {"better": filled[:1], "worse": filled[-1:], "mean": filled}[self.one.ties]

    def in_bands(self, value: Fraction) -> Fraction:
        """The points of the band that holds `value`."""
        for band in self.one.bands:
            if band.holds(value):
                return band.points
        if self.one.otherwise is None:
            raise UnansweredError(f"{self.one.code}: {value} in no band")
        return self.one.otherwise

    def steps(self, size: Fraction) -> Fraction:
        """A distance in steps, whole ones where only those count."""
        return Fraction(floor(size)) if self.one.whole_steps else size

    def raw(self, bank: str, x: Fraction) -> Fraction:
        """N7, method by method, before the bounds: here those that compare the banks with each other."""
        one, numbers = self.one, list(self.counting.values())
        match one.method:
            case "share_of_total":
                return one.full * x / sum(numbers, ZERO)
            case "share_of_best":
                best = max(numbers) if one.reference is None else self.held(one.reference, bank, "")
                return one.full * x / best if best > 0 else ZERO
            case "inverse_of_best":
                return one.full * max(min(numbers), ZERO) / x if x > 0 else one.full
            case "frontier":
                low, high = min(numbers), max(numbers)
                base = one.base or ZERO
                way = high - x if one.lowest_first else x - low
                return one.full if low == high else base + (one.full - base) * way / (high - low)
            case "rank_step":
                places = self.places(bank, x)
                step = one.step if one.step is not None else one.full * (one.step_percent or ZERO) / 100
                return one.full - step * (Fraction(sum(places), len(places)) - 1)
            case "rank_bands":
                points = [self.in_bands(Fraction(place)) for place in self.places(bank, x)]
                return sum(points, ZERO) / len(points)
            case "mean_cap":
                mean = self.held(one.reference, bank, "mean")
                if x >= mean:
                    return one.full
                return one.full * x / mean if mean > 0 else ZERO
        return self._measured(bank, x)

    def _measured(self, bank: str, x: Fraction) -> Fraction:
        """Methods that hold a bank against something stated."""
        one = self.one
        match one.method:
            case "bands":
                return self.in_bands(x)
            case "area_relative":
                points = 100 * (x - self.held(one.reference, bank, "area"))
                more, less = one.per_point * self.steps(points), one.below_per_point * self.steps(-points)
                return (one.base or ZERO) + (more if points >= 0 else -less)
            case "target_completion":
                return self._completion(bank, x)
            case "points_per_unit":
                start = self.held(one.reference, bank, "") if one.reference else ZERO
                return (one.base or ZERO) + one.unit_points * self.steps((x - start) / (one.unit or ONE))
            case "pass_fail":
                passes = COMPARE[one.operator or ">="](x, self.held(one.reference, bank, ""))
                return one.full if passes else one.otherwise or ZERO
            case "rate":
                return one.full * min(max(x, ZERO), ONE)
            case "score":
                return one.full * min(max(x / one.out_of, ZERO), ONE)
        raise AssertionError(one.method)

    def _completion(self, bank: str, x: Fraction) -> Fraction:
        one, done = self.one, self.completion(bank, x)
        if one.unit is None:
            return one.full * min(done, ONE)
        base = one.full if one.base is None else one.base
        if done >= 1:
            return base + one.unit_points * self.steps((done - 1) / one.unit)
        return base - one.below_unit_points * self.steps((1 - done) / one.unit)

    def completion(self, bank: str, x: Fraction) -> Fraction:
        """x/target; a target that is not above 0 cannot be completed (N14)."""
        target = self.held(self.one.reference, bank, "")
        if target <= 0 and self.one.reference and self.one.reference.of == "targets":
            raise UnansweredError(f"{self.one.code}: target of {bank} is {target}")
        return x / target if target > 0 else ZERO

    def points(self, bank: str, value: Fraction, x: Fraction, stretch: Fraction) -> Fraction:
        """The method between its bounds, on the scale that carries what is dropped, rounded half-up; 0 where nothing
        can be told apart, where the gate is shut, or below the threshold of completion.
        """
        one = self.one
        nothing = not any(self.counting.values()) or (
            one.method == "share_of_total" and sum(self.counting.values()) <= 0
        )
        if nothing and one.method in COMPARING:
            return ZERO
        if one.gate and not COMPARE[one.gate.operator or ">="](value, self.held(one.gate, bank, "")):
            return ZERO
        if one.threshold is not None and self.completion(bank, x) < one.threshold:
            return ZERO
        takes_off = one.method in ("rank_step", "area_relative", "target_completion", "points_per_unit")
        lowest = one.floor if one.floor is not None else (ZERO if takes_off else None)
        highest = one.cap if one.cap is not None else (one.full if one.method == "area_relative" else None)
        result = self.raw(bank, x)
        result = result if lowest is None else max(result, lowest)
        result = result if highest is None else min(result, highest)
        return rounded(result * stretch, one.decimals)


def rounded(value: Fraction, decimals: int | None) -> Fraction:
    """Half-up (away from 0) to `decimals`; exact without."""
    if decimals is None:
        return value
    size = abs(value) * 10**decimals
    whole = floor(size + Fraction(1, 2))
    return Fraction(whole, 10**decimals) * (1 if value >= 0 else -1)


def points(
    indicators: Sequence[Scored],
    values: Values,
    eligible: Collection[str],
    figures: Figures | None = None,
) -> dict[tuple[str, str], Fraction]:
    """N7. What a value is compared with is of the eligible banks alone; the others are scored against them for
    information, and get 0 where that leaves a question open.

    An indicator without any eligible value is dropped, and the rest of the scale is stretched to carry its weight.
    """
    kept = [one for one in indicators if any((one.code, bank) in values for bank in eligible)]
    stated = sum((one.full for one in indicators if one.effect == "score"), ZERO)
    carried = sum((one.full for one in kept if one.effect == "score"), ZERO)
    result = {}
    for one in kept:
        stretch = stated / carried if one.effect == "score" and carried else ONE
        mine = {bank: value for (code, bank), value in values.items() if code == one.code}
        scored = {bank: value if one.keeps_sign else max(value, ZERO) for bank, value in mine.items()}
        counting = {bank: x for bank, x in scored.items() if bank in eligible}
        cohort = _Cohort(one, counting, figures or Figures())
        for bank, value in mine.items():
            try:
                result[one.code, bank] = cohort.points(bank, value, scored[bank], stretch)
            except UnansweredError:
                if bank in eligible:
                    raise
                result[one.code, bank] = ZERO
    return result


def capped(
    indicators: Sequence[Scored], points_of: Mapping[tuple[str, str], Fraction], caps: Mapping[str, Fraction | None]
) -> dict[tuple[str, str], Fraction]:
    """Bonus and penalty (in points or in yuan) as they count: penalties taken off, and what a bank has beyond the cap
    of its effect cut from the last indicators in document order.
    """
    result = dict(points_of)
    for effect, cap in caps.items():
        sign = -1 if effect.startswith("penalty") else 1
        for bank in {bank for _, bank in points_of}:
            left = cap
            for one in (one for one in indicators if one.effect == effect and (one.code, bank) in points_of):
                mine = points_of[one.code, bank]
                got = mine if left is None else min(mine, max(left, ZERO))
                left = None if left is None else left - got
                result[one.code, bank] = sign * got
    return result


def scores(points_of: Mapping[tuple[str, str], Fraction], decimals: int | None = None) -> dict[str, Fraction]:
    """S10: the sum over the indicators; what is taken off ends at 0."""
    result: dict[str, Fraction] = {}
    for (_, bank), value in points_of.items():
        result[bank] = result.get(bank, ZERO) + value
    return {bank: rounded(max(score, ZERO), decimals) for bank, score in result.items()}


def ranks(
    score_of: Mapping[str, Fraction], tie_break: Mapping[str, Sequence[Fraction]] | None = None
) -> dict[str, int]:
    """N18: ties share the better rank, unless the sub-scores of `tie_break` decide, the first that differs."""
    key = {bank: (score, *(tie_break[bank] if tie_break else ())) for bank, score in score_of.items()}
    return {bank: 1 + sum(other > mine for other in key.values()) for bank, mine in key.items()}
