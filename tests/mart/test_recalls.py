"""What BI reads of a recall: its grounds in words, as the office reads them (S21)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

# Last on the path, so that no folder of tests hides a library of the same name.
sys.path.append(str(Path(__file__).parents[1]))

from sqlalchemy import Connection, create_engine, text

from cunfang.orders.recall import propose
from cunfang.period import Period
from cunfang.simulation.lay import lay
from cunfang.warehouse.calendar import load_calendar
from cunfang.warehouse.publish import publish_orders
from cunfang.warnings import watch
from orders.recalled import TODAY, Account, County, ban, policy

REGION = "900777"
COUNTY = County((Account("4209220001000101", "A", Decimal(1_000_000)),), ban(), {"A": "0.15"})


@pytest.fixture
def connection(new_warehouse: Callable[[], str]) -> Iterator[Connection]:
    """A county with a bank that is banned and short of money, in a transaction that is rolled back."""
    made = create_engine(
        new_warehouse(), connect_args={"options": f"-c timezone=Asia/Shanghai -c cunfang.today={TODAY}"}
    )
    with made.connect() as opened:
        load_calendar(opened)
        lay(opened, REGION, COUNTY.files())
        watch(opened, REGION, Period(2025, 4), policy())
        yield opened
    made.dispose()


def test_given_a_recall_then_bi_reads_its_grounds_in_words_and_a_refresh_rewrites_nothing(
    connection: Connection,
) -> None:
    (order_no,) = propose(connection, REGION, rulebook=policy())
    rows = text("SELECT ctid, cause_text FROM mart.fact_order WHERE paper_no = :order_no ORDER BY order_no")
    publish_orders(connection, REGION)
    told = connection.execute(rows, {"order_no": order_no}).all()
    publish_orders(connection, REGION)

    assert {row.cause_text for row in told} == {"取消资格：悟政办〔2025〕3号；红色预警：2025-12-31 流动性比例"}
    assert connection.execute(rows, {"order_no": order_no}).all() == told
