"""A returned transfer is given out anew only while its money is still there (S12)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Connection, Engine

from cunfang.orders.life import move_leg
from cunfang.orders.paper import MoveError
from cunfang.orders.track import track
from orders.conftest import set_today
from orders.laid import REGION, Move, Receipt, balances, issued, reported, status

AMOUNT = Decimal(1_000_000)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A transaction on 20 January 2026 that is rolled back."""
    with engine.connect() as opened:
        set_today(opened, "2026-01-20")
        yield opened


@pytest.fixture
def returned(connection: Connection) -> str:
    """A transfer of a million from A to B that came back."""
    balances(connection, "2025-12-31", {"A-1": AMOUNT + 1, "B-1": AMOUNT})
    [code] = issued(connection, Move("A-1", "B-1", AMOUNT))
    move_leg(connection, code, "returned", actor="A", reason="户名不符")
    return code


def given_out(connection: Connection, code: str) -> bool:
    return move_leg(connection, code, "issued", actor="finance_office", reason="已更正", due_on=date(2026, 2, 20))


def test_given_the_money_is_there_then_it_goes_out_again_once(connection: Connection, returned: str) -> None:
    assert given_out(connection, returned)
    assert not given_out(connection, returned)


def test_given_another_order_will_take_the_money_then_it_is_refused_with_what_lacks(
    connection: Connection, returned: str
) -> None:
    [other] = issued(connection, Move("A-1", "C-1", Decimal(2)), cause="另一决定")
    with pytest.raises(MoveError, match=r"余额 1,000,001\.00 元，其中 2\.00 元由其他.*不足划转 1,000,000\.00 元"):
        given_out(connection, returned)
    assert status(connection, returned) == "returned"
    move_leg(connection, other, "cancelled", actor="finance_office", reason="不再办理")
    assert given_out(connection, returned)


def test_given_the_money_was_moved_since_the_newest_balance_then_it_is_refused(
    connection: Connection, returned: str
) -> None:
    [other] = issued(connection, Move("A-1", "C-1", Decimal(2)), cause="另一决定")
    set_today(connection, "2026-01-23")
    reported(connection, "A", Receipt(other, "2026-01-22 10:30", Decimal(2)))
    assert track(connection, REGION).executed == (other,)
    with pytest.raises(MoveError, match="不足划转"):
        given_out(connection, returned)


@pytest.mark.parametrize(("held", "covered"), [(AMOUNT, True), (AMOUNT - Decimal("0.01"), False)])
def test_given_a_newer_balance_then_it_is_the_one_that_counts(
    connection: Connection, returned: str, held: Decimal, covered: bool
) -> None:
    balances(connection, "2026-01-19", {"A-1": held})
    if covered:
        assert given_out(connection, returned)
    else:
        with pytest.raises(MoveError, match=r"在 2026-01-19 的余额 999,999\.99 元，不足划转"):
            given_out(connection, returned)
