"""What the room speaks of: a paper, its transfers, the steps of its signatures, and why a move is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import IntegrityError

from cunfang.evaluation.official import SignOffError

Kind = Literal["adjustment", "recall", "true_up"]
LETTERS: dict[Kind, str] = {"adjustment": "T", "recall": "S", "true_up": "B"}
SYSTEM = "cunfang"
STATES = {
    "planned": "待下达",
    "draft": "草稿",
    "reviewed": "已复核",
    "signed": "已签发",
    "issued": "已下达",
    "scheduled": "待到期",
    "acknowledged": "已签收",
    "executed": "已执行",
    "confirmed": "已到位",
    "overdue": "逾期",
    "returned": "退回",
    "blocked": "受阻",
    "cancelled": "已撤销",
}
"""The states by their names, as `mart.dim_order_status` has them."""


class OrderError(Exception):
    """There is no such order, or what it says cannot be done; the message says what and why."""


class MoveError(OrderError):
    """A move that the life of an order or a transfer does not know (S13)."""


@dataclass(frozen=True)
class Terms:
    """How far figures may be off, and working days, as the rule book says (rulebook.model.Orders)."""

    max_drift: Decimal
    execute_workdays: int
    issue_workdays: int
    objection_workdays: int


@dataclass(frozen=True)
class Paper:
    """An order before it has a number. `institution` and `cause` belong to a recall alone."""

    region: str
    period: str
    kind: Kind
    base_date: date
    terms: Terms
    run_id: int | None = None
    institution: str | None = None
    cause: str = ""
    supersedes: int | None = None
    drafted_by: str = SYSTEM


@dataclass(frozen=True)
class Leg:
    """One transfer of a paper, in yuan. A blocked one is only listed, and says why.

    `base_balance` is what the paying account had on the paper's base date.
    """

    from_institution: str
    to_institution: str | None
    from_account: str
    to_account: str | None
    owner: str
    fund_category: str
    amount: Decimal
    available_from: date
    base_balance: Decimal
    blocked: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Step:
    """The signature that is due: its place in the chain and the round, and who may give it (none named: anybody)."""

    step_no: int
    round: int
    brings: str
    title: str
    by: tuple[str, ...]


def in_words(message: str) -> str:
    """A refusal, of the database or of ours, with the states by their Chinese names."""
    return re.sub(r"\b(" + "|".join(STATES) + r")\b", lambda found: STATES[found[1]], message)


def take_turn(connection: Connection, region: str) -> None:
    """Nobody else issues an order of the region, or tracks its transfers, until the caller's transaction ends."""
    lock = text("SELECT pg_advisory_xact_lock(hashtext('cunfang.track'), hashtext(:region))")
    connection.execute(lock, {"region": region})


def paper_of(connection: Connection, order_no: str, *, lock: bool = False) -> Row[tuple[object, ...]]:
    """The row of ops.order_paper; with `lock` nobody else moves the order meanwhile. OrderError when there is none."""
    if lock:
        # Taken before the row is read, so that what is read is what stands.
        mine = text("SELECT order_id FROM ops.transfer_order WHERE order_no = :order_no FOR UPDATE")
        connection.execute(mine, {"order_no": order_no})
    row = connection.execute(
        text("SELECT * FROM ops.order_paper WHERE order_no = :order_no"), {"order_no": order_no}
    ).one_or_none()
    if row is None:
        raise OrderError(f"没有编号为 {order_no} 的调整指令")
    return row


def write_event(connection: Connection, order_id: int, status: str, actor: str, reason: str = "") -> None:
    """Move a paper to `status`; MoveError where the database knows no such move."""
    event = text("""
        INSERT INTO ops.order_event (order_id, status, actor, reason) VALUES (:order_id, :status, :actor, :reason)
    """)
    with refused_as(MoveError):
        connection.execute(event, {"order_id": order_id, "status": status, "actor": actor, "reason": reason})


@contextmanager
def refused_as(error: type[OrderError] | type[SignOffError]) -> Iterator[None]:
    """What the database's rules refuse, raised as `error` with the rule's own words."""
    try:
        yield
    except IntegrityError as broken:
        diagnosis = getattr(broken.orig, "diag", None)
        raise error(getattr(diagnosis, "message_primary", None) or str(broken.orig)) from broken
