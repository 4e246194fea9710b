"""Sums of what is shown, exact to the last decimal; the oracle adds the texts as decimals."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from cunfang.feeds.figures import exact_sum
from cunfang.feeds.grid import text_of
from cunfang.feeds.totals import decimals


@given(st.lists(st.decimals(-(10**9), 10**9, places=4)))
def test_numbers_are_added_as_they_are_shown(values: list[Decimal]) -> None:
    numbers = [float(value) for value in values]
    found = exact_sum(numbers)
    texts = [Decimal(text_of(number)) for number in numbers]
    assert found == (sum(texts, Decimal(0)), max(map(decimals, texts), default=0))


@given(st.lists(st.floats(), min_size=1, max_size=5))
def test_numbers_beyond_fifteen_digits_are_left_to_others(numbers: list[float]) -> None:
    found = exact_sum(numbers)
    if found is not None:
        assert found[0] == sum((Decimal(text_of(number)) for number in numbers), Decimal(0))
