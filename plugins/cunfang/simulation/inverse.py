"""What must this bank do to gain so much: the smallest change of each of its own figures, found by real evaluations.

Everything else stays as it is: the other banks, and the bank's other figures. A figure is moved in whole steps (1万元,
0.01 percentage points, one piece); the answer gains enough and one step less does not, and both were evaluated. Where
points jump (ranks, bands) a smaller change beyond what was tried cannot be ruled out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from cunfang.evaluation import RunStoppedError
from cunfang.evaluation.steps import Answer
from cunfang.simulation.comparison import Standing, standings
from cunfang.simulation.fault import SimulationError
from cunfang.simulation.figure import bank_code, figures, lapses
from cunfang.simulation.ground import Ground
from cunfang.simulation.lever import Lever, assumed, levers
from cunfang.simulation.scratch import BATCH, Variant, tried
from cunfang.warehouse.sql import rows

FIRST = 8
"""Points tried first on each side of a figure, from one step to the furthest, at equal ratios."""
BETWEEN = 6
"""Points tried in each later turn between the last that does not suffice and the first that does."""
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Moved:
    """An indicator that a change moves."""

    indicator: str
    name: str
    value: tuple[Decimal, Decimal]
    points: tuple[Decimal, Decimal]


@dataclass(frozen=True)
class Need:
    """What it takes by one lever. `change` is None where it cannot be: `best` is then the most that was gained.

    `gain` is what the change brings, `short` what one step less would; both in yuan.
    """

    lever: Lever
    change: Decimal | None
    gain: Decimal
    short: Decimal
    best: Decimal
    rank: int | None
    moved: tuple[Moved, ...] = ()

    @property
    def after(self) -> Decimal:
        """The figure with the change."""
        return self.lever.now + (self.change or 0)


@dataclass(frozen=True)
class Inverse:
    """What a bank must do to gain `wanted` yuan, by each lever; and where it stands."""

    ground: Ground
    standing: Standing
    wanted: Decimal
    needs: tuple[Need, ...]
    evaluated: int


@dataclass
class _Search:
    """One side of one lever: `low` steps do not suffice, `high` do, once found."""

    lever: Lever
    sign: int
    limit: int
    low: int = 0
    high: int | None = None
    best: Decimal = Decimal(0)
    tried: dict[int, Decimal | None] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        return self.high is not None and self.high - self.low > 1

    def points(self) -> list[int]:
        """What to try next, in steps."""
        if not self.tried:
            return sorted({_root(self.limit, number) for number in range(FIRST)})
        if not self.open or self.high is None:
            return []
        width, pieces = self.high - self.low, min(BETWEEN + 1, self.high - self.low)
        return [self.low + width * number // pieces for number in range(1, pieces)]

    def learn(self, wanted: Decimal) -> None:
        """Take the first that suffices and the one before it."""
        self.best = max((gain for gain in self.tried.values() if gain is not None), default=self.best)
        for steps in sorted(self.tried):
            if self.high is not None and steps >= self.high:
                return
            gain = self.tried[steps]
            if gain is not None and gain >= wanted:
                self.high = steps
                return
            self.low = max(self.low, steps)


def _root(limit: int, number: int) -> int:
    """The `number`-th of FIRST points from 1 to `limit` at equal ratios, as whole steps."""
    if number == FIRST - 1:
        return limit
    low, high = 1, limit
    # The largest k with k^(FIRST-1) <= limit^number: no floating point, so the same everywhere.
    while low < high:
        middle = (low + high + 1) // 2
        if middle ** (FIRST - 1) <= limit**number:
            low = middle
        else:
            high = middle - 1
    return low


def invert(
    connection: Connection, ground: Ground, base: Variant, bank: str, wanted: Decimal, say: Progress = lambda _: None
) -> Inverse:
    """The smallest change of each figure of `bank` that gains at least `wanted` yuan against `base`.

    SimulationError where the bank does not share by score. The caller rolls back.
    """
    if wanted <= 0:
        raise SimulationError("所求的增加额应大于 0")
    code = bank_code(connection, base.template, bank)
    standing, found = _today(connection, ground, base, code)
    searches = [
        _Search(lever, sign, limit) for lever in found for sign, limit in ((1, lever.up), (-1, lever.down)) if limit
    ]
    count = 0
    while asked := [(search, steps) for search in searches for steps in search.points()]:
        for part in _parts(asked):
            gains = _gains(connection, base, code, standing.target, part)
            for (search, steps), gain in zip(part, gains, strict=True):
                search.tried[steps] = gain
            count += len(part)
            say(f"已试算 {count} 种")
        for search in searches:
            search.learn(wanted)
    needs = _needs(connection, base, code, standing, found, searches)
    return Inverse(ground, standing, wanted, needs, count)


def _today(connection: Connection, ground: Ground, base: Variant, code: str) -> tuple[Standing, list[Lever]]:
    with tried(connection, [base]) as (was,):
        if was.run_id is None:
            raise RunStoppedError([Answer(0, question) for question in was.questions])
        standing = standings(connection, [was.run_id])[was.run_id].get(code)
        told = _indicators(connection, [was.run_id], code)[was.run_id]
    if standing is None or standing.rank is None:
        name = standing.short_name if standing else code
        raise SimulationError(f"{name}不参加按得分分配，增减自己的数不改变应存额度")
    measures = [
        term.measure for one in base.rulebook.placed() if one.indicator.leaf for term in one.indicator.measure or ()
    ]
    found = assumed(figures(connection, base.template, measures), base.patches)
    moments = {indicator: row["as_of"] for indicator, row in told.items() if row["as_of"]}
    read = (found, lapses(connection, base.template))
    return standing, levers(base.rulebook, code, ground.period.end, read, moments)


def _parts(asked: Sequence[tuple[_Search, int]]) -> Iterator[Sequence[tuple[_Search, int]]]:
    for start in range(0, len(asked), BATCH):
        yield asked[start : start + BATCH]


def _moved_by(base: Variant, lever: Lever, steps: int) -> Variant:
    return Variant(base.template, base.rulebook, base.decrees, (*base.patches, *lever.patches(steps)))


def _gains(
    connection: Connection, base: Variant, code: str, target: Decimal, asked: Iterable[tuple[_Search, int]]
) -> list[Decimal | None]:
    """What each change brings, in yuan; None where the evaluation stops with a question."""
    variants = [_moved_by(base, search.lever, search.sign * steps) for search, steps in asked]
    with tried(connection, variants) as outcome:
        stood = standings(connection, [one.run_id for one in outcome if one.run_id is not None])
        return [None if one.run_id is None else stood[one.run_id][code].target - target for one in outcome]


def _indicators(connection: Connection, run_ids: list[int], code: str) -> dict[int, dict[str, dict[str, Any]]]:
    found: dict[int, dict[str, dict[str, Any]]] = {run_id: {} for run_id in run_ids}
    for row in rows(connection, "simulation/indicators.sql", {"run_ids": run_ids, "institution": code}):
        found[row["run_id"]][row["indicator"]] = row
    return found


def _needs(
    connection: Connection,
    base: Variant,
    code: str,
    standing: Standing,
    found: list[Lever],
    searches: list[_Search],
) -> tuple[Need, ...]:
    """The nearer side of each lever, evaluated once more for what else it moves."""
    chosen: dict[int, tuple[_Search, int]] = {}
    for number, lever in enumerate(found):
        sides = [(one, one.high) for one in searches if one.lever is lever and one.high is not None]
        if sides:
            chosen[number] = min(sides, key=lambda side: side[1])
    variants = [base, *(_moved_by(base, one.lever, one.sign * steps) for one, steps in chosen.values())]
    with tried(connection, variants) as outcome:
        run_ids = [one.run_id for one in outcome if one.run_id is not None]
        stood = standings(connection, run_ids)
        told = _indicators(connection, run_ids, code)
    needs = []
    for number, lever in enumerate(found):
        if number not in chosen:
            best = max((one.best for one in searches if one.lever is lever), default=Decimal(0))
            needs.append(Need(lever, None, Decimal(0), Decimal(0), best, standing.rank))
            continue
        search, steps = chosen[number]
        run_id = run_ids[1 + list(chosen).index(number)]
        after = stood[run_id][code]
        gain = after.target - standing.target
        short = (search.tried.get(steps - 1) if steps > 1 else None) or Decimal(0)
        moved = tuple(_moved(told[run_ids[0]], told[run_id]))
        needs.append(Need(lever, search.sign * steps * lever.step, gain, short, gain, after.rank, moved))
    return tuple(needs)


def _moved(before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]) -> Iterator[Moved]:
    for code, new in after.items():
        old = before.get(code)
        if old and (old["value"], old["points"]) != (new["value"], new["points"]):
            yield Moved(code, new["name"], (old["value"], new["value"]), (old["points"], new["points"]))
