"""Issue a signed order: balances read again, transfers given their days, the result published, all or nothing (S12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, Engine, text

from cunfang.evaluation.official import SignOffError, advance
from cunfang.orders.draft import cancel_unissued
from cunfang.orders.paper import SYSTEM, paper_of, take_turn, write_event
from cunfang.orders.signing import due_step
from cunfang.warehouse.calendar import due_date, today
from cunfang.warehouse.publish import publish, publish_orders
from cunfang.warehouse.sql import rows


@dataclass(frozen=True)
class Drift:
    """A paying account whose balance moved too far, or does not cover its transfers, in yuan.

    `expected` is the balance of the base date with the transfers executed since; `balance` the newest one, of `as_of`;
    `available` what is left of it after transfers executed later still, and after the `committed` ones, which other
    issued orders will still take from the account.
    """

    institution: str
    account: str
    ordered: Decimal
    base_balance: Decimal
    as_of: date
    balance: Decimal
    expected: Decimal
    available: Decimal
    committed: Decimal
    drift: Decimal
    allowed: Decimal

    @property
    def reason(self) -> str:
        """What is wrong, in a line."""
        place = f"账户 {self.account} 在 {self.as_of} 的余额 {self.balance:,} 元"
        if self.available < self.ordered:
            return f"{place}{self.promised}，不足划转 {self.ordered:,} 元"
        return f"{place}，与应有的 {self.expected:,} 元相差 {self.drift:,} 元，超过允许的 {self.allowed:,.2f} 元"

    @property
    def promised(self) -> str:
        """What other issued orders will still take, in words; nothing where they take nothing."""
        return f"，其中 {self.committed:,.2f} 元由其他已下达的指令划出、尚未执行" if self.committed else ""


@dataclass(frozen=True)
class Issued:
    """What became of an order: issued, or back to draft with the drifts that sent it there."""

    order_no: str
    drifts: tuple[Drift, ...] = ()


def replaced_by(order_no: str) -> str:
    """Why a transfer is cancelled whose money `order_no` plans anew, as its event keeps it."""
    return f"被 {order_no} 取代"


def issue(engine: Engine, order_no: str, actor: str = SYSTEM) -> Issued:
    """Issue `order_no` and publish its run in one transaction; an issued one stays as it is.

    Where a balance has moved by more than the order's `max_drift`, or does not cover what is to be taken beside what
    other orders in force will take, nothing is issued and the paper is a draft again. Transfers of other adjustment
    orders that nobody carried out are cancelled: this order has planned that money anew. SignOffError while a signature
    lacks.
    """
    with engine.begin() as connection:
        return issue_within(connection, order_no, actor)


def issue_within(connection: Connection, order_no: str, actor: str = SYSTEM) -> Issued:
    """Like `issue`, in the caller's transaction; orders of one region take turns."""
    # Before the paper is locked: two orders that are issued at once may take from one account, or cancel each other.
    take_turn(connection, str(paper_of(connection, order_no).region))
    paper = paper_of(connection, order_no, lock=True)
    if paper.status == "issued":
        return Issued(order_no)
    lacking = due_step(connection, order_no)
    if paper.status != "signed" or lacking is not None:
        waits = f"，待“{lacking.title}”" if lacking else ""
        raise SignOffError(f"指令 {order_no} 的现状是 {paper.status}{waits}，不能下达")
    drifts = tuple(Drift(**row) for row in rows(connection, "orders/drift.sql", {"order_id": paper.order_id}))
    if drifts:
        reason = "余额变动：" + "；".join(drift.reason for drift in drifts)
        write_event(connection, paper.order_id, "draft", SYSTEM, reason)
        return Issued(order_no, drifts)
    _issue_legs(connection, paper.order_id, actor)
    if paper.kind == "adjustment":
        _supersede(connection, paper.order_id, order_no, paper.region, paper.period)
        if advance(connection, paper.run_id, "approved", "published", actor):
            publish(connection, paper.run_id)
    publish_orders(connection, paper.region)
    return Issued(order_no)


def _issue_legs(connection: Connection, order_id: int, actor: str) -> None:
    """The order and its transfers go out; each is due some working days after the day from which it may be made."""
    paper = connection.execute(
        text("""
            SELECT
                execute_workdays,
                issue_workdays,
                CAST(status_at AT TIME ZONE 'Asia/Shanghai' AS date) AS final_on
            FROM ops.order_paper
            WHERE order_id = :order_id
        """),
        {"order_id": order_id},
    ).one()
    day = today(connection)
    excused = day > due_date(connection, paper.final_on, paper.issue_workdays)
    write_event(connection, order_id, "issued", actor)
    legs = connection.execute(
        text("SELECT leg_no, available_from FROM ops.transfer_leg WHERE order_id = :order_id AND NOT blocked"),
        {"order_id": order_id},
    ).all()
    starts = {max(day, leg.available_from) for leg in legs}
    due = {start: due_date(connection, start, paper.execute_workdays) for start in starts}
    event = text("""
        INSERT INTO ops.leg_event (order_id, leg_no, status, actor, due_on, excused)
        VALUES (:order_id, :leg_no, 'issued', :actor, :due_on, :excused)
    """)
    for leg in legs:
        due_on = due[max(day, leg.available_from)]
        values = {"order_id": order_id, "leg_no": leg.leg_no, "actor": actor, "due_on": due_on, "excused": excused}
        connection.execute(event, values)


def _supersede(connection: Connection, order_id: int, order_no: str, region: str, period: str) -> None:
    cancel_unissued(connection, region, period, order_no)
    # What somebody is executing this moment is waited for, and then stays.
    rows(connection, "orders/track_lock.sql", {"region": region})
    event = text("""
        INSERT INTO ops.leg_event (order_id, leg_no, status, actor, reason)
        VALUES (:order_id, :leg_no, 'cancelled', :actor, :reason)
    """)
    for leg in rows(connection, "orders/superseded_legs.sql", {"order_id": order_id}):
        connection.execute(event, {**leg, "actor": SYSTEM, "reason": replaced_by(order_no)})
