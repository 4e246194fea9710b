"""Deposits and loans of each bank at each quarter end, in 万元 (feed `pboc_credit`)."""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace
from decimal import Decimal
from typing import Final

from dawu import calendar
from dawu.banks import BOOKS, Bank, present
from dawu.table import Table

COLUMNS: Final = (
    "institution as_of deposits loans loans_enterprise loans_consumer loans_agri loans_sme loans_micro loans_farmer"
    " loans_green loans_medium_long npl deposits_year_start loans_year_start"
)
WAN: Final = 10_000
PACE: Final = {1: 31, 2: 57, 3: 80, 4: 100}
"""Per cent of the year's growth reached by the end of each quarter."""

CLERICAL_ERROR: Final = ("CCB", 89_000)
"""What the first delivery of 2025-Q4 says of 建行's SME loans: a zero too many, five times its loans in all."""


@dataclass(frozen=True)
class Credit:
    """One bank at one quarter end, 万元, in the order of the canonical columns."""

    deposits: int
    loans: int
    enterprise: int
    consumer: int
    agri: int
    sme: int
    micro: int
    farmer: int
    green: int
    medium_long: int
    npl: int
    deposits_start: int
    loans_start: int


Sheet = tuple[tuple[Bank, Credit], ...]


def sheet(quarter: int) -> Sheet:
    """All banks of the quarter, as they are."""
    return tuple((bank, _credit(bank, quarter)) for bank in present(quarter))


def sheet_with_error(quarter: int) -> Sheet:
    """The same with one figure mistyped."""
    code, typed = CLERICAL_ERROR
    return tuple((bank, replace(row, sme=typed) if bank.code == code else row) for bank, row in sheet(quarter))


def totals(rows: Sheet) -> Credit:
    """The 合计 row."""
    return Credit(*(sum(column) for column in zip(*(astuple(row) for _, row in rows), strict=True)))


def canonical(quarter: int) -> Table:
    """The quarter in yuan."""
    as_of = calendar.end(quarter)
    return Table.of(
        COLUMNS,
        ((bank.code, as_of, *(Decimal(cell * WAN) for cell in astuple(row))) for bank, row in sheet(quarter)),
    )


def _credit(bank: Bank, quarter: int) -> Credit:
    """Year-end figures stand as given; earlier quarters lie on the way there, a little beside the line."""
    books = BOOKS[bank.code]
    dice = calendar.dice(f"credit/{bank.code}")
    pace = [PACE[q] + (dice.randint(-4, 4) if q < 4 else 0) for q in calendar.QUARTERS][quarter - 1]
    loans = books.loans_start + (books.loans - books.loans_start) * pace // 100

    def tag(year_end: int) -> int:
        drift = [dice.randint(985, 1005) if q < 4 else 1000 for q in calendar.QUARTERS][quarter - 1]
        return year_end * loans * drift // (books.loans * 1000)

    agri, sme = tag(books.agri), tag(books.sme)
    return Credit(
        deposits=books.deposits_start + (books.deposits - books.deposits_start) * pace // 100,
        loans=loans,
        enterprise=min(loans, tag(books.enterprise)),
        consumer=tag(books.consumer),
        agri=min(loans, agri),
        sme=sme,
        micro=sme * dice.randint(55, 80) // 100,
        farmer=agri * dice.randint(20, 34) // 100,
        green=loans * dice.randint(4, 11) // 100,
        medium_long=tag(books.medium_long),
        npl=tag(books.npl),
        deposits_start=books.deposits_start,
        loans_start=books.loans_start,
    )
