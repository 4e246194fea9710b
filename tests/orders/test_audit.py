"""The audit chain: it verifies after everything that happened, and any row that is tampered with is found."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from cunfang.orders.audit import verify
from cunfang.orders.issue import issue_within
from cunfang.orders.life import move_leg
from cunfang.orders.load import load_order
from orders.test_signing import undone
from signed import sign_all


@pytest.fixture(autouse=True)
def lived(connection: Connection, order_no: str) -> None:
    """An order that was signed, issued and partly executed."""
    sign_all(connection, order_no)
    issue_within(connection, order_no)
    code = next(leg.leg_code for leg in load_order(connection, order_no).legs if leg.status == "issued")
    move_leg(connection, code, "executed", actor="bank", executed_at=datetime(2026, 1, 20, 9))  # noqa: DTZ001


def _tamper(connection: Connection, table: str, statement: str) -> None:
    """What somebody with all rights could do: rules off, change, rules on."""
    connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    assert connection.execute(text(statement)).rowcount > 0
    connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))


def test_the_chain_holds_and_names_its_head(connection: Connection) -> None:
    report = verify(connection)
    assert report.breaks == () and len(report.head) == 64
    assert report.rows == connection.execute(text("SELECT count(*) FROM ops.audit")).scalar_one()
    assert verify(connection, report.head).breaks == ()


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("ops.audit", "UPDATE ops.audit SET actor = 'x' WHERE audit_id = (SELECT min(audit_id) + 2 FROM ops.audit)"),
        (
            "ops.audit",
            "UPDATE ops.audit SET happened_at = happened_at + interval '1 day' WHERE action = 'leg_event.executed'",
        ),
        ("ops.audit", "DELETE FROM ops.audit WHERE action = 'order_event.signed'"),
        ("ops.transfer_leg", "UPDATE ops.transfer_leg SET amount = amount + 0.01 WHERE leg_no = 1"),
        ("ops.leg_event", "DELETE FROM ops.leg_event WHERE status = 'executed'"),
        (
            "ops.leg_event",
            "UPDATE ops.leg_event SET executed_at = executed_at - interval '9 days' WHERE status = 'executed'",
        ),
        ("ops.approval", "UPDATE ops.approval SET approver = 'engineer' WHERE step_no = 2"),
        (
            "ops.order_event",
            "INSERT INTO ops.order_event (order_id, status, actor) "
            "SELECT max(order_id), 'confirmed', 'x' FROM ops.transfer_order",
        ),
    ],
)
def test_a_tampered_row_is_found(connection: Connection, table: str, statement: str) -> None:
    with undone(connection):
        _tamper(connection, table, statement)
        assert verify(connection).breaks != ()


def test_a_chain_that_was_cut_off_at_its_end_misses_the_hash_that_was_noted(connection: Connection) -> None:
    noted = verify(connection).head
    with undone(connection):
        for table in ("ops.audit", "ops.leg_event"):
            _tamper(
                connection, table, f"DELETE FROM {table} WHERE {'action' if table == 'ops.audit' else 'status'} "
                f"= '{'leg_event.executed' if table == 'ops.audit' else 'executed'}'"
            )  # fmt: skip
        assert verify(connection).breaks == ()
        assert "末尾" in verify(connection, noted).breaks[0].what


@pytest.mark.parametrize("table", ["ops.audit", "ops.order_event", "ops.leg_event", "ops.sign_step", "ops.approval"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_rules_are_on(connection: Connection, table: str, statement: str) -> None:
    with undone(connection), pytest.raises(IntegrityError, match="append-only"):
        connection.execute(text(statement.format(table)))


TABLES = ("transfer_order", "transfer_leg", "sign_step", "order_event", "leg_event", "approval", "recall_cause")


def test_a_column_that_comes_later_breaks_nothing_and_hides_nothing(connection: Connection) -> None:
    for table in TABLES:
        connection.execute(text(f"ALTER TABLE ops.{table} ADD COLUMN channel text DEFAULT 'paper'"))
    assert verify(connection).breaks == ()

    with undone(connection):
        _tamper(connection, "ops.transfer_leg", "UPDATE ops.transfer_leg SET amount = amount + 0.01 WHERE leg_no = 1")
        (found,) = verify(connection).breaks
        assert found.what == "transfer_leg 中这条记录的内容已被改动：amount"
    with undone(connection):
        _tamper(
            connection, "ops.sign_step", "UPDATE ops.sign_step SET signers = signers || 'x'::text WHERE step_no = 1"
        )
        assert [found.what for found in verify(connection).breaks] == ["sign_step 中这条记录的内容已被改动：signers"]
    with undone(connection):
        _tamper(connection, "ops.leg_event", "DELETE FROM ops.leg_event WHERE status = 'executed'")
        assert "没有这条记录" in verify(connection).breaks[0].what


def test_a_row_written_since_is_held_against_the_later_column_too(connection: Connection, order_no: str) -> None:
    connection.execute(text("ALTER TABLE ops.leg_event ADD COLUMN channel text DEFAULT 'paper'"))
    code = next(leg.leg_code for leg in load_order(connection, order_no).legs if leg.status == "issued")
    move_leg(connection, code, "acknowledged", actor="bank")
    assert verify(connection).breaks == ()

    with undone(connection):
        _tamper(connection, "ops.leg_event", "UPDATE ops.leg_event SET channel = 'x' WHERE status = 'acknowledged'")
        assert "channel" in verify(connection).breaks[0].what


def test_a_recorded_column_that_is_gone_is_a_break(connection: Connection) -> None:
    with undone(connection):
        connection.execute(text("ALTER TABLE ops.order_event RENAME COLUMN reason TO grounds"))
        breaks = verify(connection).breaks
        assert breaks and all("reason" in found.what for found in breaks)
