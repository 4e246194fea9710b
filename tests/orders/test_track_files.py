"""Receipts on their whole way: a bank's file walks in, is refused or accepted, and moves its transfers (S13)."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text

from cunfang.orders.track import track
from cunfang.period import Period
from cunfang.settings import Settings
from cunfang.warehouse import engine
from intake.county import FILES, REGION, County
from orders.laid import Move, issued

Q1 = Period(2026, 1)
HEAD = "institution,leg,executed_at,amount,reference,outcome,reason\n"


@pytest.fixture
def county(tmp_path: Path, warehouse: str) -> Iterator[County]:
    """A county on 26 January 2026 whose order of 20 January has a transfer of 工行 to 农行 and one back."""
    admin = engine(warehouse)
    with admin.begin() as connection:
        connection.execute(text(f"ALTER DATABASE \"{admin.url.database}\" SET cunfang.today = '2026-01-20'"))
    admin.dispose()
    made = County(engine(warehouse), Settings(warehouse, tmp_path / "inbox", tmp_path / "var", "", ""))
    for feed in ("institutions", "accounts"):
        made.deliver(feed, FILES[feed])
        assert list(made.walk(feed).values()) == ["accepted"]
    with made.db.begin() as connection:
        moves = (Move("ICBC-1", "ABC-1", Decimal("5000000.00")), Move("ABC-1", "ICBC-1", Decimal("70.50")))
        issued(connection, *moves, region=REGION)
        connection.execute(text(f"ALTER DATABASE \"{admin.url.database}\" SET cunfang.today = '2026-01-26'"))
    made.db.dispose()
    yield made
    made.db.dispose()


def leg(county: County, number: int) -> str:
    [[code]] = county.rows("SELECT leg_code FROM ops.transfer_leg WHERE leg_no = :n", n=number)
    return str(code)


def returned(county: County, rows: str, bank: str, name: str) -> str:
    county.deliver("bank_return", HEAD + rows, f"{bank}/{name}", Q1)
    [status] = county.walk("bank_return").values()
    return status


def statuses(county: County) -> list[str]:
    with county.db.begin() as connection:
        track(connection, REGION)
    return [row[0] for row in county.rows("SELECT status FROM ops.leg_state ORDER BY leg_no")]


def test_given_a_file_with_one_wrong_receipt_then_it_is_refused_whole_and_nothing_moves(county: County) -> None:
    good = f"工行,{leg(county, 1)},2026-01-22,5000000,S1,,\n"
    wrong = f"工行,{leg(county, 2)},2026-01-22,70.05,S2,,\n"

    assert returned(county, good + wrong, "工行", "a.csv") == "rejected"
    assert statuses(county) == ["issued", "issued"]
    found = county.rows("SELECT check_id, cell, message FROM ops.finding WHERE class = 'validity'")
    assert found == [("BNK-V025", "D3", f"划转明细 {leg(county, 2)} 报 70.05 元，应为 70.50 元。")]
    assert county.rows("SELECT count(*) FROM core.bank_return") == [(0,)]

    assert returned(county, good + wrong.replace("70.05", "70.50"), "工行", "b.csv") == "accepted"
    assert statuses(county) == ["executed", "executed"]


def test_given_each_outcome_in_its_own_file_then_each_moves_its_transfer(county: County) -> None:
    one, two = leg(county, 1), leg(county, 2)
    assert returned(county, f"工行,{one},2026-01-21,5000000,,已收到,\n", "工行", "a.csv") == "accepted"
    assert statuses(county) == ["acknowledged", "issued"]
    assert returned(county, f"农行,{two},2026-01-22,70.50,,退回,账户冻结\n", "农行", "b.csv") == "accepted"
    assert statuses(county) == ["acknowledged", "returned"]
    assert returned(county, f"农行,{one},2026-01-22 09:30,5000000,S9,已执行,\n", "农行", "c.csv") == "accepted"
    assert statuses(county) == ["executed", "returned"]


def test_given_two_trackers_at_once_then_each_move_is_made_once(county: County) -> None:
    rows = f"工行,{leg(county, 1)},2026-01-22,5000000,S1,,\n工行,{leg(county, 2)},2026-01-21,70.50,,已收到,\n"
    assert returned(county, rows, "工行", "a.csv") == "accepted"

    def once(_: int) -> tuple[str, ...]:
        with county.db.begin() as connection:
            found = track(connection, REGION)
            return (*found.executed, *found.acknowledged)

    with ThreadPoolExecutor(4) as threads:
        moved = [code for codes in threads.map(once, range(8)) for code in codes]
    assert sorted(moved) == [leg(county, 1), leg(county, 2)]
    events = "SELECT status FROM ops.leg_event ORDER BY status"
    assert county.rows(events) == [("acknowledged",), ("executed",), ("issued",), ("issued",)]
