"""The life of a transfer: random moves against the table of what is allowed, each in the audit chain (S13)."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from cunfang.orders.audit import verify
from cunfang.orders.issue import issue_within
from cunfang.orders.life import move_leg
from cunfang.orders.load import load_order
from cunfang.orders.paper import MoveError, OrderError
from orders.test_signing import undone
from signed import sign_all

STATES = ("issued", "acknowledged", "executed", "confirmed", "overdue", "returned", "cancelled")
# As the specification has it, written down a second time (S13).
ALLOWED = {
    "issued": {"acknowledged", "executed", "overdue", "returned", "cancelled"},
    "acknowledged": {"executed", "overdue", "returned", "cancelled"},
    "overdue": {"executed", "returned", "cancelled"},
    "executed": {"confirmed", "returned"},
    "returned": {"issued", "cancelled"},
    "confirmed": set(),
    "cancelled": set(),
}


def _move(connection: Connection, leg_code: str, status: str) -> bool:
    return move_leg(
        connection,
        leg_code,
        status,
        actor="finance_office",
        reason="说明",
        executed_at=datetime(2026, 1, 20, 9) if status == "executed" else None,  # noqa: DTZ001
        due_on=date(2026, 2, 2) if status == "issued" else None,
    )


@pytest.fixture
def leg_code(connection: Connection, order_no: str) -> str:
    """A transfer of an issued order."""
    sign_all(connection, order_no)
    issue_within(connection, order_no)
    return next(leg.leg_code for leg in load_order(connection, order_no).legs if leg.status == "issued")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.sampled_from(STATES), max_size=8))
def test_given_any_sequence_of_moves_then_exactly_the_allowed_ones_are_taken(
    connection: Connection, leg_code: str, moves: list[str]
) -> None:
    with undone(connection):
        standing, taken = "issued", 0
        for status in moves:
            if status == standing:
                assert not _move(connection, leg_code, status)
            elif status in ALLOWED[standing]:
                assert _move(connection, leg_code, status)
                standing, taken = status, taken + 1
            else:
                with undone(connection), pytest.raises(MoveError, match=standing):
                    _move(connection, leg_code, status)
        found = text("""
            SELECT s.status, (
                SELECT count(*) FROM ops.leg_event AS e WHERE e.order_id = s.order_id AND e.leg_no = s.leg_no
            ) AS events, s.executed_at IS NOT NULL AS executed
            FROM ops.leg_state AS s WHERE s.leg_code = :code
        """)
        row = connection.execute(found, {"code": leg_code}).one()
        assert (row.status, row.events) == (standing, taken + 1)
        assert row.executed == (standing in ("executed", "confirmed"))
        assert verify(connection).breaks == ()


def test_a_transfer_of_an_order_that_is_not_issued_does_not_move(connection: Connection, order_no: str) -> None:
    code = next(leg.leg_code for leg in load_order(connection, order_no).legs if leg.status == "planned")
    with pytest.raises(MoveError, match="尚未下达"):
        _move(connection, code, "issued")


def test_a_code_nobody_gave_out_is_refused(connection: Connection, order_no: str) -> None:
    with pytest.raises(OrderError, match="没有编号"):
        _move(connection, "420922-2025Q4-T99-L001", "executed")


def test_an_execution_without_its_time_is_refused(connection: Connection, leg_code: str) -> None:
    with pytest.raises(MoveError):
        move_leg(connection, leg_code, "executed", actor="bank")


def test_an_order_stands_where_its_least_advanced_transfer_stands(
    connection: Connection, order_no: str, leg_code: str
) -> None:
    codes = [leg.leg_code for leg in load_order(connection, order_no).legs if leg.status == "issued"]

    def standing() -> str:
        return load_order(connection, order_no).head.standing

    for code in codes:
        _move(connection, code, "acknowledged")
        assert standing() == ("acknowledged" if code == codes[-1] else "issued")
    for code in codes:
        _move(connection, code, "executed")
    assert standing() == "executed"
    for code in codes[1:]:
        _move(connection, code, "confirmed")
    assert standing() == "executed"
    _move(connection, codes[0], "returned")
    assert standing() == "returned"
    _move(connection, codes[0], "cancelled")
    assert standing() == "confirmed"
