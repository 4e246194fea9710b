"""The fewest transfers of one county (N10): against every set of transfers, and whatever the order of the rows."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cunfang.evaluation import plan_search
from cunfang.evaluation.plan import Giver, Leg, Plan, Problem, Taker, best_plan, broken, exact, merit
from cunfang.evaluation.plan_bounds import component_bound
from evaluation.conftest import Evaluate
from evaluation.county import County
from evaluation.generated import batches
from oracle import plan as oracle

MANY = settings(
    max_examples=250,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
GROUPS = (("财政局", "special"), ("教育局", "unit"))


@st.composite
def problems(draw: st.DrawFn, *, waits: Sequence[int] = (0,)) -> Problem:
    """A county of up to two banks that give and three that receive, with amounts of a few fen."""
    givers = draw(st.lists(st.sampled_from(list(product("AB", GROUPS))), min_size=1, max_size=3, unique=True))
    takers = draw(st.lists(st.sampled_from(list(product("XYZ", GROUPS))), min_size=1, max_size=4, unique=True))
    amounts = st.integers(1, 9)
    return Problem(
        {bank: draw(amounts) for bank, _ in givers},
        {bank: draw(amounts) for bank, _ in takers},
        tuple(
            Giver(group, bank, f"{bank}-{group[1]}", draw(amounts), draw(st.sampled_from(list(waits))))
            for bank, group in givers
        ),
        tuple(Taker(group, bank, f"{bank}-{group[1]}") for bank, group in takers),
        draw(st.sampled_from([1, 1, 2, 3])),
    )


def _tried(problem: Problem) -> tuple[int, int, int]:
    ways = tuple(
        oracle.Way(giver.bank, giver.account, taker.bank, giver.wait == 0)
        for giver in problem.givers
        for taker in problem.takers
        if giver.group == taker.group
    )
    stock = {giver.account: giver.amount for giver in problem.givers}
    return oracle.best(oracle.County(problem.surplus, problem.deficit, stock, ways, problem.min_leg))


def _judged(problem: Problem, plan: Plan) -> tuple[int, int, int]:
    found = merit(problem, plan.legs)
    return found.now, found.moved, found.legs


@MANY
@given(problems())
def test_given_a_small_county_then_no_set_of_transfers_moves_more_or_as_much_with_fewer(problem: Problem) -> None:
    plan = best_plan(problem, ())

    assert not broken(problem, plan.legs)
    assert _judged(problem, plan) == _tried(problem), problem
    assert plan.lower_bound <= len(plan.legs)
    assert not plan.proved or plan.lower_bound == len(plan.legs)


@MANY
@given(problems(waits=(0, 30, 80)))
def test_given_time_deposits_then_what_is_free_now_moves_first_and_then_the_most(problem: Problem) -> None:
    assert _judged(problem, best_plan(problem, ())) == _tried(problem), problem


@MANY
@given(problems(waits=(0, 0, 40)), st.randoms(use_true_random=False))
def test_given_the_rows_in_another_order_then_the_plan_is_the_same(problem: Problem, order: random.Random) -> None:
    def shuffled(rows: Sequence[Any]) -> list[Any]:
        return order.sample(list(rows), len(rows))

    other = Problem(
        dict(shuffled(list(problem.surplus.items()))),
        dict(shuffled(list(problem.deficit.items()))),
        tuple(shuffled(problem.givers)),
        tuple(shuffled(problem.takers)),
        problem.min_leg,
    )
    assert best_plan(other, ()) == best_plan(problem, ())


def test_given_amounts_beyond_a_float_then_each_fen_is_moved() -> None:
    group = GROUPS[0]
    large = 10**17 + 1
    givers = (Giver(group, "A", "A-1", large, 0), Giver(group, "B", "B-1", 3, 0))
    takers = (Taker(group, "X", "X-1"), Taker(group, "Y", "Y-1"))
    problem = Problem({"A": large, "B": 3}, {"X": large - 1, "Y": 4}, givers, takers, 1)

    assert sum(leg.amount for leg in exact(problem, problem.ways, 0) or ()) == large + 3
    plan = best_plan(problem, (Leg("A-1", "X-1", large - 1), Leg("A-1", "Y-1", 1), Leg("B-1", "Y-1", 3)))
    assert (sum(leg.amount for leg in plan.legs), len(plan.legs), plan.proved) == (large + 3, 3, True)


def test_given_two_sets_of_banks_that_settle_among_themselves_then_the_bound_is_two_fewer_than_banks() -> None:
    group = GROUPS[0]
    banks = {"A": 5, "B": 7}, {"X": 5, "Y": 7}
    givers = tuple(Giver(group, bank, bank, amount, 0) for bank, amount in banks[0].items())
    takers = tuple(Taker(group, bank, bank) for bank in banks[1])
    assert component_bound(Problem(*banks, givers, takers, 1), 12) == 2
    assert len(best_plan(Problem(*banks, givers, takers, 1), ()).legs) == 2


@pytest.mark.parametrize(("seconds", "moved", "proved", "stopped_by"), [(60.0, 14, True, ""), (0.0, 13, False, "time")])
def test_given_a_search_that_time_ends_then_nothing_of_it_is_taken_and_it_is_named(
    monkeypatch: pytest.MonkeyPatch, seconds: float, moved: int, proved: bool, stopped_by: str
) -> None:
    first, second = GROUPS
    givers = (Giver(first, "A", "A-1", 7, 0), Giver(first, "B", "B-1", 9, 0), Giver(second, "B", "B-2", 5, 0))
    takers = (Taker(second, "X", "X-2"), Taker(first, "Y", "Y-1"), Taker(first, "Z", "Z-1"), Taker(second, "Z", "Z-2"))
    problem = Problem({"A": 9, "B": 7}, {"X": 3, "Y": 5, "Z": 9}, givers, takers, 3)
    monkeypatch.setattr(plan_search, "TIME_LIMIT", seconds)

    plan = best_plan(problem, ())

    assert not broken(problem, plan.legs)
    assert (merit(problem, plan.legs).moved, plan.proved, plan.stopped_by) == (moved, proved, stopped_by)


def test_given_as_many_transfers_as_the_bound_that_move_less_then_nothing_is_proved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = GROUPS
    givers = (Giver(first, "B", "B-1", 7, 0), Giver(second, "A", "A-2", 7, 0), Giver(second, "B", "B-2", 3, 0))
    takers = tuple(Taker(group, bank, f"{bank}-{group[1]}") for bank in "XY" for group in GROUPS)
    problem = Problem({"A": 9, "B": 7}, {"X": 8, "Y": 6}, givers, takers, 2)
    monkeypatch.setattr(plan_search, "TIME_LIMIT", 0.0)

    plan = best_plan(problem, ())

    assert (len(plan.legs), plan.lower_bound, merit(problem, plan.legs).moved) == (3, 3, 13)
    assert not plan.proved


@settings(MANY, max_examples=2)
@given(batches)
def test_given_any_county_then_the_search_moves_no_less_than_the_greedy_plan_and_as_much_with_no_more_transfers(
    evaluated: Evaluate, batch: list[County]
) -> None:
    together = evaluated(batch)
    for county, greedy in zip(batch, together, strict=True):
        (alone,) = evaluated([county])
        free = [sum(x.amount for x in r.legs if x.status == "planned") for r in (alone, greedy)]
        moved = [sum(x.amount for x in r.legs if x.status != "blocked") for r in (alone, greedy)]
        count = [sum(x.status != "blocked" for x in r.legs) for r in (alone, greedy)]
        assert (free[0], moved[0]) >= (free[1], moved[1]), county
        assert (free[0], moved[0], -count[0]) >= (free[1], moved[1], -count[1]), county
        assert alone.target == greedy.target, county
