"""Orders as they stand, for whoever shows or mails them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Connection, text

from cunfang.orders.paper import Kind, OrderError


@dataclass(frozen=True)
class OrderHead:
    """An order in a list. `status` is the paper's own state, `standing` that of its transfers once it is issued."""

    order_no: str
    region: str
    period: str
    kind: Kind
    status: str
    standing: str
    run_id: int | None
    institution: str | None
    cause: str
    supersedes: str | None
    base_date: date
    drafted_by: str
    drafted_at: datetime
    status_at: datetime
    status_reason: str
    round: int


@dataclass(frozen=True)
class OrderLeg:
    """A transfer with its state, in yuan. `status` is `planned` before the issue, `blocked` where only listed."""

    leg_code: str
    from_institution: str
    to_institution: str | None
    from_account: str
    to_account: str | None
    owner: str
    fund_category: str
    amount: Decimal
    available_from: date
    status: str
    status_actor: str | None
    status_reason: str | None
    reason: str
    issued_at: datetime | None
    due_on: date | None
    excused: bool | None
    executed_at: datetime | None
    reference: str | None


@dataclass(frozen=True)
class Signature:
    """A step of the chain, with who signed it in the current round; `approver` is None while it is due."""

    step_no: int
    brings: str
    title: str
    by: tuple[str, ...]
    approver: str | None
    verdict: str | None
    comment: str | None
    decided_at: datetime | None


@dataclass(frozen=True)
class Event:
    """What happened to the order or to one of its transfers (`leg_code` empty for the order itself)."""

    happened_at: datetime
    leg_code: str
    status: str
    actor: str
    reason: str


@dataclass(frozen=True)
class Order:
    """One order, whole."""

    head: OrderHead
    signatures: tuple[Signature, ...]
    legs: tuple[OrderLeg, ...]
    events: tuple[Event, ...]


_HEAD = """
    SELECT
        o.order_no, o.region, o.period, o.kind, o.status, o.standing, o.run_id, o.institution, o.cause,
        b.order_no AS supersedes, o.base_date, o.drafted_by, o.drafted_at, o.status_at, o.status_reason, o.round
    FROM ops.order_state AS o
    LEFT JOIN ops.transfer_order AS b ON o.supersedes = b.order_id
"""
_LEGS = text("""
    SELECT
        leg_code, from_institution, to_institution, from_account, to_account, owner, fund_category, amount,
        available_from, status, status_actor, status_reason, reason, issued_at, due_on, excused, executed_at, reference
    FROM ops.leg_state
    WHERE order_no = :order_no
    ORDER BY leg_no
""")
_SIGNATURES = text("""
    SELECT s.step_no, s.status AS brings, s.title, s.signers AS by, a.approver, a.verdict, a.comment, a.decided_at
    FROM ops.order_paper AS p
    INNER JOIN ops.sign_step AS s ON p.order_id = s.order_id
    LEFT JOIN ops.approval AS a ON s.order_id = a.order_id AND s.step_no = a.step_no AND p.round = a.round
    WHERE p.order_no = :order_no
    ORDER BY s.step_no
""")
_EVENTS = text("""
    SELECT happened_at, leg_code, status, actor, reason
    FROM (
        SELECT e.happened_at, '' AS leg_code, e.status, e.actor, e.reason, 0 AS place, e.event_id, e.order_id
        FROM ops.order_event AS e
        UNION ALL
        SELECT e.happened_at, l.leg_code, e.status, e.actor, e.reason, 1, e.event_id, e.order_id
        FROM ops.leg_event AS e
        INNER JOIN ops.transfer_leg AS l ON e.order_id = l.order_id AND e.leg_no = l.leg_no
    ) AS x
    WHERE order_id = (SELECT o.order_id FROM ops.transfer_order AS o WHERE o.order_no = :order_no)
    ORDER BY happened_at, place, event_id
""")


def load_order(connection: Connection, order_no: str) -> Order:
    """The order with its signatures, transfers and history; OrderError when there is none."""
    asked = {"order_no": order_no}
    row = connection.execute(text(f"{_HEAD} WHERE o.order_no = :order_no"), asked).mappings().one_or_none()
    if row is None:
        raise OrderError(f"没有编号为 {order_no} 的调整指令")
    signatures = connection.execute(_SIGNATURES, asked).mappings()
    return Order(
        head=OrderHead(**row),
        signatures=tuple(Signature(**{**item, "by": tuple(item["by"])}) for item in signatures),
        legs=tuple(OrderLeg(**item) for item in connection.execute(_LEGS, asked).mappings()),
        events=tuple(Event(**item) for item in connection.execute(_EVENTS, asked).mappings()),
    )


def orders_of(
    connection: Connection, region: str, period: str | None = None, *, open_only: bool = False
) -> list[OrderHead]:
    """The region's orders, newest first; `open_only` leaves out what is confirmed or cancelled."""
    statement = text(f"""{_HEAD}
        WHERE
            o.region = :region AND o.period = coalesce(CAST(:period AS text), o.period)
            AND NOT (:open_only AND o.standing IN ('confirmed', 'cancelled'))
        ORDER BY o.order_id DESC
    """)
    asked = {"region": region, "period": period, "open_only": open_only}
    return [OrderHead(**row) for row in connection.execute(statement, asked).mappings()]
