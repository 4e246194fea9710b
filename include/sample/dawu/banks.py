"""The banks: names as each provider writes them, and their figures at 31 December 2025 in 万元.

Real (seed 000, printed): deposits and loans of the seven commercial banks; deposits and loans of the rural bank at the
start of the year (14.83 - 3.35 and 10.44 - 2.48 亿元). The sums over all eight close to the county totals that the seed
prints: deposits 103 亿, loans 31 亿, SME loans 18.25 亿, agricultural loans 24 亿, outlets 43; growth 22.25% and
25.34%. Everything else is made up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from dawu import calendar


@dataclass(frozen=True)
class Bank:
    """One bank. `name` is official; PBOC writes `short`, account lists `counter`, the local tax bureau `tax_name`."""

    code: str
    name: str
    short: str
    counter: str
    tax_name: str
    other_aliases: tuple[str, ...]
    type: str
    legal_person: str
    opened_on: date
    sort_no: int
    outlets: int

    @property
    def aliases(self) -> tuple[str, ...]:
        """Every spelling beside name and short name."""
        return (self.counter, self.tax_name, *self.other_aliases)

    def present(self, quarter: int) -> bool:
        """Whether the bank was open at the end of the quarter."""
        return self.opened_on <= calendar.end(quarter)


@dataclass(frozen=True)
class Books:
    """Year-end stocks of one bank in 万元; `*_start` a year before. Tags overlap, each is within `loans` (N17)."""

    deposits_start: int
    deposits: int
    loans_start: int
    loans: int
    enterprise: int
    consumer: int
    agri: int
    sme: int
    medium_long: int
    npl: int


BANKS: Final = (
    Bank("ADBC", "中国农业发展银行大悟县支行", "农发行", "农发行大悟县支行", "农业发展银行大悟支行",
         ("农业发展银行", "中国农业发展银行", "县农发行"), "政策性", "branch", date(1997, 3, 18), 10, 1),
    Bank("ICBC", "中国工商银行股份有限公司大悟县支行", "工行", "工行大悟县支行", "工商银行大悟支行",
         ("工商银行", "中国工商银行", "县工行"), "国有大行", "branch", date(1985, 1, 1), 20, 3),
    Bank("ABC", "中国农业银行股份有限公司大悟县支行", "农行", "农行大悟县支行", "农业银行大悟支行",
         ("农业银行", "中国农业银行", "县农行"), "国有大行", "branch", date(1980, 1, 1), 30, 5),
    Bank("BOC", "中国银行股份有限公司大悟支行", "中行", "中行大悟支行", "中国银行大悟支行",
         ("中国银行", "县中行"), "国有大行", "branch", date(1995, 6, 1), 40, 2),
    Bank("CCB", "中国建设银行股份有限公司大悟支行", "建行", "建行大悟支行", "建设银行大悟支行",
         ("建设银行", "中国建设银行", "县建行"), "国有大行", "branch", date(1986, 1, 1), 50, 2),
    Bank("PSBC", "中国邮政储蓄银行股份有限公司大悟县支行", "邮政储蓄银行", "邮储银行大悟县支行", "邮政储蓄银行大悟支行",
         ("邮储银行", "邮储", "中国邮政储蓄银行", "县邮储银行"), "邮储", "branch", date(2008, 4, 28), 60, 12),
    Bank("HBB", "湖北银行股份有限公司大悟支行", "湖北银行", "湖北银行大悟支行", "湖北银行大悟支行营业部",
         (), "城商行", "branch", date(2025, 10, 16), 70, 1),
    Bank("DWRCB", "湖北大悟农村商业银行股份有限公司", "农商行", "大悟农商行", "大悟农村商业银行",
         ("农商银行", "农村商业银行", "县农商行"), "农商行", "local", date(2011, 7, 5), 80, 17),
)  # fmt: skip

BOOKS: Final = {
    "ADBC": Books(38640, 44622, 30230, 36395, 36395, 0, 36100, 13120, 33900, 255),
    "ICBC": Books(97400, 117700, 52300, 64600, 45300, 15900, 36400, 38200, 39800, 840),
    "ABC": Books(193900, 234100, 34600, 41100, 24800, 13400, 31200, 20100, 22600, 780),
    "BOC": Books(124600, 150300, 20500, 24100, 16200, 6900, 13800, 13900, 12100, 385),
    "CCB": Books(91300, 108800, 14900, 17400, 10100, 6700, 9300, 8900, 9700, 800),
    "PSBC": Books(181900, 220100, 15200, 19000, 6100, 9700, 14900, 7300, 10400, 330),
    "HBB": Books(0, 6078, 0, 3005, 2560, 310, 1800, 2380, 900, 0),
    "DWRCB": Books(114800, 148300, 79600, 104400, 61700, 21300, 96500, 78600, 28300, 3550),
}


def present(quarter: int) -> tuple[Bank, ...]:
    """The banks open at the end of the quarter, in official order."""
    return tuple(bank for bank in BANKS if bank.present(quarter))
