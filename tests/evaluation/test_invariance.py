"""What must not matter: the order of banks and rows, their names in the file, the unit of a measure."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from evaluation.conftest import Evaluate
from evaluation.county import County
from evaluation.generated import batches
from evaluation.settings import PROPERTY


def shuffled(county: County, seed: int) -> County:
    """The county with its rows in another order."""
    shuffle = random.Random(seed)  # noqa: S311 - an order, not a secret
    rows = {
        name: tuple(shuffle.sample(getattr(county, name), len(getattr(county, name))))
        for name in ("banks", "accounts", "values", "decisions", "violations")
    }
    return replace(county, **rows)


@PROPERTY
@given(batches, st.integers(0, 10**6))
def test_given_rows_in_another_order_then_every_figure_and_every_leg_is_the_same(
    evaluated: Evaluate, batch: list[County], seed: int
) -> None:
    again = evaluated([shuffled(county, seed) for county in batch])

    for county, first, second in zip(batch, evaluated(batch), again, strict=True):
        assert first == second, county


@PROPERTY
@given(batches, st.sampled_from([Decimal("0.01"), Decimal(3), Decimal(10000)]))
def test_given_a_share_of_total_measured_in_another_unit_then_its_points_are_the_same(
    evaluated: Evaluate, batch: list[County], factor: Decimal
) -> None:
    def scaled(county: County) -> County:
        values = (replace(v, value=v.value * factor) if v.measure == "size" else v for v in county.values)
        return replace(county, values=tuple(values))

    for county, first, second in zip(batch, evaluated(batch), evaluated([scaled(c) for c in batch]), strict=True):
        assert first.points.keys() == second.points.keys(), county
        assert all(
            abs(Fraction(points) - Fraction(second.points[key])) <= Fraction(1, 10**25)
            for key, points in first.points.items()
        ), county
        assert first.target == second.target, county
