"""Counties whose targets are set, put straight before the transfers: lineage, stock and plan are the SQL's."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, text

from cunfang.evaluation.planning import plan_transfers
from cunfang.warehouse.copy import copy_rows
from cunfang.warehouse.sql import run
from evaluation.result import Result, results

AS_OF = date(2025, 12, 31)
ZERO = Decimal(0)


@dataclass(frozen=True)
class Account:
    """An account; `bank` is in whose name it stands, no balance: none was delivered. Amounts in yuan."""

    code: str
    bank: str
    owner: str
    category: str
    balance: Decimal | None
    adjustable: bool | None = None
    matures_on: date | None = None
    opened_on: date | None = None
    closed_on: date | None = None
    pool: bool = False


@dataclass(frozen=True)
class Moved:
    """A transfer that was executed after the base date."""

    giver: str
    taker: str
    from_account: str
    to_account: str
    amount: Decimal


@dataclass(frozen=True)
class Placed:
    """A county with the target of each bank; `heirs`: who carries on the business of a bank that is gone."""

    min_leg: Decimal
    accounts: tuple[Account, ...]
    targets: dict[str, Decimal]
    heirs: dict[str, str]
    moved: tuple[Moved, ...] = ()

    def bank(self, account: Account) -> str:
        """Whose account it is now."""
        return self.heirs.get(account.bank, account.bank)

    def held(self) -> dict[str, Decimal]:
        """What each account holds: its balance, and what was moved since."""
        holds = {a.code: a.balance or ZERO for a in self.accounts}
        for one in self.moved:
            holds[one.from_account] -= one.amount
            holds[one.to_account] += one.amount
        return holds

    def current(self) -> dict[str, Decimal]:
        """What each bank with a target holds."""
        holds, sums = self.held(), dict.fromkeys(self.targets, ZERO)
        for account in self.accounts:
            sums[self.bank(account)] += holds[account.code]
        return sums


Order = Callable[[Iterable[Any]], list[Any]]
"""The physical order in which the rows of a table are written."""


def shuffled(seed: int) -> Order:
    """Another order of the rows of each table."""
    chance = random.Random(seed)  # noqa: S311 - an order, not a secret

    def order(rows: Iterable[Any]) -> list[Any]:
        written = list(rows)
        return chance.sample(written, len(written))

    return order


def planned(connection: Connection, counties: Sequence[Placed], order: Order = list) -> list[int]:
    """Lay `counties`, plan their transfers together, and give their run ids, in the order of `counties`."""
    runs = laid(connection, counties, order)
    connection.execute(text("CREATE TEMPORARY TABLE batch (run_id bigint PRIMARY KEY) ON COMMIT DROP"))
    copy_rows(connection, "batch", ("run_id",), order((run_id,) for run_id in runs))
    connection.execute(text("ANALYZE batch"))
    run(connection, "eval/05_lineage.sql")
    run(connection, "eval/20_holdings.sql")
    run(connection, "eval/60_totals.sql")
    _allocated(connection, list(zip(runs, counties, strict=True)), order)
    plan_transfers(connection, runs)
    run(connection, "eval/90_adjustment.sql")
    return runs


def outcomes(connection: Connection, counties: Sequence[Placed]) -> list[Result]:
    """What came of `counties`, planned in one batch."""
    return results(connection, planned(connection, counties))


def laid(connection: Connection, counties: Sequence[Placed], order: Order) -> list[int]:
    """Rule books, runs, and the three registers of each county; ids are the places, from one on."""
    runs = list(range(1, len(counties) + 1))
    numbered = list(zip(runs, counties, strict=True))
    _rulebooks(connection, {county.min_leg for county in counties})
    books = {
        row.min_leg: row.rulebook_id
        for row in connection.execute(text("SELECT min_leg, rulebook_id FROM eval.rulebook"))
    }
    heads = ((i, _region(i), "2025-Q4", AS_OF, date(2025, 1, 1), books[c.min_leg], f"{i}") for i, c in numbered)
    columns = ("run_id", "region", "period", "as_of", "year_start", "rulebook_id", "input_hash")
    copy_rows(connection, "eval.run", columns, order(heads))
    files = [(len(FEEDS) * i + n, i, feed) for i in runs for n, feed in enumerate(FEEDS)]
    columns = ("submission_id", "region", "period", "feed", "sequence", "provider", "sha256", "file_name", "file_size")
    told = ((f, _region(i), "2025-Q4", feed, 1, "示例", "0" * 64, "示例.csv", 1) for f, i, feed in files)
    copy_rows(connection, "raw.submission", columns, order(told))
    pinned = ((i, f, feed, feed, "2025-Q4", "-") for f, i, feed in files)
    columns = ("run_id", "submission_id", "feed", "family", "period", "sha256")
    copy_rows(connection, "eval.run_input", columns, order(pinned))
    _delivered(connection, numbered, order)
    return runs


NO = (None, None)
FEEDS = ("institutions", "accounts", "balances")


def _region(number: int) -> str:
    return f"{100000 + number}"


def _rulebooks(connection: Connection, least: Iterable[Decimal]) -> None:
    same = ("test", "测试", "测试", date(2009, 1, 1), 100, "stock", Decimal("0.01"), 3, "{}", "commercial")
    columns = (
        *("rulebook_id", "content_hash", "min_leg", "code", "name", "document", "effective_from", "full_scale"),
        *("quota_mode", "rounding_unit", "disqualification_years", "content", "scheme"),
    )
    rows = ((i, f"{i}", amount, *same) for i, amount in enumerate(sorted(least), start=1))
    copy_rows(connection, "eval.rulebook", columns, rows)


def _delivered(connection: Connection, numbered: Sequence[tuple[int, Placed]], order: Order) -> None:
    """Institutions, banks that take part, accounts, balances, and what was moved since."""
    banks = (
        (
            len(FEEDS) * i,
            n,
            _region(i),
            code,
            f"{code}行",
            "国有大行",
            *((AS_OF, c.heirs[code]) if code in c.heirs else NO),
        )
        for i, c in numbered
        for n, code in enumerate(order((*c.targets, *c.heirs)), start=1)
    )
    columns = ("submission_id", "record_no", "region", "institution", "name", "type", "closed_on", "successor")
    copy_rows(connection, "core.institution", columns, order(banks))
    taking_part = (
        (i, code, f"{code}行", code, "国有大行", 1, "commercial") for i, c in numbered for code in order(c.targets)
    )
    columns = ("run_id", "institution", "name", "short_name", "type", "sort_no", "role")
    copy_rows(connection, "eval.participant", columns, order(taking_part))
    listed = [(i, n, a) for i, c in numbered for n, a in enumerate(order(c.accounts), start=1)]
    columns = ("account", "institution", "owner", "fund_category", "adjustable", "opened_on", "closed_on", "role")
    registered = (
        (
            *(
                len(FEEDS) * i + 1,
                n,
                _region(i),
                a.code,
                a.bank,
                a.owner,
                a.category,
                a.adjustable,
                a.opened_on,
                a.closed_on,
            ),
            "pool" if a.pool else None,
        )
        for i, n, a in listed
    )
    copy_rows(connection, "core.account", ("submission_id", "record_no", "region", *columns), order(registered))
    columns = ("submission_id", "record_no", "region", "account", "as_of", "balance", "matures_on")
    balances = (
        (len(FEEDS) * i + 2, n, _region(i), a.code, AS_OF, a.balance, a.matures_on)
        for i, n, a in listed
        if a.balance is not None
    )
    copy_rows(connection, "core.balance", columns, order(balances))
    columns = (
        *("run_id", "leg_code", "order_no", "from_institution", "to_institution", "from_account", "to_account"),
        *("amount", "issued_on", "due_on", "executed_on", "excused", "timed", "moved"),
    )
    known = (
        (i, f"{n}", "文1", m.giver, m.taker, m.from_account, m.to_account, m.amount, *[AS_OF] * 3, False, False, True)
        for i, c in numbered
        for n, m in enumerate(c.moved)
    )
    copy_rows(connection, "eval.run_leg", columns, order(known))


def _allocated(connection: Connection, numbered: Sequence[tuple[int, Placed]], order: Order) -> None:
    """Totals and targets; nothing binds them."""
    totals = ((i, ZERO, sum(c.targets.values(), ZERO), ZERO, "测试") for i, c in numbered)
    copy_rows(connection, "eval.quota", ("run_id", "stock", "total", "set_aside", "derivation"), order(totals))
    targets = [(i, bank, c.targets[bank], current) for i, c in numbered for bank, current in order(c.current().items())]
    columns = ("run_id", "institution", "current_amount", "rigid_amount", "floor_amount", "raw_target")
    bounded = ((i, bank, current, ZERO, ZERO, target, target, "none") for i, bank, target, current in targets)
    copy_rows(connection, "eval.bounded", (*columns, "bounded_target", "binding"), order(bounded))
    copy_rows(connection, "eval.allocation", ("run_id", "institution", "target", "current_amount"), order(targets))
