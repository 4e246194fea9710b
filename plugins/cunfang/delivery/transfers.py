"""Transfers as letters print them: code, accounts, amount in 万元 and yuan, and the day until which each is due."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection

from cunfang.documents import words
from cunfang.money import fmt_yuan
from cunfang.orders.issue import replaced_by
from cunfang.warehouse.sql import rows


@dataclass(frozen=True)
class Transfer:
    """One transfer of an order, `amount` in yuan. A blocked one is only listed, with its `reason`."""

    order_no: str
    period: str
    kind: str
    leg_code: str
    from_institution: str
    from_name: str
    from_account: str
    to_institution: str
    to_name: str
    to_account: str
    owner: str
    category: str
    amount: Decimal
    available_from: date
    blocked: bool
    reason: str
    status: str
    status_reason: str
    due_on: date | None
    excused: bool
    issued_on: date | None

    @property
    def yuan(self) -> str:
        """The amount to the fen."""
        return f"{self.amount:,.2f}"

    @property
    def wan(self) -> str:
        """The amount in 万元."""
        return words.wan(self.amount)

    @property
    def due(self) -> str:
        """Until when it is to be made, from when where that is not at once, and whether its day counts against a bank.

        Empty where there is nothing to be done: before the issue, and once it is cancelled.
        """
        if self.due_on is None or self.status == "cancelled":
            return ""
        later = self.issued_on is not None and self.available_from > self.issued_on
        said = f"{self.available_from:%Y-%m-%d} 到期后，" * later + f"{self.due_on:%Y-%m-%d} 前办理"
        return said + "，因下达迟延不计逾期" * self.excused

    @property
    def from_tail(self) -> str:
        """The paying account with all but its last digits masked."""
        return _tail(self.from_account)

    @property
    def to_tail(self) -> str:
        """The receiving account, masked alike."""
        return _tail(self.to_account)

    def concerns(self, institution: str) -> bool:
        """Whether `institution` pays or receives."""
        return institution in (self.from_institution, self.to_institution)


@dataclass(frozen=True)
class Group:
    """Transfers under one heading."""

    title: str
    legs: tuple[Transfer, ...]


def transfers(
    connection: Connection, region: str, order_no: str | None = None, states: Sequence[str] | None = None
) -> list[Transfer]:
    """The transfers of an order, or of every order of the region; only those in `states` where given."""
    asked = {"region": region, "order_no": order_no, "states": list(states) if states is not None else None}
    return [Transfer(**row) for row in rows(connection, "orders/transfers.sql", asked)]


def replaced(connection: Connection, region: str, order_no: str) -> list[Transfer]:
    """Transfers of earlier orders that were cancelled as `order_no` plans their money anew."""
    why = replaced_by(order_no)
    return [leg for leg in transfers(connection, region, states=("cancelled",)) if leg.status_reason == why]


def total(legs: Iterable[Transfer]) -> str:
    """Their sum in 万元."""
    return words.wan(_sum(legs))


def exact(legs: Iterable[Transfer]) -> str:
    """Their sum in 万元, and to the fen in yuan: rounded lines need not add up to a rounded sum."""
    amount = _sum(legs)
    return f"{words.wan(amount)} 万元（{fmt_yuan(amount)} 元）"


def _sum(legs: Iterable[Transfer]) -> Decimal:
    return sum((leg.amount for leg in legs), Decimal(0))


def groups(legs: Iterable[Transfer], institution: str | None) -> tuple[Group, ...]:
    """Transfers by what is to be done with them; for one bank, by whether it pays or receives."""
    chosen = tuple(legs)
    blocked = Group("受阻，只列明，不下达", tuple(leg for leg in chosen if leg.blocked))
    live = [leg for leg in chosen if not leg.blocked]
    if institution is None:
        return Group("划转明细", tuple(live)), blocked
    out = tuple(leg for leg in live if leg.from_institution == institution)
    into = tuple(leg for leg in live if leg.to_institution == institution)
    return Group("划出", out), Group("划入", into), blocked


def _tail(account: str) -> str:
    if not account:
        return "待开户"
    return f"尾号 {account[-4:]}" if len(account) > 4 else account
