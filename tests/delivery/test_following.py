"""Letters about transfers under way: who is chased for what, how often, and what the office is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text

from cunfang.airflow.clock import set_today
from cunfang.delivery.following import announce_items, announce_returned_legs, chase_overdue, chase_unacknowledged
from cunfang.orders.life import move_leg
from cunfang.orders.load import OrderLeg, load_order
from cunfang.orders.track import Item, track
from cunfang.warehouse import engine as engine_of
from cunfang.warehouse.embedded import create_database
from delivery.received import outbox
from documents.sample_run import REGION, load_sample
from signed import published

ISSUED, NEXT, AFTER = date(2026, 1, 20), date(2026, 1, 21), date(2026, 1, 22)


@pytest.fixture(scope="module")
def issued(postgres: Path) -> Iterator[tuple[Engine, str]]:
    """The sample's order, issued on a Tuesday."""
    engine = engine_of(create_database(postgres, "following", template="template_warehouse"))
    set_today(engine, ISSUED)
    yield engine, published(engine, load_sample(engine).run_id).order_no
    engine.dispose()


@pytest.fixture
def connection(issued: tuple[Engine, str]) -> Iterator[Connection]:
    """A transaction that is rolled back."""
    with issued[0].connect() as opened:
        yield opened


@pytest.fixture
def legs(issued: tuple[Engine, str], connection: Connection) -> list[OrderLeg]:
    """Its transfers that were given out."""
    return [leg for leg in load_order(connection, issued[1]).legs if leg.status == "issued"]


def box(bank: str) -> str:
    return f"{bank.lower()}@banks.dawu.example"


def on(connection: Connection, day: date) -> None:
    connection.execute(text("SELECT set_config('cunfang.today', :day, TRUE)"), {"day": day.isoformat()})


def test_a_bank_that_says_nothing_is_asked_from_the_second_working_day_once_a_day(
    connection: Connection, legs: list[OrderLeg]
) -> None:
    payers = {leg.from_institution for leg in legs}
    seen = [leg for leg in legs if leg.from_institution == "ABC"]
    for leg in seen:
        move_leg(connection, leg.leg_code, "acknowledged", actor="ABC", reason="收悉")

    assert [chase_unacknowledged(connection, REGION, day) for day in (ISSUED, NEXT, AFTER, AFTER)] == [
        0,
        0,
        len(payers) - 1,
        0,
    ]
    mails = outbox(connection)
    assert set(mails) == {box(bank) for bank in payers - {"ABC"}}
    for leg in legs:
        for bank, mail in mails.items():
            assert (leg.leg_code in mail.text) is (bank == box(leg.from_institution))


def test_an_overdue_transfer_is_chased_with_its_code_amount_and_day(
    connection: Connection, legs: list[OrderLeg]
) -> None:
    first = min(leg.due_on for leg in legs if leg.due_on is not None)
    day = date.fromordinal(first.toordinal() + 3)
    on(connection, day)
    late = set(track(connection, REGION).overdue)
    assert late == {leg.leg_code for leg in legs if leg.due_on is not None and leg.due_on < day}

    payers = {leg.from_institution for leg in legs if leg.leg_code in late}
    # The finance bureau and the finance office hear of orders.
    assert chase_overdue(connection, REGION, day) == len(payers) + 2
    assert chase_overdue(connection, REGION, day) == 0
    mails = outbox(connection)
    for leg in legs:
        if leg.leg_code in late:
            for reader in (box(leg.from_institution), "office@dawu.example"):
                body = mails[reader].text
                assert leg.leg_code in body and f"{leg.amount:,.2f} 元" in body and f"{leg.due_on} 前办理" in body


def test_a_transfer_that_came_back_reaches_the_office_once_with_its_reason(
    connection: Connection, legs: list[OrderLeg]
) -> None:
    leg = legs[0]
    move_leg(connection, leg.leg_code, "returned", actor=leg.from_institution, reason="收款账户已销户")

    assert announce_returned_legs(connection, REGION, [leg.leg_code]) == 2
    assert announce_returned_legs(connection, REGION, [leg.leg_code]) == 0
    body = outbox(connection)["office@dawu.example"].text
    assert leg.leg_code in body and "收款账户已销户" in body


def test_what_does_not_agree_is_told_once_until_it_changes(connection: Connection, legs: list[OrderLeg]) -> None:
    leg = legs[0]
    item = Item(
        "TRK-M001", leg.leg_code[:-5], leg.leg_code, "executed", leg.from_institution, leg.from_account,
        Decimal(100), Decimal(90), Decimal(10), "余额与划转相差 10.00 元", "请核对",
    )  # fmt: skip

    assert announce_items(connection, REGION, []) == 0
    assert [announce_items(connection, REGION, [item]) for _ in range(2)] == [2, 0]
    assert "TRK-M001" in outbox(connection)["office@dawu.example"].text
    assert announce_items(connection, REGION, [replace(item, check_id="TRK-M002")]) == 0
