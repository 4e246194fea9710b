"""A small transfer on an account with much coming and going is not taken for made because the rest was (S13)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy import Connection, Engine

from cunfang.orders.track import reconciliation, track
from orders.conftest import set_today
from orders.laid import REGION, Move, Receipt, balances, issued, reported

HELD, LARGE, SMALL = Decimal(9_000_000), Decimal(1_000_000), Decimal(30_000)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A transaction on 20 January 2026 that is rolled back."""
    with engine.connect() as opened:
        set_today(opened, "2026-01-20")
        yield opened


@pytest.mark.parametrize(("moved", "confirmed"), [(LARGE, 1), (LARGE + SMALL - 1, 2), (LARGE + SMALL, 2)])
def test_given_receipts_for_both_then_as_many_are_confirmed_as_the_balances_show(
    connection: Connection, moved: Decimal, confirmed: int
) -> None:
    large, small = issued(connection, Move("A-1", "B-1", LARGE), Move("A-1", "C-1", SMALL))
    set_today(connection, "2026-01-23")
    reported(connection, "A", Receipt(large, "2026-01-22 10:30", LARGE), Receipt(small, "2026-01-22 11:30", SMALL))
    track(connection, REGION)
    balances(connection, "2025-12-31", {"A-1": HELD, "B-1": HELD, "C-1": HELD})
    balances(connection, "2026-01-31", {"A-1": HELD - moved, "B-1": HELD + LARGE, "C-1": HELD + moved - LARGE})
    set_today(connection, "2026-02-02")

    assert track(connection, REGION).confirmed == (large, small)[:confirmed]
    assert {item.leg_code for item in reconciliation(connection, REGION)} == set((large, small)[confirmed:])
