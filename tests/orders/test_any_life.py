"""Lives that nobody wrote down: whatever comes in whatever order, what must hold of orders holds after every step.

A seed is a life. These two have recalls, corrections, late transfers, and receipts that do not fit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, create_engine

from orders.beheld import Beheld
from orders.lived import LAST_DAY

STEPS = 45


@pytest.fixture(scope="module")
def engine(new_module_warehouse: Callable[[], str]) -> Iterator[Engine]:
    """An empty warehouse for this file."""
    made = create_engine(new_module_warehouse(), connect_args={"options": "-c timezone=Asia/Shanghai"})
    yield made
    made.dispose()


@pytest.mark.parametrize("seed", (504, 509))
def test_whatever_happens_in_whatever_order_then_what_must_hold_of_orders_holds(engine: Engine, seed: int) -> None:
    with engine.connect() as connection:
        life = Beheld(connection, seed)
        for _ in range(STEPS):
            if life.day > LAST_DAY:
                break
            life.step()
            life.check()
        life.settle()
        life.check()
