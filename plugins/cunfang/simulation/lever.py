"""What one bank can move: a figure of its own that an indicator reads, or the events that count against it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from cunfang.rulebook import Indicator, Rulebook
from cunfang.simulation.figure import Figure, Lapse, Sort, counted, largest
from cunfang.simulation.scratch import Patch

TENFOLD = 10
"""How far a figure is followed: to ten times itself, and down to nothing."""
_EVENTS = ("on_time_rate", "event_count")
_STEPS: dict[Sort, Decimal] = {"money": Decimal(10000), "ratio": Decimal("0.0001"), "number": Decimal("0.01")}


@dataclass(frozen=True)
class Lever:
    """Something of one bank's that can be thought otherwise in whole `step`s, up to `up` of them and `down`.

    `now` is what it is today: yuan, a ratio, a number in `unit`, or of events how many count against the bank.
    `moves` are the codes of the indicators that read it: all of them move with it.
    """

    measure: str
    title: str
    sort: Sort
    unit: str
    now: Decimal
    step: Decimal
    up: int
    down: int
    moves: tuple[str, ...]
    figure: Figure | None = field(default=None, repr=False)
    lapses: tuple[Lapse, ...] = field(default=(), repr=False)

    def patches(self, steps: int) -> tuple[Patch, ...]:
        """The rows as they would be, `steps` away from today."""
        if self.figure is not None:
            return (self.figure.changed(steps * self.step),)
        return tuple(one.undone() for one in self.lapses[: abs(steps)])


@dataclass(frozen=True)
class _Place:
    """Where a figure is read: two indicators that read the same one share a lever."""

    family: str
    measure: str
    moment: date
    flow: bool


def levers(
    rulebook: Rulebook,
    institution: str,
    end: date,
    read: tuple[Iterable[Figure], Iterable[Lapse]],
    moments: Mapping[str, date],
) -> list[Lever]:
    """The levers of one bank, in the order of the rule book.

    `moments` says at which date an indicator was read where that is not the `end` of the period.
    """
    found, late = list(read[0]), list(read[1])
    places: dict[_Place, list[str]] = {}
    made: list[Lever] = []
    for one in rulebook.placed():
        node = one.indicator
        if not node.leaf:
            continue
        if node.basis in _EVENTS:
            made.append(_events(one.code, node, [item for item in late if item.institution == institution]))
            continue
        for term in node.measure or ():
            moment = moments.get(one.code, end)
            place = _Place(term.family or node.family or "", term.measure, moment, node.window is not None)
            places.setdefault(place, []).append(one.code)
    names = {one.code: one.indicator.name for one in rulebook.placed()}
    figures = (_figure(place, codes, names[codes[0]], institution, found) for place, codes in places.items())
    order = {one.code: number for number, one in enumerate(rulebook.placed())}
    return sorted((*figures, *made), key=lambda lever: order[lever.moves[0]])


def _events(code: str, node: Indicator, late: list[Lapse]) -> Lever:
    """Events done late that would have been done in time; a supervisor's decisions that would not have been taken."""
    kinds = {term.measure for term in node.measure or ()}
    mine = tuple(
        item for item in late if item.measure in kinds and item.family == node.family and item.indicator in ("", code)
    )
    title = "逾期办理的事项" if node.basis == "on_time_rate" else "监管处理事项"
    count = len(mine)
    said = "、".join(sorted(kinds))
    return Lever(said, title, "number", "件", Decimal(count), Decimal(1), 0, count, (code,), None, mine)


def _figure(place: _Place, codes: list[str], name: str, institution: str, found: list[Figure]) -> Lever:
    all_banks = [one for one in found if (one.family, one.measure) == (place.family, place.measure)]
    mine = counted([one for one in all_banks if one.institution == institution], place.moment, flow=place.flow)
    figure = largest(mine)
    if figure is None:
        return Lever(place.measure, name, "number", "", Decimal(0), Decimal(1), 0, 0, tuple(codes))
    now = sum((one.value for one in mine), Decimal(0))
    sort = figure.sort
    step = _STEPS[sort]
    if sort == "number" and all(one.value == one.value.to_integral_value() for one in all_banks):
        step = Decimal(1)
    # A bank that has nothing yet is followed to ten times what the largest has.
    reach = abs(now) * (TENFOLD - 1) or max(abs(one.value) for one in all_banks) * TENFOLD
    up, down = int(-(-reach // step)), int(max(now, Decimal(0)) // step)
    return Lever(place.measure, figure.title or name, sort, figure.unit, now, step, up, down, tuple(codes), figure)


def assumed(found: Iterable[Figure], patches: Iterable[Patch]) -> list[Figure]:
    """The figures as `patches` have them."""
    said = {
        (one.submission_id, one.record_no, column): Decimal(value) for one in patches for column, value in one.changes
    }
    keys = ((one, (one.submission_id, one.record_no, one.column_name)) for one in found)
    return [replace(one, value=said[key]) if key in said else one for one, key in keys]
