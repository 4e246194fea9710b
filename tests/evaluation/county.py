"""Counties as a test writes them down: what was delivered for one quarter, in frozen values. Amounts in yuan."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from cunfang.period import Period
from cunfang.rulebook import Rulebook

Q4 = Period(2025, 4)


@dataclass(frozen=True)
class Bank:
    code: str
    type: str = "国有大行"
    opened_on: date | None = None
    closed_on: date | None = None
    successor: str | None = None


@dataclass(frozen=True)
class Account:
    """One account with its balance at the end of the period; no balance = none was delivered."""

    code: str
    bank: str
    balance: Decimal | None
    category: str = "special"
    owner: str = "财政局"
    adjustable: bool | None = None
    matures_on: date | None = None
    opened_on: date | None = None
    closed_on: date | None = None


@dataclass(frozen=True)
class Value:
    """One row of the `indicators` feed at the end of the period, or on another day, in that quarter's file."""

    bank: str
    measure: str
    value: Decimal
    on: date | None = None
    period: Period | None = None


@dataclass(frozen=True)
class Credit:
    """One bank's deposits and loans at the end of the period, or on another day, in that quarter's file."""

    bank: str
    deposits: Decimal
    loans: Decimal
    loans_sme: Decimal | None = None
    loans_medium_long: Decimal | None = None
    loans_agri: Decimal | None = None
    on: date | None = None
    period: Period | None = None
    deposits_year_start: Decimal | None = None
    loans_year_start: Decimal | None = None


def delivered_with(item: Value | Credit, county: Period) -> Period:
    """The period in whose file a figure came."""
    return item.period or (Period.containing(item.on) if item.on else county)


@dataclass(frozen=True)
class Tax:
    """Tax paid in a window; delivered with the period's file unless another is named."""

    bank: str
    window_from: date
    window_to: date
    local: Decimal
    type: str = "增值税"
    feed: str = "tax"
    period: Period = Q4


@dataclass(frozen=True)
class Decision:
    number: str
    kind: str
    bank: str | None = None
    account: str | None = None
    amount: Decimal | None = None
    valid_from: date = date(2025, 1, 1)
    valid_to: date | None = None
    decided_on: date = date(2025, 1, 1)


@dataclass(frozen=True)
class Violation:
    number: str
    bank: str
    decided_on: date
    severity: str = "disqualify"


@dataclass(frozen=True)
class Errand:
    """Something the office asked of a bank, with a time limit; times as `2025-11-03 09:00`, a day as `2025-11-03`."""

    number: str
    bank: str
    issued_at: str
    done_at: str | None
    due_at: str | None = None
    kind: str = "nontax_transfer"
    leg: str | None = None


@dataclass(frozen=True)
class Target:
    """What a bank was set for the year: an amount in yuan, or a rate."""

    bank: str
    measure: str
    amount: Decimal | None = None
    rate: Decimal | None = None
    year: int = 2025


@dataclass(frozen=True)
class Peer:
    """One figure of a county, ours or another, in its unit."""

    peer: str
    measure: str
    value: Decimal
    unit: str = "%"


@dataclass(frozen=True)
class County:
    """All that a run reads, and the rule book it reads it by."""

    rulebook: Rulebook = field(repr=False)
    banks: tuple[Bank, ...]
    accounts: tuple[Account, ...] = ()
    values: tuple[Value, ...] = ()
    credit: tuple[Credit, ...] = ()
    tax: tuple[Tax, ...] = ()
    decisions: tuple[Decision, ...] = ()
    violations: tuple[Violation, ...] = ()
    errands: tuple[Errand, ...] = ()
    targets: tuple[Target, ...] = ()
    # `{region}` stands for the county's own code.
    peers: tuple[Peer, ...] = ()
    # An account may have money in the bank and yet be missing from the register.
    unregistered: tuple[Account, ...] = ()
    period: Period = field(default=Q4)
    # Feeds that did not come.
    absent: frozenset[str] = frozenset()
