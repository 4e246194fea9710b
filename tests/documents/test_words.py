"""Printed amounts close, percentages read as officials write them, and no text brings a line of its own (N11)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cunfang.documents.words import closed_wan, one_line, percent, points, short_percent, signed, wan

FEN = st.integers(-(10**13), 10**13).map(lambda fen: Decimal(fen) / 100)


@given(st.lists(FEN, max_size=40))
def test_printed_amounts_add_up_to_the_printed_total(amounts: list[Decimal]) -> None:
    shown = closed_wan(amounts)

    assert wan(sum(amounts, Decimal(0))) == f"{sum(shown, Decimal(0)):,.2f}"
    assert all(abs(amount / 10_000 - value) <= Decimal("0.015") for amount, value in zip(amounts, shown, strict=True))


def test_an_amount_that_closes_anyway_is_rounded_half_up() -> None:
    assert closed_wan([Decimal("50"), Decimal("149"), Decimal("1000000")]) == [
        Decimal("0.01"), Decimal("0.01"), Decimal("100.00"),
    ]  # fmt: skip


def test_three_thirds_close() -> None:
    assert closed_wan([Decimal("3333.33")] * 2 + [Decimal("3333.34")]) == [
        Decimal("0.33"), Decimal("0.33"), Decimal("0.34"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "shown"), [("0.182", "18.2%"), ("0.25", "25%"), ("1.5", "150%"), ("0.18205", "18.21%")]
)
def test_a_subject_writes_percentages_short(value: str, shown: str) -> None:
    assert short_percent(Decimal(value)) == shown


def test_amounts_are_half_up_with_separators() -> None:
    assert wan(Decimal("12345678950")) == "1,234,567.90"
    assert wan(Decimal("50")) == "0.01"
    assert percent(Decimal("0.398811")) == "39.88%"
    assert points(Decimal("2.46645")) == "2.4665"
    assert [signed(Decimal(text)) for text in ("1234.5", "-0.01", "0.00")] == ["+1,234.50", "-0.01", "0.00"]


@given(st.text())
def test_a_name_stays_on_its_line(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1
