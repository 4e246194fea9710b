"""Recall and exclusion (S21, S22, S32): proposed by a cause, carried out only by signatures, to the fen."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text

from cunfang.evaluation.official import SignOffError
from cunfang.orders.load import OrderLeg
from cunfang.orders.recall import NO_POOL, RIGID, load_recall, propose, under_way
from cunfang.orders.signing import cancel, sign
from cunfang.period import Period
from cunfang.simulation.lay import lay
from cunfang.warnings import watch
from orders.recalled import Account, County, ban, liquidity, on, policy

POOL = Account("B-pool", "B", 0, role="pool")


def proposed(connection: Connection, county: County, region: str | None = None) -> tuple[str, list[str]]:
    where = county.laid(connection, region)
    return where, propose(connection, where, rulebook=policy())


def legs_of(connection: Connection, county: County) -> list[OrderLeg]:
    _, (order_no,) = proposed(connection, county)
    return list(load_recall(connection, order_no, rulebook=policy()).order.legs)


@pytest.fixture
def now(engine: Engine):  # type: ignore[no-untyped-def]
    """20 January 2026, in a warehouse that this folder shares; rolled back."""
    with on(engine) as connection:
        yield connection


def test_a_ban_proposes_a_recall_and_moves_nothing(now: Connection) -> None:
    county = County((Account("A-1", "A", 100), POOL), ban())
    region, (order_no,) = proposed(now, county)
    recall = load_recall(now, order_no, rulebook=policy())
    head = recall.order.head
    assert (head.kind, head.status, head.institution, head.cause) == ("recall", "draft", "A", "decision 悟政办〔2025〕3号")
    (leg,) = recall.order.legs
    assert (leg.from_account, leg.to_account, leg.amount, leg.status) == ("A-1", "B-pool", Decimal(100), "planned")
    assert now.scalar(text("SELECT count(*) FROM ops.leg_event WHERE order_id = (SELECT max(order_id) FROM ops.transfer_order)")) == 0
    terms = now.execute(text("SELECT execute_workdays FROM ops.transfer_order WHERE order_no = :o"), {"o": order_no})
    assert terms.scalar_one() == 3
    assert propose(now, region, rulebook=policy()) == []
