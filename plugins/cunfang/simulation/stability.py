"""How firmly a ranking stands: under other weights, by indicators that tell nobody apart, and how even it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from itertools import pairwise

from sqlalchemy import Connection

from cunfang.evaluation import RunStoppedError
from cunfang.evaluation.steps import Answer
from cunfang.simulation.comparison import Evenness, Standing, evenness, standings
from cunfang.simulation.ground import Ground
from cunfang.simulation.scratch import BATCH, Variant, tried
from cunfang.simulation.weighing import Weight, reweighed, weights
from cunfang.warehouse.sql import rows

TENTH = Decimal("0.1")
FAINT = Decimal("0.05")
"""An indicator whose points lie within this share of full points tells the banks hardly apart."""
_MILLE = Decimal("0.001")
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Trial:
    """One weight moved by a share of itself, and who ranks where then."""

    weight: Weight
    by: Decimal
    ranks: dict[str, int]
    targets: dict[str, Decimal]


@dataclass(frozen=True)
class Steadiness:
    """One bank over all trials: how often its rank moved, between which places, and what its target moved at most."""

    standing: Standing
    moved: int
    best: int
    worst: int
    least: Decimal
    most: Decimal


@dataclass(frozen=True)
class Swap:
    """The smallest change of one weight, in shares of itself, after which the lower of two neighbours is ahead.

    `by` is None where no single weight does it between nothing and twice itself. Both sides of it were evaluated.
    """

    ahead: Standing
    behind: Standing
    weight: Weight | None
    by: Decimal | None


@dataclass(frozen=True)
class Discrimination:
    """How far apart an indicator puts the banks: points, and their spread as a share of full points."""

    indicator: str
    name: str
    effect: str
    full_points: Decimal
    banks: int
    least: Decimal
    most: Decimal
    spread: Decimal | None

    @property
    def same(self) -> bool:
        """Whether all banks have the same points."""
        return self.least == self.most

    @property
    def faint(self) -> bool:
        """Whether it tells the banks hardly apart."""
        return self.same or (self.spread is not None and self.spread < FAINT)


@dataclass(frozen=True)
class Stability:
    """What was tried and what came out."""

    ground: Ground
    by: Decimal
    trials: tuple[Trial, ...]
    banks: tuple[Steadiness, ...]
    swaps: tuple[Swap, ...]
    indicators: tuple[Discrimination, ...]
    evenness: Evenness


def stability(
    connection: Connection, ground: Ground, base: Variant, by: Decimal = TENTH, say: Progress = lambda _: None
) -> Stability:
    """Move each weight by ±`by` of itself, the others of its level rescaled, and see whose rank moves.

    The caller rolls back. RunStoppedError where the base itself raises a question.
    """
    with tried(connection, [base]) as (was,):
        if was.run_id is None:
            raise RunStoppedError([Answer(0, question) for question in was.questions])
        stood = _ranked(standings(connection, [was.run_id])[was.run_id])
        found = rows(connection, "simulation/discrimination.sql", {"run_id": was.run_id})
        even = evenness(connection, [was.run_id])[was.run_id]
    known = weights(base.rulebook)
    asked = [(weight, side * by) for weight in known for side in (1, -1) if weight.allows(side * by)]
    say(f"权重各增减一成，共 {len(asked)} 种")
    trials = [one for one, _ in _evaluated(connection, base, asked)]
    say("相邻名次互换")
    return Stability(
        ground,
        by,
        tuple(trials),
        tuple(_steadiness(one, trials) for one in stood.values()),
        tuple(_swaps(connection, base, stood, known)),
        tuple(Discrimination(**row) for row in found),
        even,
    )


def _ranked(stood: dict[str, Standing]) -> dict[str, Standing]:
    ranked = (one for one in stood.values() if one.rank is not None)
    return {one.institution: one for one in sorted(ranked, key=lambda one: (one.rank or 0, one.institution))}


def _evaluated(
    connection: Connection, base: Variant, asked: Sequence[tuple[Weight, Decimal]]
) -> Iterator[tuple[Trial, dict[str, Decimal]]]:
    """Each trial with the scores; one that stops with a question is left out."""
    for start in range(0, len(asked), BATCH):
        part = asked[start : start + BATCH]
        variants = [replace(base, rulebook=reweighed(base.rulebook, weight, by)) for weight, by in part]
        with tried(connection, variants) as outcome:
            run_ids = [one.run_id for one in outcome if one.run_id is not None]
            stood = standings(connection, run_ids)
        for (weight, by), one in zip(part, outcome, strict=True):
            if one.run_id is not None:
                ranked = _ranked(stood[one.run_id])
                ranks = {code: item.rank or 0 for code, item in ranked.items()}
                targets = {code: item.target for code, item in ranked.items()}
                yield Trial(weight, by, ranks, targets), {code: item.score for code, item in ranked.items()}


def _steadiness(standing: Standing, trials: Sequence[Trial]) -> Steadiness:
    code, today = standing.institution, standing.rank or 0
    ranks = [one.ranks.get(code, today) for one in trials]
    targets = [one.targets.get(code, standing.target) for one in trials]
    return Steadiness(
        standing,
        sum(rank != today for rank in ranks),
        min([today, *ranks]),
        max([today, *ranks]),
        min([standing.target, *targets]),
        max([standing.target, *targets]),
    )


def _swaps(
    connection: Connection, base: Variant, stood: dict[str, Standing], known: Sequence[Weight]
) -> Iterator[Swap]:
    """For neighbours in rank the nearest weight change that turns them round.

    The gap of two scores is a straight line in a weight where points are a share of full points: two evaluations give
    the crossing, a third and fourth beside it prove it. Where points do not follow the weight, nothing is claimed.
    """
    banks = list(stood.values())
    pairs = [(a, b) for a, b in pairwise(banks) if a.rank != b.rank]
    probes = [(weight, side * TENTH) for weight in known for side in (1, -1) if weight.allows(side * TENTH)]
    scored = [(one.weight, one.by, scores) for one, scores in _evaluated(connection, base, probes)]
    guesses: dict[tuple[str, str], list[tuple[Weight, Decimal]]] = {}
    for ahead, behind in pairs:
        found = (
            (weight, crossing)
            for weight, by, scores in scored
            if (crossing := _crossing(ahead, behind, by, scores)) is not None and weight.allows(crossing)
        )
        guesses[ahead.institution, behind.institution] = sorted(found, key=lambda guess: abs(guess[1]))
    for ahead, behind in pairs:
        weight, by = _proved(connection, base, (ahead, behind), guesses[ahead.institution, behind.institution])
        yield Swap(ahead, behind, weight, by)


def _crossing(ahead: Standing, behind: Standing, by: Decimal, scores: dict[str, Decimal]) -> Decimal | None:
    """Where the gap closes on the side of `by`, rounded away from today to a thousandth; None beyond twice itself."""
    if ahead.institution not in scores or behind.institution not in scores:
        return None
    gap = ahead.score - behind.score
    closing = gap - (scores[ahead.institution] - scores[behind.institution])
    if closing <= 0 or gap > closing / abs(by):
        return None
    at = (gap / closing * abs(by)).quantize(_MILLE, ROUND_CEILING)
    return at if by > 0 else -at


def _proved(
    connection: Connection,
    base: Variant,
    pair: tuple[Standing, Standing],
    guesses: Sequence[tuple[Weight, Decimal]],
) -> tuple[Weight | None, Decimal | None]:
    """The first guess that holds: at it the lower one is ahead, a thousandth nearer it is not."""
    for weight, by in guesses:
        step = _MILLE if by > 0 else -_MILLE
        for at in (by, by + step):
            asked = [(weight, at), (weight, at - step)]
            if not weight.allows(at):
                continue
            result = {one.by: one.ranks for one, _ in _evaluated(connection, base, asked)}
            if _turned(result.get(at), pair) and not _turned(result.get(at - step), pair):
                return weight, at
    return None, None


def _turned(ranks: dict[str, int] | None, pair: tuple[Standing, Standing]) -> bool:
    ahead, behind = (one.institution for one in pair)
    return ranks is not None and ranks.get(behind, 0) < ranks.get(ahead, 0)
