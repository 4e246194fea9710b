"""What banks say themselves: balances of public accounts, receipts of legs, totals (`bank_return`; S13). Made up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from dawu import calendar, credit, service
from dawu.accounts import Account, held
from dawu.banks import BANKS, Bank
from dawu.office import Cell, Form, one_row
from dawu.table import Table

COLUMNS: Final = "institution account as_of balance deposits loans leg executed_at amount reference"
RETURNING: Final = ("ABC", "DWRCB")
"""Banks that deliver a return; the first has executed a leg, and so has a third sheet."""

NOTE: Final = "注：本表为示例数据，账号、流水号均为虚构。"


@dataclass(frozen=True)
class Receipt:
    """One executed leg, amount in yuan."""

    leg: str
    executed_on: date
    amount: Decimal
    reference: str


def receipts(bank: str, quarter: int) -> tuple[Receipt, ...]:
    """The bank's legs that were done in the quarter, as the finance bureau's events have them."""
    names = service.TIMELINESS_COLUMNS.split()
    events = [dict(zip(names, row, strict=True)) for row in service.timeliness(quarter).rows]
    done = [e for e in events if e["kind"] == "adjustment" and e["institution"] == bank and e["done_at"]]
    return tuple(
        Receipt(e["leg"], date.fromisoformat(e["done_at"]), Decimal(e["amount"]), f"SL{calendar.YEAR}{quarter}{n:04d}")
        for n, e in enumerate(done, start=1)
    )


def canonical(code: str, quarter: int) -> Table:
    """One bank's return in canonical form: totals, accounts, receipts."""
    day = calendar.end(quarter)
    deposits, loans = _totals(code, quarter)
    return Table.of(
        COLUMNS,
        (
            *((code, a.number, day, a.balance(quarter), *[None] * 6) for a in _accounts(code, quarter)),
            *((code, *[None] * 5, r.leg, r.executed_on, r.amount, r.reference) for r in receipts(code, quarter)),
            (code, None, day, None, deposits, loans, *[None] * 4),
        ),
    )


def forms(code: str, quarter: int) -> Iterator[Form]:
    """The sheets of the bank's workbook: 账户余额, 执行回执 if it has any, 存贷款."""
    bank = next(bank for bank in BANKS if bank.code == code)
    filler, end = bank.counter, calendar.month_end_words(quarter)
    balances = [(bank.counter, a.number, a.title, a.balance(quarter)) for a in _accounts(code, quarter)]
    total = sum((balance for *_, balance in balances), Decimal())
    yield Form(
        "账户余额", f"{bank.counter}财政性存款账户余额表（{end}）", filler, "元",
        one_row("填报机构", "账号", "户名", "期末余额"), [*balances, ("合计", None, None, total)], (NOTE,), 2,
    )  # fmt: skip
    if done := receipts(code, quarter):
        yield Form(
            "执行回执", f"{bank.counter}存款调整执行回执（{calendar.quarter_words(quarter)}）", filler, "元",
            one_row("填报机构", "划转明细编号", "执行时间", "划转金额", "交易流水号"),
            [_receipt_row(bank, receipt) for receipt in done], (NOTE,), 2,
        )  # fmt: skip
    deposits, loans = _totals(code, quarter)
    yield Form(
        "存贷款", f"{bank.counter}存贷款余额（{end}）", filler, "万元",
        one_row("填报机构", "各项存款余额", "各项贷款余额"),
        [(bank.counter, deposits / credit.WAN, loans / credit.WAN)], (NOTE,), 2,
    )  # fmt: skip


def _receipt_row(bank: Bank, receipt: Receipt) -> tuple[Cell, ...]:
    day = datetime.combine(receipt.executed_on, datetime.min.time())
    return bank.counter, receipt.leg, day, receipt.amount, receipt.reference


def _accounts(code: str, quarter: int) -> tuple[Account, ...]:
    return tuple(account for account in held(quarter) if account.bank == code)


def _totals(code: str, quarter: int) -> tuple[Decimal, Decimal]:
    """Deposits and loans in yuan, as the PBOC branch has them too."""
    row = next(row for bank, row in credit.sheet(quarter) if bank.code == code)
    return Decimal(row.deposits * credit.WAN), Decimal(row.loans * credit.WAN)
