"""The fewest transfers of a small county, by trying every set; amounts by augmenting paths in integers (N10)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations


@dataclass(frozen=True)
class Way:
    """One transfer that could be made: whose surplus, which account's money, whose deficit; `now`: it need not wait."""

    giver: str
    account: str
    taker: str
    now: bool = True


@dataclass(frozen=True)
class County:
    """Amounts in fen: what banks must give and receive, what accounts hold, and where transfers could be made."""

    surplus: dict[str, int]
    deficit: dict[str, int]
    stock: dict[str, int]
    ways: tuple[Way, ...]
    least: int = 1


def best(county: County) -> tuple[int, int, int]:
    """(moved now, moved in all, transfers): most now, then most in all, then fewest."""
    found = max((*_moves(county, chosen), -len(chosen)) for chosen in _sets(county.ways))
    return found[0], found[1], -found[2]


def _sets(ways: Sequence[Way]) -> Iterator[tuple[Way, ...]]:
    for size in range(len(ways) + 1):
        yield from combinations(ways, size)


def _moves(county: County, chosen: Sequence[Way]) -> tuple[int, int]:
    """What `chosen` can move, each at least `least`: most now, and then in all. (-1, -1) where they do not fit."""
    free = _capacities(county, chosen)
    if min(free.values(), default=0) < 0:
        return -1, -1
    fixed_now = county.least * sum(way.now for way in chosen)
    fixed = county.least * len(chosen)
    now = _flow(free, [way for way in chosen if way.now])
    if all(way.now for way in chosen):
        return fixed_now + now, fixed + now
    # All that can move, with so much of it now: later money gets what is left of the sum.
    return fixed_now + now, fixed + _flow(free, chosen, at_least_now=now)


def _capacities(county: County, chosen: Sequence[Way]) -> dict[tuple[str, str], int]:
    free = {("out", bank): amount for bank, amount in county.surplus.items()}
    free |= {("in", bank): amount for bank, amount in county.deficit.items()}
    free |= {("stock", account): amount for account, amount in county.stock.items()}
    for way in chosen:
        for key in (("out", way.giver), ("in", way.taker), ("stock", way.account)):
            free[key] -= county.least
    return free


Node = tuple[str, str]
_SOURCE, _SINK = ("", "source"), ("", "sink")


def _flow(free: dict[Node, int], ways: Sequence[Way], at_least_now: int | None = None) -> int:
    """The most that flows over `ways`; with `at_least_now`, the most of all while so much of it flows now."""
    if at_least_now is not None:
        return _most_with_now(free, ways, at_least_now)
    arcs: dict[Node, dict[Node, int]] = {}

    def arc(start: Node, end: Node, capacity: int) -> None:
        arcs.setdefault(start, {})[end] = capacity
        arcs.setdefault(end, {}).setdefault(start, 0)

    for way in ways:
        out, stock, into = ("out", way.giver), ("stock", way.account), ("in", way.taker)
        arc(_SOURCE, out, free[out])
        arc(out, stock, free[stock])
        arc(stock, into, free[stock])
        arc(into, _SINK, free[into])
    total = 0
    while path := _path(arcs):
        amount = min(arcs[start][end] for start, end in path)
        for start, end in path:
            arcs[start][end] -= amount
            arcs[end][start] += amount
        total += amount
    return total


def _path(arcs: dict[Node, dict[Node, int]]) -> list[tuple[Node, Node]]:
    before: dict[Node, Node] = {_SOURCE: _SOURCE}
    queue = deque([_SOURCE])
    while queue and _SINK not in before:
        node = queue.popleft()
        for end, capacity in arcs.get(node, {}).items():
            if capacity and end not in before:
                before[end] = node
                queue.append(end)
    if _SINK not in before:
        return []
    path, node = [], _SINK
    while node != _SOURCE:
        path.append((before[node], node))
        node = before[node]
    return path


def _most_with_now(free: dict[Node, int], ways: Sequence[Way], now: int) -> int:
    """Every integer split of the small amounts, tried: later ways on top of a split of the ways that start now."""
    early = [way for way in ways if way.now]
    later = [way for way in ways if not way.now]
    return max(
        (now + _flow(_after(free, early, split), later) for split in _splits(free, early, now)),
        default=-1,
    )


def _splits(free: dict[Node, int], ways: Sequence[Way], total: int) -> Iterator[tuple[int, ...]]:
    """Amounts on `ways` that sum to `total` and keep within `free`."""
    if not ways:
        if total == 0:
            yield ()
        return
    way, rest = ways[0], ways[1:]
    keys = (("out", way.giver), ("stock", way.account), ("in", way.taker))
    for amount in range(min(total, *(free[key] for key in keys)) + 1):
        left = {**free, **{key: free[key] - amount for key in keys}}
        for others in _splits(left, rest, total - amount):
            yield (amount, *others)


def _after(free: dict[Node, int], ways: Sequence[Way], split: tuple[int, ...]) -> dict[Node, int]:
    left = dict(free)
    for way, amount in zip(ways, split, strict=True):
        for key in (("out", way.giver), ("stock", way.account), ("in", way.taker)):
            left[key] -= amount
    return left
