"""Move transfers along by what banks report and what balances show, from issue to money that has arrived (S13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection

from cunfang.orders.paper import SYSTEM, take_turn
from cunfang.warehouse.publish import publish_orders
from cunfang.warehouse.sql import rows

_UNMADE = ["issued", "acknowledged", "overdue"]
_STEPS: dict[str, tuple[str, dict[str, object]]] = {
    "acknowledged": ("track_reported", {"before": ["issued"], "said": "已收到"}),
    "executed": ("track_executed", {}),
    "returned": ("track_reported", {"before": [*_UNMADE, "executed"], "said": "退回"}),
    "overdue": ("track_overdue", {}),
    "confirmed": ("track_confirmed", {}),
}
"""In this order: what came in time is made before it is overdue, and made before it is confirmed."""


@dataclass(frozen=True)
class Item:
    """Something that receipts and balances do not agree on, in words for the office; amounts in yuan.

    `check_id` says which kind (`ops.reconciliation`): TRK-M001 the balances differ, M002 there is no balance yet, M003
    no receipt for what was entered by hand, M004 the balances moved and nobody reported it, M005 the two banks name
    different days, M006 a receipt that the transfer cannot take.
    """

    check_id: str
    order_no: str
    leg_code: str
    status: str
    institution: str
    account: str
    expected: Decimal | None
    found: Decimal | None
    difference: Decimal | None
    message: str
    advice: str


@dataclass(frozen=True)
class Tracked:
    """The transfers that moved, by code, and what is open between receipts and balances."""

    acknowledged: tuple[str, ...] = ()
    executed: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    overdue: tuple[str, ...] = ()
    confirmed: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()

    @property
    def moved(self) -> bool:
        """Whether anything has changed."""
        return any((self.acknowledged, self.executed, self.returned, self.overdue, self.confirmed))


@dataclass(frozen=True)
class Overdue:
    """A transfer that was not made by its last day, in yuan. `days_late` counts working days up to today.

    `excused`: the office issued it late, so that the paying bank `institution` is not late (S31).
    """

    order_no: str
    leg_code: str
    institution: str
    to_institution: str | None
    amount: Decimal
    status: str
    issued_on: date
    due_on: date
    days_late: int
    excused: bool


def track(connection: Connection, region: str) -> Tracked:
    """Move the region's transfers by standing receipts and balances, in the caller's transaction; again moves nothing.

    A transfer is executed by the first receipt of one of its two banks, and confirmed when both accounts' next balances
    agree with it within the order's `max_drift`. What does not agree is given as items and moves nothing. The mart
    shows the region's orders as they stand after it.
    """
    take_turn(connection, region)
    asked = {"region": region, "actor": SYSTEM}
    rows(connection, "orders/track_lock.sql", asked)
    moved = {move: _moved(connection, move, asked) for move in _STEPS}
    publish_orders(connection, region)
    return Tracked(**moved, items=reconciliation(connection, region))


def _moved(connection: Connection, move: str, asked: dict[str, str]) -> tuple[str, ...]:
    file, said = _STEPS[move]
    return tuple(row["leg_code"] for row in rows(connection, f"orders/{file}.sql", {**asked, "outcome": move, **said}))


def reconciliation(connection: Connection, region: str) -> tuple[Item, ...]:
    """What is open between receipts and balances, by transfer."""
    return tuple(Item(**row) for row in rows(connection, "orders/track_items.sql", {"region": region}))


def overdue(connection: Connection, region: str) -> list[Overdue]:
    """Transfers past their last day and not made, the oldest first."""
    return [Overdue(**row) for row in rows(connection, "orders/track_late.sql", {"region": region})]
