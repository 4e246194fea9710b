"""What a check compares a file with: the period, the registers, the figures reported before. No database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from cunfang.institution import AREAS, Register
from cunfang.period import Period
from cunfang.quality.suspension import Suspension


@dataclass(frozen=True)
class Bank:
    """One institution of the standing register."""

    type: str = ""
    opened_on: date | None = None
    closed_on: date | None = None


@dataclass(frozen=True)
class Account:
    """One account of the standing register."""

    institution: str
    fund_category: str
    opened_on: date | None = None
    closed_on: date | None = None


@dataclass(frozen=True)
class Document:
    """A file that lies beside a register: its digest and size, or what keeps it from being taken (`fault`)."""

    name: str
    sha256: str = ""
    size: int = 0
    fault: str = ""


@dataclass(frozen=True)
class Transfer:
    """One transfer that an order lists, amount in yuan; `parties` are payer and payee, and who has taken them over.

    `issued_on` is the day it was first issued; `status` as in ops.leg_state.
    """

    payer: str
    payee: str
    parties: frozenset[str]
    amount: Decimal
    status: str
    issued_on: date | None = None


@dataclass(frozen=True)
class Ordered:
    """The transfers of a region by code, and the day that the first of them was issued."""

    since: date
    legs: Mapping[str, Transfer]


@dataclass(frozen=True)
class Basis:
    """What is known beside the file. A part that is None is not known, and the checks that need it are left out.

    `reporter`: the folder that a bank's own file lay in, "" where it lay in none.
    `previous` and `december`: institution → column → amount in yuan, as reported for the period before and for last
    December by the same feed. `suspensions`: the checks that are suspended for this region and period. `documents`:
    the files that the rows name, by name. `published`: the periods whose official result is published.
    `ordered`: the transfers that a bank's receipts may speak of, once the region has issued any.
    """

    period: Period
    banks: Mapping[str, Bank] | None = None
    register: Register | None = None
    accounts: Mapping[str, Account] | None = None
    fund_categories: frozenset[str] | None = None
    previous: Mapping[str, Mapping[str, Decimal]] | None = None
    december: Mapping[str, Mapping[str, Decimal]] | None = None
    reporter: str | None = None
    suspensions: tuple[Suspension, ...] = ()
    documents: Mapping[str, Document] | None = None
    published: frozenset[str] | None = None
    ordered: Ordered | None = None

    def knows(self, need: str) -> bool:
        """Whether the part that a check names in `meta.needs` is there."""
        return getattr(self, need) is not None

    def parameters(self) -> dict[str, object]:
        """The values that `{"$PARAMETER": …}` in a suite stand for."""
        end = self.period.end
        return {
            "period_start": self.period.start,
            "period_end": end,
            "period_end_moment": datetime.combine(end, time.max),
            "previous_start": datetime.combine(self.period.previous().start, time.min),
            "year_start": self.period.year_start,
            "year": self.period.year,
            "institutions": sorted(self.banks or ()),
            "open_institutions": sorted(
                code for code, bank in (self.banks or {}).items() if bank.type not in AREAS and _open(bank, end)
            ),
            "accounts": sorted(self.accounts or ()),
            "open_accounts": sorted(code for code, entry in (self.accounts or {}).items() if _open(entry, end)),
            "fund_categories": sorted(self.fund_categories or ()),
        }


def _open(entry: Bank | Account, day: date) -> bool:
    return (entry.opened_on is None or entry.opened_on <= day) and (entry.closed_on is None or entry.closed_on > day)
