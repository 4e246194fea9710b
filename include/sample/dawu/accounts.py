"""Accounts that hold public money, and their balances (feeds `accounts`, `balances`; S01, S02). All made up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from dawu import calendar
from dawu.banks import BANKS
from dawu.table import Table

ACCOUNT_COLUMNS: Final = "account institution owner fund_category adjustable basis opened_on closed_on"
BALANCE_COLUMNS: Final = "account as_of balance matures_on"
CATEGORY_WORDS: Final = {
    "special": "专项资金",
    "fiscal_nontax": "非税",
    "fiscal_social": "社保",
    "fiscal_fund": "政府性基金",
    "unit": "往来资金",
    "township": "乡镇对公",
}
NONTAX: Final = "示例数据：非税收入财政专户"
TREASURY: Final = "大悟县财政局国库股"
SOCIAL: Final = "大悟县社会保险中心"
EDUCATION: Final = "大悟县教育局"
WATER: Final = "大悟县水利局"
FARMING: Final = "大悟县农业农村局"
ADJUSTABLE_DECISION: Final = "悟政金〔2025〕2号（示例）"
FEN: Final = Decimal("0.01")
BANK_NUMBER: Final = {bank.code: bank.sort_no for bank in BANKS}


@dataclass(frozen=True)
class Account:
    """One account. `level` is about its balance at the end of 2025 in 万元; one with `matures_on` holds just it."""

    bank: str
    serial: int
    owner: str
    category: str
    level: int
    matures_on: date | None = None
    adjustable_from: date | None = None
    basis: str = "示例数据"
    opened_on: date = date(2018, 3, 12)
    closed_on: date | None = None

    @property
    def number(self) -> str:
        """9900, the region, the bank, a running number: made-up digits."""
        return f"9900{calendar.REGION}{BANK_NUMBER[self.bank]:02d}{self.serial:04d}"

    @property
    def title(self) -> str:
        """The account's name as the bank keeps it."""
        return f"{self.owner}（{CATEGORY_WORDS[self.category]}）"

    def known(self, quarter: int) -> bool:
        """Whether the register of the quarter lists it."""
        return self.opened_on <= calendar.end(quarter)

    def holds_money(self, quarter: int) -> bool:
        """Whether it was open at the end of the quarter."""
        return self.known(quarter) and (self.closed_on is None or self.closed_on > calendar.end(quarter))

    def adjustable(self, quarter: int) -> bool | None:
        """The register's flag: true once the decision holds, else empty, by category (S02)."""
        return True if self.adjustable_from and self.adjustable_from <= calendar.end(quarter) else None

    def grounds(self, quarter: int) -> str:
        """Why the account is there, and by which decision it moves."""
        return f"{self.basis}，按{ADJUSTABLE_DECISION}可以调整" if self.adjustable(quarter) else self.basis

    def balance(self, quarter: int) -> Decimal:
        """Yuan at the end of the quarter, to the fen."""
        if self.matures_on:
            return Decimal(self.level * 10_000).quantize(FEN)
        dice = calendar.dice(f"balance/{self.number}/{quarter}")
        spread = 60 if quarter == 4 else 700
        per_myriad = 10_000 - (4 - quarter) * 350 + dice.randint(-spread, spread)
        return (Decimal(self.level * per_myriad * 100 + dice.randint(-999_999, 999_999)) / 100).quantize(FEN)


ACCOUNTS: Final = (
    Account("ADBC", 1, FARMING, "special", 2400, basis="示例数据：高标准农田项目资本金"),
    Account("ADBC", 2, WATER, "special", 1200, basis="示例数据：水库除险加固项目资本金"),
    Account("ICBC", 1, TREASURY, "unit", 2900),
    Account("ICBC", 2, EDUCATION, "special", 2600),
    Account("ICBC", 3, SOCIAL, "fiscal_social", 2200, basis="示例数据：社会保险基金财政专户"),
    Account("ICBC", 4, TREASURY, "fiscal_fund", 1800),
    Account("ABC", 1, TREASURY, "unit", 3900),
    Account("ABC", 2, TREASURY, "fiscal_fund", 3700),
    Account("ABC", 3, EDUCATION, "special", 2600),
    Account("ABC", 4, TREASURY, "fiscal_nontax", 2300, adjustable_from=date(2025, 10, 20), basis=NONTAX),
    Account("ABC", 5, SOCIAL, "fiscal_social", 3300, basis="示例数据：社会保险基金财政专户"),
    Account("ABC", 6, "大悟县城关镇财政所", "township", 1200),
    Account("BOC", 1, TREASURY, "unit", 2700),
    Account("BOC", 2, EDUCATION, "special", 3100, matures_on=date(2025, 11, 20), basis="示例数据：一年期定期，已到期"),
    Account("BOC", 3, FARMING, "special", 1900),
    Account("BOC", 4, SOCIAL, "fiscal_social", 1800, basis="示例数据：社会保险基金财政专户"),
    Account("CCB", 1, TREASURY, "unit", 3100),
    Account("CCB", 2, EDUCATION, "special", 2100),
    Account("CCB", 3, WATER, "special", 2700, basis="示例数据：水利发展专项资金"),
    Account("CCB", 4, TREASURY, "fiscal_fund", 900, matures_on=date(2026, 6, 30), basis="示例数据：一年期定期"),
    Account("CCB", 5, TREASURY, "fiscal_nontax", 2700, basis=NONTAX),
    Account("CCB", 6, FARMING, "unit", 400, basis="示例数据：清理归并，已销户", closed_on=date(2025, 6, 20)),
    Account("PSBC", 1, SOCIAL, "fiscal_social", 5200, basis="示例数据：城乡居民养老保险财政专户"),
    Account("PSBC", 2, "大悟县宣化店镇财政所", "township", 1900),
    Account("PSBC", 3, "大悟县大新镇财政所", "township", 1300),
    Account("PSBC", 4, TREASURY, "unit", 1300),
    Account("PSBC", 5, FARMING, "special", 900, matures_on=date(2026, 3, 20), basis="示例数据：一年期定期"),
    Account("HBB", 1, TREASURY, "unit", 600, basis="示例数据：新设机构开户", opened_on=date(2025, 11, 6)),
    Account("DWRCB", 1, TREASURY, "unit", 2100),
    Account("DWRCB", 2, EDUCATION, "special", 1400),
    Account("DWRCB", 3, TREASURY, "fiscal_fund", 1600),
    Account("DWRCB", 4, FARMING, "special", 1100),
    Account("DWRCB", 5, SOCIAL, "fiscal_social", 1300, basis="示例数据：社会保险基金财政专户"),
    Account("DWRCB", 6, TREASURY, "fiscal_nontax", 2000, basis=NONTAX),
    Account("DWRCB", 7, "大悟县芳畈镇财政所", "township", 1400),
    Account("DWRCB", 8, "大悟县夏店镇财政所", "township", 1100),
)  # fmt: skip


def account(bank: str, serial: int) -> Account:
    """The account of a bank with that running number."""
    return next(a for a in ACCOUNTS if (a.bank, a.serial) == (bank, serial))


def held(quarter: int) -> tuple[Account, ...]:
    """The accounts with money at the end of the quarter."""
    return tuple(a for a in ACCOUNTS if a.holds_money(quarter))


def register(quarter: int) -> Table:
    """The whole register as it stood at the end of the quarter."""
    day = calendar.end(quarter)
    return Table.of(
        ACCOUNT_COLUMNS,
        (
            (
                a.number, a.bank, a.owner, a.category, a.adjustable(quarter), a.grounds(quarter), a.opened_on,
                a.closed_on if a.closed_on and a.closed_on <= day else None,
            )
            for a in ACCOUNTS
            if a.known(quarter)
        ),
    )  # fmt: skip


def balances(quarter: int) -> Table:
    """Every open account's balance."""
    day = calendar.end(quarter)
    return Table.of(BALANCE_COLUMNS, ((a.number, day, a.balance(quarter), a.matures_on) for a in held(quarter)))
