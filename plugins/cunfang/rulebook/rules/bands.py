"""Bands: each value in one and only one of them, their points rising or falling, each of them reachable."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from cunfang.rulebook.indicator import Indicator
from cunfang.rulebook.model import Rulebook
from cunfang.rulebook.parameter import Band
from cunfang.rulebook.rules.site import Known, Path, Raised, leaves
from cunfang.rulebook.rules.spoken import figure

_LOW, _HIGH = Decimal("-Infinity"), Decimal("Infinity")


def bands(rulebook: Rulebook, known: Known) -> Iterator[Raised]:
    """The bands of every indicator."""
    for site in leaves(rulebook):
        node = site.node
        if node.bands is None:
            continue
        if node.method == "rank_bands":
            highest = Decimal(known.banks) if known.banks else None
            yield from judged(node.bands.value, site.at("bands"), node.name, Decimal(1), highest, node)
        else:
            lowest = Decimal(0) if _never_negative(node) else None
            yield from judged(node.bands.value, site.at("bands"), node.name, lowest, None, node)


def judged(
    listed: Sequence[Band],
    at: Path,
    name: str,
    lowest: Decimal | None = None,
    highest: Decimal | None = None,
    node: Indicator | None = None,
) -> Iterator[Raised]:
    """What is wrong with bands over values from `lowest` to `highest` (None: any); ranks count in whole places."""
    whole = node is not None and node.method == "rank_bands"
    sound = []
    for place, band in enumerate(listed):
        here = (*at, "value", place)
        if _empty(band, whole=whole):
            yield Raised("band_empty", here, {"name": name, "band": _range(band, node)})
        elif _out_of_reach(band, lowest, highest):
            yield Raised("band_unreachable", here, {"name": name, "band": _range(band, node)})
        else:
            sound.append((band, here))
    if [band for band, _ in sound] != sorted((band for band, _ in sound), key=_lower):
        yield Raised("bands_unordered", at, {"name": name})
    sound.sort(key=lambda one: _lower(one[0]))
    for (one, _), (other, here) in pairwise(sound):
        yield from _between(one, other, here, name, node, whole=whole)
    points = [band.points for band, _ in sound]
    if points not in (sorted(points), sorted(points, reverse=True)):
        yield Raised("bands_not_rising", at, {"name": name})
    if sound and (node is None or node.otherwise is None):
        yield from _below(sound[0][0], at, name, lowest, node)
        yield from _above(sound[-1][0], at, name, highest, node)


def _between(one: Band, other: Band, here: Path, name: str, node: Indicator | None, *, whole: bool) -> Iterator[Raised]:
    ends, begins = _upper(one), _lower(other)
    facts = {"name": name, "one": _range(one, node), "other": _range(other, node)}
    if ends > begins or (ends == begins and _has_upper(one) and _has_lower(other)):
        if whole and not _places(begins, _has_lower(other), ends, _has_upper(one)):
            return
        same = {**facts, "value": figure(begins, node) if begins.is_finite() else facts["one"]}
        yield Raised("bands_overlap", here, same)
    elif ends == begins and not _has_upper(one) and not _has_lower(other):
        yield Raised("band_hole_at", here, {**facts, "value": figure(ends, node)})
    elif ends < begins and not (whole and not _places(ends, not _has_upper(one), begins, not _has_lower(other))):
        facts |= {"from": figure(ends, node), "to": figure(begins, node)}
        yield Raised("band_hole", here, facts)


def _below(first: Band, at: Path, name: str, lowest: Decimal | None, node: Indicator | None) -> Iterator[Raised]:
    """Values below all bands that nothing else gives points to: the run would stop and ask."""
    edge = _lower(first)
    covered = lowest is not None and (edge < lowest or (edge == lowest and _has_lower(first)))
    if edge.is_finite() and not covered:
        yield Raised("bands_open_below", at, {"name": name, "value": figure(edge, node)})


def _above(last: Band, at: Path, name: str, highest: Decimal | None, node: Indicator | None) -> Iterator[Raised]:
    edge = _upper(last)
    covered = highest is not None and (edge > highest or (edge == highest and _has_upper(last)))
    if edge.is_finite() and not covered:
        yield Raised("bands_open_above", at, {"name": name, "value": figure(edge, node)})


def _places(low: Decimal, low_in: bool, high: Decimal, high_in: bool) -> bool:
    """Whether a whole number lies between the two."""
    if not (low.is_finite() and high.is_finite()):
        return True
    first = math.ceil(low) if low_in else math.floor(low) + 1
    last = math.floor(high) if high_in else math.ceil(high) - 1
    return first <= last


def _empty(band: Band, *, whole: bool) -> bool:
    low, high = _lower(band), _upper(band)
    if low > high or (low == high and not (_has_lower(band) and _has_upper(band))):
        return True
    return whole and not _places(low, _has_lower(band), high, _has_upper(band))


def _out_of_reach(band: Band, lowest: Decimal | None, highest: Decimal | None) -> bool:
    below = lowest is not None and (_upper(band) < lowest or (_upper(band) == lowest and not _has_upper(band)))
    above = highest is not None and (_lower(band) > highest or (_lower(band) == highest and not _has_lower(band)))
    return below or above


def _never_negative(node: Indicator) -> bool:
    """Stocks and what they average to; flows may be negative by refunds, changes anyhow."""
    plain = all(term.times >= 0 for term in (*(node.measure or ()), *(node.over or ())))
    return node.basis in ("stock", "average", "event_count", "on_time_rate") and plain


def _lower(band: Band) -> Decimal:
    return _LOW if band.lower is None else band.lower


def _upper(band: Band) -> Decimal:
    return _HIGH if band.upper is None else band.upper


def _has_lower(band: Band) -> bool:
    return band.over is None


def _has_upper(band: Band) -> bool:
    return band.below is None


def _range(band: Band, node: Indicator | None) -> str:
    """`[5%, 8%)`: a square bracket where the edge is in it."""
    left = "(" if band.over is not None or band.lower is None else "["
    right = ")" if band.below is not None or band.upper is None else "]"
    low = "−∞" if band.lower is None else figure(band.lower, node)
    high = "+∞" if band.upper is None else figure(band.upper, node)
    return f"{left}{low}, {high}{right}"
