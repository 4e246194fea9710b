"""What must not matter for a plan, byte for byte: the order of rows in the tables, and what else is in the batch."""

from __future__ import annotations

import random
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from cunfang.evaluation import compute
from evaluation.county import County
from evaluation.dumped import dumped
from evaluation.generated import batches
from evaluation.generated_transfers import drawn
from evaluation.load import load
from evaluation.settings import PROPERTY
from evaluation.test_invariance import shuffled as shuffled_county
from evaluation.transfers import Order, Placed, planned, shuffled

FEW = settings(PROPERTY, max_examples=3)
seeds = st.integers(0, 10**6)


def _planned(ground: Engine, counties: Sequence[Placed], order: Order = list) -> list[str]:
    with ground.connect() as connection:
        return dumped(connection, planned(connection, counties, order))


def _evaluated(ground: Engine, counties: Sequence[County]) -> list[str]:
    with ground.connect() as connection:
        runs = load(connection, counties)
        compute(connection, runs)
        return dumped(connection, runs)


@FEW
@given(drawn(120), seeds)
def test_given_rows_that_lie_in_another_order_then_the_plan_is_the_same_byte_for_byte(
    ground: Engine, batch: list[Placed], seed: int
) -> None:
    first = _planned(ground, batch)

    assert any("planned" in plan for plan in first)
    for order in (shuffled(seed), shuffled(seed + 1), lambda rows: list(rows)[::-1]):
        for county, one, other in zip(batch, first, _planned(ground, batch, order), strict=True):
            assert one == other, county


@FEW
@given(drawn(120), seeds)
def test_given_other_counties_in_the_batch_then_the_plan_is_the_same_byte_for_byte(
    ground: Engine, batch: list[Placed], seed: int
) -> None:
    numbers = list(range(len(batch)))
    random.Random(seed).shuffle(numbers)  # noqa: S311 - an order, not a secret
    first = _planned(ground, batch)

    # Two and more: a county alone is searched, and may get a better plan.
    for part in (numbers[:2], numbers[2:40], numbers[40:]):
        again = _planned(ground, [batch[number] for number in part])
        assert again == [first[number] for number in part], [batch[number] for number in part]


@FEW
@given(drawn(6), seeds)
def test_given_a_county_alone_then_its_searched_plan_is_the_same_whatever_the_order_of_rows(
    ground: Engine, batch: list[Placed], seed: int
) -> None:
    for county in batch:
        assert _planned(ground, [county]) == _planned(ground, [county], shuffled(seed)), county


@FEW
@given(batches, seeds)
def test_given_a_delivered_county_in_another_order_and_another_batch_then_its_amounts_and_transfers_are_the_same(
    ground: Engine, batch: list[County], seed: int
) -> None:
    first = _evaluated(ground, batch)
    again = [shuffled_county(county, seed) for county in batch]

    assert _evaluated(ground, again) == first
    assert _evaluated(ground, again[:5]) + _evaluated(ground, again[5:]) == first
