"""A bank recalled for a listed event is out of the denominator while the event warns, and back once it is closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from sqlalchemy import Engine, create_engine

from cunfang.evaluation.recalled import recalled_banks
from cunfang.orders.issue import issue
from cunfang.orders.recall import propose
from cunfang.orders.signing import sign
from cunfang.period import Period
from cunfang.simulation.lay import free_region, lay
from cunfang.warehouse.calendar import load_calendar
from listed import EVENTS, event, judged, policy, reported
from orders.recalled import TODAY, Account, County

Q4, Q1 = Period(2025, 4), Period(2026, 1)


@pytest.fixture
def engine(new_warehouse: Callable[[], str]) -> Iterator[Engine]:
    made = create_engine(
        new_warehouse(), connect_args={"options": f"-c timezone=Asia/Shanghai -c cunfang.today={TODAY}"}
    )
    with made.begin() as connection:
        load_calendar(connection)
    yield made
    made.dispose()


def test_given_an_issued_recall_for_an_event_then_the_bank_is_out_until_the_event_is_closed(engine: Engine) -> None:
    book = policy(events=EVENTS)
    county = County((Account("A-1", "A", 100), Account("B-1", "B", 100), Account("B-pool", "B", 0, role="pool")))
    with engine.begin() as connection:
        region = free_region(connection)
        lay(connection, region, [one for one in county.files() if one.feed != "supervisory_events"])
        lay(connection, region, [reported(Q4, event())])
        judged(connection, region, Q4, book)
        (order_no,) = propose(connection, region, rulebook=book)
        for actor in ("first", "second"):
            sign(connection, order_no, approved=True, actor=actor)
        assert recalled_banks(connection, region, Q1) == [], "proposed only"
    assert issue(engine, order_no).drifts == ()
    with engine.begin() as connection:
        (out,) = recalled_banks(connection, region, Q1)
        assert out.institution == "A"
        assert out.reason.endswith("所据监管事件 重大处罚（E1）至 2026-03-31 仍为红色")
        assert recalled_banks(connection, region, Period(2026, 4)) == [], "twelve months are over"
        lay(connection, region, [reported(Q1, event(closed_on=date(2026, 3, 31)))])
        assert recalled_banks(connection, region, Q1) == []
