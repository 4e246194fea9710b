"""The search for the fewest transfers, by HiGHS (scipy.optimize.milp): which transfers to make, not how much (N10)."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from cunfang.evaluation.plan import NODE_LIMIT, TIME_LIMIT, TRIES, Merit, Plan, Problem, exact, merit
from cunfang.evaluation.plan_bounds import pieces

_SCALE = 1000.0
"""The largest transfer of a program: its tolerances are absolute."""
_SLACK = 1e-9
"""What a total may miss by in floating point; the integers decide."""


@dataclass
class Rows:
    """Constraints low ≤ row · columns ≤ high, as they are added."""

    cells: list[tuple[int, int, float]] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)

    def add(self, terms: list[tuple[int, float]], low: float, high: float) -> None:
        """One more row."""
        self.cells += [(len(self.low), column, factor) for column, factor in terms]
        self.low.append(low)
        self.high.append(high)

    def matrix(self, columns: int) -> LinearConstraint:
        """All rows."""
        at, column, factor = zip(*self.cells, strict=True)
        return LinearConstraint(csr_array((factor, (at, column)), shape=(len(self.low), columns)), self.low, self.high)


@dataclass(frozen=True)
class Found:
    """What one search came to: the chosen ways (None where there is none), a bound on the objective, how it ended."""

    chosen: tuple[int, ...] | None
    objective: float
    bound: float
    stopped_by: str


class Program:
    """Columns x (how much) and then y (whether) of every way, in the order of `problem.ways`."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.size = len(problem.ways)
        self.rooms = [problem.room(*way) for way in problem.ways]
        self.unit = max(self.rooms) / _SCALE
        self.rows = Rows()
        self.ends = time.monotonic() + TIME_LIMIT
        self._limits()

    def _limits(self) -> None:
        """No account, no bank beyond what it has; a transfer moves something if and only if it is made."""
        shared: dict[tuple[str, str], list[int]] = {}
        caps: dict[tuple[str, str], int] = {}
        for i, (giver, taker) in enumerate(self.problem.ways):
            told = (
                (("account", giver.account), giver.amount),
                (("out", giver.bank), self.problem.surplus[giver.bank]),
                (("in", taker.bank), self.problem.deficit[taker.bank]),
            )
            for key, cap in told:
                shared.setdefault(key, []).append(i)
                caps[key] = cap
            self.rows.add([(i, 1.0), (self.size + i, -self.rooms[i] / self.unit)], -np.inf, 0.0)
            self.rows.add([(i, 1.0), (self.size + i, -max(self.problem.min_leg, 1) / self.unit)], 0.0, np.inf)
        for key, ways in shared.items():
            self.rows.add([(i, 1.0) for i in ways], -np.inf, caps[key] / self.unit)

    @property
    def waiting(self) -> float:
        """How much of the cost of a plan may be its days."""
        return 0.5 if any(giver.wait for giver, _ in self.problem.ways) else 0.0

    def fen(self, found: Found) -> int:
        """What a search for the most came to."""
        return max(0, int(-found.objective * self.unit)) if math.isfinite(found.objective) else 0

    def moving(self, at_least: int, *, now: bool) -> None:
        """The total, or what moves `now`, is `at_least` so many fen."""
        ways = [i for i, (giver, _) in enumerate(self.problem.ways) if not (now and giver.wait)]
        if ways and at_least > 0:
            self.rows.add([(i, 1.0) for i in ways], at_least / self.unit * (1 - _SLACK) - _SLACK, np.inf)

    def counting(self, low: float, high: float) -> None:
        """So many transfers are made."""
        self.rows.add([(self.size + i, 1.0) for i in range(self.size)], low, high)

    def served(self, moved: int) -> None:
        """Each bank takes part in as many transfers as its part of `moved` needs."""
        for (side, bank), count in pieces(self.problem, moved).items():
            mine = [
                (self.size + i, 1.0)
                for i, (giver, taker) in enumerate(self.problem.ways)
                if (giver.bank if side == "out" else taker.bank) == bank
            ]
            if count:
                self.rows.add(mine, count, np.inf)

    def elsewhere(self, chosen: tuple[int, ...]) -> None:
        """At least one transfer that is not among `chosen`: those alone cannot do it."""
        rest = [(self.size + i, 1.0) for i in range(self.size) if i not in set(chosen)]
        self.rows.add(rest or [(0, 0.0)], 1.0, np.inf)

    def few(self) -> np.ndarray[Any, Any]:
        """Cost of a transfer: one; and, together below one half, of what waits, its days."""
        days = [giver.wait for giver, _ in self.problem.ways]
        longest, total = max(days), min(sum(self.problem.surplus.values()), sum(self.problem.deficit.values()))
        waiting = [day * self.unit / (2.0 * longest * total) if longest else 0.0 for day in days]
        return np.array([*waiting, *[1.0] * self.size])

    def much(self, *, now: bool) -> np.ndarray[Any, Any]:
        """Gain of a fen moved, or moved `now`."""
        gain = [-1.0 if not (now and giver.wait) else 0.0 for giver, _ in self.problem.ways]
        return np.array([*gain, *[0.0] * self.size])

    def solve(self, cost: np.ndarray[Any, Any]) -> Found:
        """Search within the limits; where time ends it, nothing is taken from it."""
        high = np.array([room / self.unit for room in self.rooms] + [1.0] * self.size)
        answer = milp(
            cost,
            integrality=np.array([0] * self.size + [1] * self.size),
            bounds=Bounds(np.zeros(2 * self.size), high),
            constraints=self.rows.matrix(2 * self.size),
            options={
                "node_limit": max(1, NODE_LIMIT // self.size),
                "time_limit": max(self.ends - time.monotonic(), 0.01),
                "mip_rel_gap": 0.0,
            },
        )
        timed_out = time.monotonic() >= self.ends
        stopped_by = "" if answer.status in (0, 2) else "time" if timed_out else "nodes"
        bound = answer.mip_dual_bound if answer.mip_dual_bound is not None else -math.inf
        if answer.status == 2:
            return Found(None, math.inf, math.inf, "")
        if answer.x is None or timed_out:
            return Found(None, math.inf, -math.inf if timed_out else bound, stopped_by or "nodes")
        chosen = tuple(i for i in range(self.size) if answer.x[self.size + i] > 0.5)
        return Found(chosen, float(answer.fun), float(bound), stopped_by)


def search(problem: Problem, most: Merit, bound: int, floor: Merit | None) -> Plan:
    """The fewest transfers that move `most`, or what of it transfers of min_leg and more can move.

    `bound`: no fewer can do. `floor`: a plan that moves `most` and need not be found again. Without legs where nothing
    better was found.
    """
    cap = math.inf if floor is None else floor.legs - (len({giver.wait for giver in problem.givers}) == 1)
    wanted, certain = most, True
    program = _program(problem, wanted, bound, cap)
    for _ in range(TRIES):
        found = program.solve(program.few())
        if found.chosen is None and not found.stopped_by and floor is None and wanted is most:
            wanted, certain = _within_reach(problem)
            program, bound = _program(problem, wanted, 0, cap), 0
            continue
        lower = _lower(found, bound, cap, program.waiting)
        if found.chosen is None:
            return Plan((), "solver", lower, False, found.stopped_by)
        legs = exact(problem, [problem.ways[i] for i in found.chosen], max(problem.min_leg, 1))
        if legs is not None and _reaches(merit(problem, legs), wanted, wanted is most, program.unit):
            proved = certain and lower == len(legs)
            return Plan(tuple(sorted(legs)), "solver", lower, proved, "" if proved else found.stopped_by)
        if found.stopped_by:
            return Plan((), "solver", lower, False, found.stopped_by)
        program.elsewhere(found.chosen)
    return Plan((), "solver", bound, False, "tries")


def _program(problem: Problem, wanted: Merit, bound: int, cap: float) -> Program:
    program = Program(problem)
    program.moving(wanted.now, now=True)
    program.moving(wanted.moved, now=False)
    if bound:
        program.served(wanted.moved)
    program.counting(bound, cap)
    return program


def _within_reach(problem: Problem) -> tuple[Merit, bool]:
    """The most that transfers of min_leg and more can move, to the tolerance of a float; whether that is certain."""
    program = Program(problem)
    first = program.solve(program.much(now=True))
    now = program.fen(first)
    program.moving(now, now=True)
    second = program.solve(program.much(now=False))
    return Merit(now, program.fen(second), 0, 0), not (first.stopped_by or second.stopped_by)


def _lower(found: Found, bound: int, cap: float, waiting: float) -> int:
    """Transfers that no plan undercuts: what the search showed, or what was known before."""
    if found.bound == math.inf:
        return int(cap) + 1
    return max(bound, math.ceil(found.bound - waiting - 1e-6)) if math.isfinite(found.bound) else bound


def _reaches(reached: Merit, wanted: Merit, known: bool, unit: float) -> bool:
    """Whether the integers move what was to be moved: to the fen where that is known exactly."""
    missing = max(wanted.now - reached.now, wanted.moved - reached.moved)
    return missing <= (0 if known else max(1.0, unit * 1e-3))
