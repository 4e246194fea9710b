"""The transfer plan of one county: most money, then fewest transfers, then earliest (N10, beyond 8).

A mixed-integer program (HiGHS) finds which transfers to make; it works in floating point, so only that is taken from
it, and the amounts are an exact flow in integers. A plan that does not move as much as the greedy one is not taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from cunfang.evaluation.plan_bounds import component_bound, pieces

NODE_LIMIT = 20_000
"""Nodes of the search tree × transfers that could be made, per search: the same everywhere, so the plan is."""
TIME_LIMIT = 60.0
"""Seconds for a county, a guard alone: a search that it ends is thrown away and the plan known before it stands."""
SLOPES = 12
"""How often prices are set anew by what moved at the last ones."""
TRIES = 6
"""How often a set of transfers that the integers refuse is ruled out and another one searched for."""

_DEAR = 10**18

Group = tuple[str, str]
"""Owner and fund category."""


@dataclass(frozen=True, order=True)
class Giver:
    """An account that can give `amount` fen, `wait` days after the base date (0: now)."""

    group: Group
    bank: str
    account: str
    amount: int
    wait: int


@dataclass(frozen=True, order=True)
class Taker:
    """The account of a bank that can receive in a group."""

    group: Group
    bank: str
    account: str


Way = tuple[Giver, Taker]
"""A transfer that could be made."""


@dataclass(frozen=True, order=True)
class Leg:
    """A transfer from one account to another, in fen."""

    from_account: str
    to_account: str
    amount: int


@dataclass(frozen=True)
class Problem:
    """What banks must give and receive, what accounts can, in fen; no transfer is smaller than `min_leg`."""

    surplus: dict[str, int]
    deficit: dict[str, int]
    givers: tuple[Giver, ...]
    takers: tuple[Taker, ...]
    min_leg: int

    @cached_property
    def ways(self) -> tuple[Way, ...]:
        """Every transfer that could be made, in a fixed order whatever that of the rows."""
        takers: dict[Group, list[Taker]] = {}
        for taker in sorted(self.takers):
            takers.setdefault(taker.group, []).append(taker)
        return tuple(
            (giver, taker)
            for giver in sorted(self.givers)
            for taker in takers.get(giver.group, ())
            if self.room(giver, taker) >= self.min_leg
        )

    def room(self, giver: Giver, taker: Taker) -> int:
        """The most that one transfer can move."""
        return min(giver.amount, self.surplus[giver.bank], self.deficit[taker.bank])


@dataclass(frozen=True)
class Merit:
    """What a plan is judged by, first to last: moved now, moved in all, number of transfers, fen × days of waiting."""

    now: int
    moved: int
    legs: int
    waiting: int

    @property
    def order(self) -> tuple[int, int, int, int]:
        """Smaller is better."""
        return (-self.now, -self.moved, self.legs, self.waiting)


@dataclass(frozen=True)
class Plan:
    """The transfers, and what was proved: with no fewer than `lower_bound` is as much moved."""

    legs: tuple[Leg, ...]
    method: str
    lower_bound: int
    proved: bool
    stopped_by: str = ""


def merit(problem: Problem, legs: Iterable[Leg]) -> Merit:
    """How good `legs` are."""
    wait = {giver.account: giver.wait for giver in problem.givers}
    chosen = list(legs)
    return Merit(
        sum(leg.amount for leg in chosen if not wait[leg.from_account]),
        sum(leg.amount for leg in chosen),
        len(chosen),
        sum(leg.amount * wait[leg.from_account] for leg in chosen),
    )


def broken(problem: Problem, legs: Sequence[Leg]) -> bool:
    """Whether `legs` are not a plan of `problem`: more than there is, to another group, too small, twice."""
    givers = {giver.account: giver for giver in problem.givers}
    takers = {taker.account: taker for taker in problem.takers}
    left = {("account", account): giver.amount for account, giver in givers.items()}
    left |= {("out", bank): amount for bank, amount in problem.surplus.items()}
    left |= {("in", bank): amount for bank, amount in problem.deficit.items()}
    for leg in legs:
        giver, taker = givers[leg.from_account], takers[leg.to_account]
        if giver.group != taker.group or leg.amount < max(problem.min_leg, 1):
            return True
        for key in (("account", leg.from_account), ("out", giver.bank), ("in", taker.bank)):
            left[key] -= leg.amount
    pairs = {(leg.from_account, leg.to_account) for leg in legs}
    return min(left.values(), default=0) < 0 or len(pairs) < len(legs)


def best_plan(problem: Problem, greedy: Sequence[Leg]) -> Plan:
    """The best plan found for `problem`; `greedy` stands where nothing better was found."""
    floor = Plan(tuple(sorted(greedy)), "greedy", len(greedy), not problem.ways)
    if not problem.ways:
        return floor
    most = merit(problem, exact(problem, problem.ways, 0) or ())
    bound = _simple_bound(problem, most)
    for legs in _by_prices(problem):
        floor = _better(problem, floor, Plan(tuple(sorted(legs)), "solver", bound, False))
    known = merit(problem, floor.legs)
    full = (known.now, known.moved) == (most.now, most.moved)
    if full and known.legs == bound and len({giver.wait for giver in problem.givers}) == 1:
        return replace(floor, lower_bound=bound, proved=True)
    from cunfang.evaluation.plan_search import search

    found = search(problem, most, bound, known if full else None)
    if _better(problem, floor, found) is found:
        return found
    proved = full and found.lower_bound == known.legs
    return replace(floor, lower_bound=found.lower_bound, proved=proved, stopped_by="" if proved else found.stopped_by)


def _better(problem: Problem, known: Plan, other: Plan) -> Plan:
    """`other` where it is a plan and better than `known`."""
    if not other.legs or broken(problem, other.legs):
        return known
    return other if merit(problem, other.legs).order < merit(problem, known.legs).order else known


def _by_prices(problem: Problem) -> Iterator[tuple[Leg, ...]]:
    """Plans of few transfers by flows at prices: where little moved, the way is dear the next time, and given up."""
    prices = {way: _DEAR // problem.room(*way) for way in problem.ways}
    seen: set[tuple[Leg, ...]] = set()
    for _ in range(SLOPES):
        legs = exact(problem, problem.ways, 0, prices) or ()
        if legs in seen:
            return
        seen.add(legs)
        amounts = {(leg.from_account, leg.to_account): leg.amount for leg in legs}
        made = [way for way in problem.ways if (way[0].account, way[1].account) in amounts]
        yield exact(problem, made, max(problem.min_leg, 1)) or legs
        for way in made:
            prices[way] = _DEAR // amounts[way[0].account, way[1].account]


def exact(
    problem: Problem, ways: Sequence[Way], least: int, prices: Mapping[Way, int] | None = None
) -> tuple[Leg, ...] | None:
    """Amounts on `ways`, each at least `least`: most now, then most, then earliest. None where `least` does not fit.

    A flow of least cost on integers of any size. `prices` of a fen on each way decide what is left open.
    """
    import networkx as nx

    out = dict(problem.surplus)
    into = dict(problem.deficit)
    stock = {giver.account: giver.amount for giver in problem.givers}
    for giver, taker in ways:
        out[giver.bank] -= least
        into[taker.bank] -= least
        stock[giver.account] -= least
    if min([*out.values(), *into.values(), *stock.values()]) < 0:
        return None
    names: dict[Any, int] = {}

    def node(*key: object) -> int:
        return names.setdefault(key, len(names))

    graph = nx.DiGraph()
    source, sink = node("source"), node("sink")
    value = _values(problem)
    scale = 1 if prices is None else max(prices.values()) * sum(out.values()) + 1
    graph.add_edge(sink, source, weight=0)
    for giver, taker in ways:
        account, receiver = node("account", giver.account), node("taker", taker.account)
        graph.add_edge(source, node("out", giver.bank), capacity=out[giver.bank], weight=0)
        graph.add_edge(
            node("out", giver.bank), account, capacity=stock[giver.account], weight=-value[giver.wait] * scale
        )
        graph.add_edge(account, receiver, weight=0 if prices is None else prices[giver, taker])
        graph.add_edge(receiver, node("in", taker.bank), weight=0)
        graph.add_edge(node("in", taker.bank), sink, capacity=into[taker.bank], weight=0)
    _, flow = nx.network_simplex(graph)
    legs = (
        Leg(giver.account, taker.account, least + flow[node("account", giver.account)][node("taker", taker.account)])
        for giver, taker in ways
    )
    return tuple(leg for leg in legs if leg.amount > 0)


def _values(problem: Problem) -> dict[int, int]:
    """What a fen is worth by its days of waiting: one now outweighs all that waits, one more outweighs all days."""
    most = min(sum(problem.surplus.values()), sum(problem.deficit.values()))
    waits = sorted({giver.wait for giver in problem.givers})
    later = most * waits[-1] + 1
    return {wait: later - wait if wait else (most + 1) * later for wait in waits}


def _simple_bound(problem: Problem, most: Merit) -> int:
    """How many transfers are needed to move `most`, whichever they are."""
    served = pieces(problem, most.moved)
    giving, taking = (sum(count for (at, _), count in served.items() if at == side) for side in ("out", "in"))
    return max(giving, taking, component_bound(problem, most.moved))
