"""What a plan of transfers must come to (S03, S12, N10), recomputed from accounts, differences and legs alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

ZERO = Fraction(0)
FEN = Fraction(1, 100)
Group = tuple[str, str]
"""Owner and fund category."""


@dataclass(frozen=True)
class Account:
    """An account of `bank` today: what it holds, whether that may be adjusted, until when it is bound, what is open."""

    bank: str
    group: Group
    holds: Fraction
    adjustable: bool
    matures_on: date | None = None
    opened_on: date | None = None
    closed_on: date | None = None
    pool: bool = False

    def due(self, as_of: date) -> date | None:
        """The day until which it is bound; None where it is free."""
        return self.matures_on if self.matures_on and self.matures_on > as_of else None

    def gives(self, as_of: date) -> bool:
        """Adjustable, and free now or by the end of the next quarter."""
        due = self.due(as_of)
        return self.adjustable and (due is None or due <= next_end(as_of))

    def receives(self, as_of: date) -> bool:
        """Open at the base date, and not there only to hold what waits for a decision."""
        opened = self.opened_on is None or self.opened_on <= as_of
        return opened and (self.closed_on is None or self.closed_on > as_of) and not self.pool


@dataclass(frozen=True)
class Leg:
    """One transfer; no account where the receiving bank has none of that group."""

    giver: str
    taker: str
    source: str
    to: str | None
    group: Group
    amount: Fraction


def next_end(as_of: date) -> date:
    """The last day of the quarter after the one that ends at `as_of`."""
    ends = [date(as_of.year + year, *day) for year in (0, 1) for day in ((3, 31), (6, 30), (9, 30), (12, 31))]
    return min(day for day in ends if day > as_of)


def applied(accounts: Mapping[str, Account], legs: Iterable[Leg]) -> dict[str, Fraction]:
    """What each account holds once every transfer that has somewhere to go is made."""
    holds = {code: account.holds for code, account in accounts.items()}
    for leg in legs:
        if leg.to is not None:
            holds[leg.source] -= leg.amount
            holds[leg.to] += leg.amount
    return holds


def by_bank(legs: Iterable[Leg]) -> dict[str, Fraction]:
    """What each bank gets, or with a minus gives."""
    signed: dict[str, Fraction] = defaultdict(Fraction)
    for leg in legs:
        signed[leg.giver] -= leg.amount
        signed[leg.taker] += leg.amount
    return signed


def by_group(accounts: Mapping[str, Account], holds: Mapping[str, Fraction]) -> dict[Group, Fraction]:
    """What the accounts of each owner and category hold together."""
    sums: dict[Group, Fraction] = defaultdict(Fraction)
    for code, account in accounts.items():
        sums[account.group] += holds[code]
    return sums


def receivers(accounts: Mapping[str, Account], as_of: date) -> dict[tuple[str, Group], str]:
    """The account in which a bank receives in a group: of several the first by its number."""
    found: dict[tuple[str, Group], str] = {}
    for code in sorted(accounts):
        account = accounts[code]
        if account.receives(as_of):
            found.setdefault((account.bank, account.group), code)
    return found


def left(delta: Mapping[str, Fraction], legs: Iterable[Leg]) -> dict[str, Fraction]:
    """What of each bank's difference `legs` do not meet, with its sign."""
    met = by_bank(legs)
    return {bank: amount - met.get(bank, ZERO) for bank, amount in delta.items()}


def undone(
    accounts: Mapping[str, Account], delta: Mapping[str, Fraction], legs: Sequence[Leg], least: Fraction, as_of: date
) -> list[tuple[str, str]]:
    """Where one more transfer of `least` could be made or reported: (account that gives, bank that wants).

    In none of these may a plan leave money that can move to an account that is there, or not report one that is not.
    """
    rest, given = left(delta, legs), defaultdict(Fraction)
    for leg in legs:
        given[leg.source] += leg.amount
    wanting = [bank for bank, amount in rest.items() if amount >= least]
    return [
        (code, bank)
        for code, account in accounts.items()
        if account.gives(as_of) and account.holds - given[code] >= least and -rest.get(account.bank, ZERO) >= least
        for bank in wanting
    ]


def joined(legs: Iterable[Leg]) -> dict[Group, tuple[int, int, int, int]]:
    """Of each group: transfers, accounts that take part, pairs of banks, banks that take part."""
    ends: dict[Group, list[Leg]] = defaultdict(list)
    for leg in legs:
        ends[leg.group].append(leg)
    return {
        group: (
            len(mine),
            len({end for leg in mine for end in (leg.source, leg.to)}),
            len({(leg.giver, leg.taker) for leg in mine}),
            len({end for leg in mine for end in (leg.giver, leg.taker)}),
        )
        for group, mine in ends.items()
    }
