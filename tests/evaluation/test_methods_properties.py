"""What holds of the methods whatever the figures: order of rows, unit of a measure, more of a good thing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.conftest import Evaluate
from evaluation.county import Account, Bank, County, Value
from evaluation.methods import batches, book
from evaluation.policy import parameter
from evaluation.result import Result
from evaluation.settings import PROPERTY

TINY = Fraction(1, 10**25)
# Each method with what it must be told, on a scale that all values of the counties below reach.
TOLD: dict[str, dict[str, object]] = {
    "share_of_total": {},
    "share_of_best": {},
    "inverse_of_best": {},
    "frontier": {"base": parameter("3")},
    "rank_step": {"step": parameter("0.7")},
    "rank_bands": {"bands": parameter([{"to": 2, "points": 9}, {"over": 2, "points": 4}])},
    "mean_cap": {},
    "area_relative": {"base": parameter("5"), "per_point": parameter("0.02"), "below_per_point": parameter("0.01")},
    "target_completion": {"reference": {"value": 6, "clause": "测试"}},
    "points_per_unit": {"unit": parameter("2"), "unit_points": parameter("0.3")},
    "pass_fail": {"operator": ">=", "reference": {"value": 4, "clause": "测试"}},
    "rate": {},
    "score": {"out_of": parameter("9")},
}
# A lower value is the better one only here.
FALLING = {"inverse_of_best"}
WITHOUT_UNIT = ("share_of_total", "share_of_best", "inverse_of_best", "frontier", "rank_step", "rank_bands", "mean_cap")

RULEBOOK = book(
    {
        method: {
            "name": method,
            "points": parameter("10"),
            "measure": method,
            "family": "indicators",
            "basis": "stock",
            "method": method,
            "missing": "stop",
            **({"over": "over"} if method == "area_relative" else {}),
            **told,
        }
        for method, told in TOLD.items()
    }
)

seeds = st.lists(st.integers(0, 2**32), min_size=20, max_size=30, unique=True)


def _county(seed: int) -> County:
    """Four banks with positive figures, every method of TOLD on figures of its own."""
    chance = Random(seed)  # noqa: S311 - a case, not a secret
    banks = "ABCD"
    values = [Value(bank, "size", Decimal(1)) for bank in banks]
    values += [Value(bank, method, Decimal(chance.randint(1, 40)) / 4) for bank in banks for method in TOLD]
    values += [Value(bank, "over", Decimal(chance.randint(1, 9))) for bank in banks]
    return County(
        RULEBOOK, tuple(Bank(bank) for bank in banks), (Account("A-1", "A", Decimal(1000)),), tuple(values)
    )  # fmt: skip


def _changed(county: County, change: Callable[[Value], Decimal]) -> County:
    return replace(county, values=tuple(replace(v, value=change(v)) for v in county.values))


@PROPERTY
@given(seeds, st.sampled_from([Decimal("0.25"), Decimal(3)]))
def test_given_a_bank_with_more_of_a_good_thing_then_no_monotone_method_gives_it_fewer_points(
    evaluated: Evaluate, numbers: list[int], more: Decimal
) -> None:
    before = [_county(number) for number in numbers]

    def better(v: Value) -> Decimal:
        if v.bank != "A" or v.measure not in TOLD:
            return v.value
        return v.value / (1 + more) if v.measure in FALLING else v.value + more

    after = [_changed(county, better) for county in before]
    for county, old, new in zip(before, evaluated(before), evaluated(after), strict=True):
        for method in TOLD:
            assert Fraction(new.points[method, "A"]) >= Fraction(old.points[method, "A"]) - TINY, (
                method,
                county.values,
            )
            others = [bank for bank in "BCD" if method in ("share_of_total", "rank_step", "share_of_best")]
            assert all(new.points[method, bank] <= old.points[method, bank] for bank in others), (method, county.values)


@PROPERTY
@given(seeds, st.sampled_from([Decimal("0.01"), Decimal(7), Decimal(10000)]))
def test_given_another_unit_of_the_measures_then_methods_that_compare_banks_give_the_same_points(
    evaluated: Evaluate, numbers: list[int], factor: Decimal
) -> None:
    before = [_county(number) for number in numbers]
    after = [_changed(c, lambda v: v.value * factor if v.measure in WITHOUT_UNIT else v.value) for c in before]
    for county, old, new in zip(before, evaluated(before), evaluated(after), strict=True):
        for key, points in old.points.items():
            if key[0] in WITHOUT_UNIT:
                assert abs(Fraction(points) - Fraction(new.points[key])) <= TINY, (key, county.values)


@settings(PROPERTY, max_examples=4)
@given(batches, st.integers(0, 10**6))
def test_given_banks_and_rows_in_another_order_then_every_figure_is_the_same_and_shares_close(
    evaluated: Evaluate, batch: list[County], seed: int
) -> None:
    shuffle = Random(seed)  # noqa: S311 - an order, not a secret

    def shuffled(county: County) -> County:
        return replace(
            county,
            banks=tuple(shuffle.sample(county.banks, len(county.banks))),
            values=tuple(shuffle.sample(county.values, len(county.values))),
            targets=tuple(shuffle.sample(county.targets, len(county.targets))),
        )

    def figures(result: Result) -> tuple[object, ...]:
        return result.points, result.basis, result.flag, result.amounts, result.score, result.share, result.rank

    again = evaluated([shuffled(county) for county in batch])
    for county, first, second in zip(batch, evaluated(batch), again, strict=True):
        assert figures(first) == figures(second), county
        assert abs(sum(map(Fraction, first.share.values())) - 1) <= TINY, county


@pytest.mark.parametrize("method", sorted(TOLD))
def test_given_any_method_then_its_points_say_how_they_came_about(evaluated: Evaluate, method: str) -> None:
    (result,) = evaluated([_county(7)])
    assert all(result.basis[method, bank] for bank in "ABCD")
