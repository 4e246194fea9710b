"""How firmly a ranking stands: counted over every weight, the swap of neighbours proved, idle indicators named."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from cunfang.simulation.altered import Setting
from cunfang.simulation.comparison import evenness, standings
from cunfang.simulation.ground import Ground
from cunfang.simulation.scratch import Variant, tried
from cunfang.simulation.stability import Stability, stability
from cunfang.simulation.weighing import reweighed
from cunfang.simulation.whatif import Terms, variant_of
from evaluation.policy import leaf
from evaluation.settings import PROPERTY
from simulation.conftest import rows_of
from simulation.described import Figures, book, county, grounded

# A leads by breadth, B by depth: 60/40 against 41/59 of the two halves.
CLOSE: Figures = {"breadth": {"A": "60", "B": "40"}, "depth": {"A": "41", "B": "59"}}
HALVES = {"breadth": leaf("广度", "50", "breadth"), "depth": leaf("深度", "50", "depth")}


def _stability(connection: Connection, ground: Ground) -> Stability:
    return stability(connection, ground, Variant(ground.template, ground.rulebook))


def test_given_two_close_banks_then_every_weight_that_turns_them_is_counted(connection: Connection) -> None:
    done = _stability(connection, grounded(connection, county(book(HALVES), CLOSE)))

    assert len(done.trials) == 4
    assert [(one.standing.institution, one.moved, one.best, one.worst) for one in done.banks] == [
        ("A", 2, 1, 2),
        ("B", 2, 1, 2),
    ]
    for one in done.banks:
        assert one.least < one.standing.target < one.most


def test_given_two_close_banks_then_the_smallest_swap_holds_and_a_thousandth_less_does_not(
    connection: Connection,
) -> None:
    ground = grounded(connection, county(book(HALVES), CLOSE))
    [swap] = _stability(connection, ground).swaps

    assert swap.weight is not None and swap.by is not None
    # 60 − 19w = 40 + 19w at w = 20/38: 5.26% more than a half.
    assert abs(swap.by) == Decimal("0.053")
    for by, turned in ((swap.by, True), (swap.by * (1 - Decimal("0.001") / abs(swap.by)), False)):
        moved = Variant(ground.template, reweighed(ground.rulebook, swap.weight, by))
        with tried(connection, [moved]) as (one,):
            assert one.run_id is not None
            stood = standings(connection, [one.run_id])[one.run_id]
        assert (stood["B"].rank == 1) is turned


def test_given_neighbours_that_nothing_turns_then_no_swap_is_claimed(connection: Connection) -> None:
    ahead: Figures = {"breadth": {"A": "90", "B": "10"}, "depth": {"A": "80", "B": "20"}}
    [swap] = _stability(connection, grounded(connection, county(book(HALVES), ahead))).swaps

    assert (swap.weight, swap.by) == (None, None)


def test_given_an_indicator_on_which_all_are_the_same_then_it_tells_nobody_apart(connection: Connection) -> None:
    indicators = {
        "size": leaf("规模", "60", "size"),
        "same": leaf("相同", "20", "same"),
        "near": leaf("相近", "20", "near"),
    }
    figures: Figures = {
        "size": {"A": "3", "B": "1"},
        "same": {"A": "7", "B": "7"},
        "near": {"A": "101", "B": "100"},
    }
    done = _stability(connection, grounded(connection, county(book(indicators), figures)))

    assert {one.indicator: (one.same, one.faint) for one in done.indicators} == {
        "size": (False, False),
        "same": (True, True),
        "near": (False, True),
    }


def test_given_equal_banks_then_the_result_is_even(connection: Connection) -> None:
    rulebook = book({"size": leaf("规模", "100", "size")})
    done = _stability(connection, grounded(connection, county(rulebook, {"size": {"A": "5", "B": "5"}})))

    assert (done.evenness.gini, done.evenness.max_over_min) == (0, 1)
    assert done.swaps == () and done.trials == ()


@PROPERTY
@given(sizes=st.lists(st.integers(0, 10**6), min_size=2, max_size=6).filter(any))
def test_given_any_county_then_gini_and_ratio_are_those_of_the_definition(engine: Engine, sizes: list[int]) -> None:
    figures = {"size": {f"B{n}": str(size) for n, size in enumerate(sizes)}}
    with engine.connect() as connection:
        ground = grounded(connection, county(book({"size": leaf("规模", "100", "size")}), figures))
        with tried(connection, [Variant(ground.template, ground.rulebook)]) as (one,):
            assert one.run_id is not None
            held = [Fraction(item.target) for item in standings(connection, [one.run_id])[one.run_id].values()]
            even = evenness(connection, [one.run_id])[one.run_id]

    apart = sum((abs(a - b) for a in held for b in held), Fraction(0))
    assert even.gini is not None
    assert abs(Fraction(even.gini) - apart / (2 * len(held) * sum(held))) < Fraction(1, 10**30)
    if min(held):
        assert even.max_over_min is not None
        assert abs(Fraction(even.max_over_min) - max(held) / min(held)) < Fraction(1, 10**25)
    else:
        assert even.max_over_min is None


def test_given_the_sample_then_every_weight_is_tried_and_nothing_is_left(
    connection: Connection, standing: Ground
) -> None:
    before = rows_of(connection)
    done = _stability(connection, standing)

    assert len(done.trials) == 20
    assert len(done.banks) == 6 and len(done.swaps) == 5
    assert rows_of(connection) == before


def test_given_other_terms_then_those_are_weighed(connection: Connection, standing: Ground) -> None:
    terms = Terms(settings=(Setting("indicators.service", None),), rescale=True)
    base = replace(variant_of(connection, standing, terms))

    assert len(stability(connection, standing, base).trials) == 14
