"""How few transfers can move a given amount at all: bounds that need no search (N10)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from cunfang.evaluation.plan import Problem

MOST_BANKS = 20
"""Banks of which every subset is looked at: two million sums."""
_EXACT = 2**62


def pieces(problem: Problem, moved: int) -> dict[tuple[str, str], int]:
    """By (side, bank): in how many transfers, at least, a bank gives or receives its part of `moved`.

    What the others cannot take over is its part; its largest transfers reach it soonest.
    """
    rooms: dict[tuple[str, str], list[int]] = defaultdict(list)
    for giver, taker in problem.ways:
        for key in (("out", giver.bank), ("in", taker.bank)):
            rooms[key].append(problem.room(giver, taker))
    least: dict[tuple[str, str], int] = {}
    for side, amounts in (("out", problem.surplus), ("in", problem.deficit)):
        spare = sum(amounts.values()) - moved
        for bank, amount in amounts.items():
            part, count = amount - spare, 0
            for room in sorted(rooms[side, bank], reverse=True):
                if part <= 0:
                    break
                part, count = part - room, count + 1
            least[side, bank] = count
    return least


def component_bound(problem: Problem, moved: int) -> int:
    """Where every bank is to be met in full: banks less the most sets of them that could settle among themselves.

    A plan falls apart into such sets, and one of k banks needs k − 1 transfers. 0 where the bound does not hold.
    """
    signed = [-amount for amount in problem.surplus.values()] + list(problem.deficit.values())
    if sum(signed) or sum(problem.deficit.values()) != moved or len(signed) > MOST_BANKS or moved >= _EXACT:
        return 0
    sums = np.zeros(1, dtype=np.int64)
    for amount in signed:
        sums = np.concatenate([sums, sums + amount])
    masks = np.arange(len(sums))
    sets = np.zeros(len(sums), dtype=np.int8)
    by_size = np.argsort(np.bitwise_count(masks), kind="stable")
    edges = np.searchsorted(np.bitwise_count(masks)[by_size], np.arange(len(signed) + 2))
    for size in range(1, len(signed) + 1):
        level = by_size[edges[size] : edges[size + 1]]
        for bit in range(len(signed)):
            holding = level[(level >> bit) & 1 == 1]
            sets[holding] = np.maximum(sets[holding], sets[holding ^ (1 << bit)])
        sets[level] += sums[level] == 0
    return len(signed) - int(sets[-1])
