"""Orders, receipts and balances of a county that has nothing else, laid down as the real steps leave them.

For what follows from them; how an order comes to be issued and a file accepted has tests of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Connection, text

from cunfang.orders.draft import lay_out
from cunfang.orders.paper import Leg, Paper, Terms, write_event
from cunfang.orders.signing import sign
from cunfang.region import DEFAULT_CHAIN
from cunfang.warehouse.calendar import due_date, today
from cunfang.warehouse.copy import copy_rows

REGION, PERIOD = "900777", "2025-Q4"
TERMS = Terms(max_drift=Decimal("0.05"), execute_workdays=5, issue_workdays=5, objection_workdays=0)


@dataclass(frozen=True)
class Move:
    """One transfer of an order: from and to as `bank-account`, the bank being what stands before the dash."""

    giver: str
    taker: str
    amount: Decimal


@dataclass(frozen=True)
class Receipt:
    """One row of a bank's return about a transfer."""

    leg: str
    at: str
    amount: Decimal
    outcome: str | None = None
    reference: str = "S1"
    reason: str = ""


def issued(
    connection: Connection, *moves: Move, region: str = REGION, cause: str = "测试", excused: bool = False
) -> list[str]:
    """The codes of the transfers of an order that is issued today, due five working days later.

    It is a recall, as that needs no run.
    """
    day = today(connection)
    legs = [
        Leg(_bank(m.giver), _bank(m.taker), m.giver, m.taker, "财政局", "special", m.amount, day, Decimal(0))
        for m in moves
    ]
    paper = Paper(region, PERIOD, "recall", date(2025, 12, 31), TERMS, institution=_bank(moves[0].giver), cause=cause)
    _registered(connection, region, {account for m in moves for account in (m.giver, m.taker)})
    order_no = lay_out(connection, paper, legs, DEFAULT_CHAIN)
    place = text("SELECT order_id FROM ops.transfer_order WHERE order_no = :order_no")
    order_id = connection.execute(place, {"order_no": order_no}).scalar_one()
    for actor in ("checker", "leader"):
        sign(connection, order_no, approved=True, actor=actor)
    write_event(connection, order_id, "issued", "leader")
    connection.execute(
        text("""
            INSERT INTO ops.leg_event (order_id, leg_no, status, actor, due_on, excused)
            SELECT order_id, leg_no, 'issued', 'leader', :due_on, :excused FROM ops.transfer_leg
            WHERE order_id = :order_id ORDER BY leg_no
        """),
        {"order_id": order_id, "due_on": due_date(connection, day, TERMS.execute_workdays), "excused": excused},
    )
    return [f"{order_no}-L{number:03}" for number in range(1, len(moves) + 1)]


def _registered(connection: Connection, region: str, accounts: set[str]) -> None:
    """The register of the region's accounts as of the order, accepted."""
    submission = _accepted(connection, region, PERIOD, "accounts", "", repr(sorted(accounts)))
    columns = ("submission_id", "record_no", "region", "account", "institution", "owner", "fund_category")
    rows = ((submission, n, region, a, _bank(a), "财政局", "special") for n, a in enumerate(sorted(accounts), 1))
    copy_rows(connection, "core.account", columns, rows)


def _bank(account: str) -> str:
    return account.split("-")[0]


def reported(connection: Connection, bank: str, *receipts: Receipt, region: str = REGION, period: str = PERIOD) -> int:
    """The bank's next file of receipts, accepted."""
    submission = _accepted(connection, region, period, "bank_return", bank, repr(receipts))
    columns = ("submission_id", "record_no", "region", "institution", "leg", "executed_at", "amount", "reference",
               "outcome", "reason")  # fmt: skip
    copy_rows(
        connection,
        "core.bank_return",
        columns,
        (
            (submission, number, region, bank, one.leg, datetime.fromisoformat(one.at), one.amount, one.reference,
             one.outcome, one.reason or None)
            for number, one in enumerate(receipts, start=1)
        ),
    )  # fmt: skip
    return submission


def balances(connection: Connection, day: str, held: Mapping[str, Decimal], *, region: str = REGION) -> None:
    """The finance bureau's file of balances on `day`, accepted; each day in a period of its own."""
    submission = _accepted(connection, region, _period(day), "balances", "", repr((day, sorted(held.items()))))
    _rows(connection, "core.balance", submission, region, day, list(held.items()))


def opened(connection: Connection, account: str, day: str) -> None:
    """A register of accounts with that one account, opened on `day`, accepted."""
    submission = _accepted(connection, REGION, _period(day), "accounts", "", repr((day, account)))
    columns = ("submission_id", "record_no", "region", "account", "institution", "owner", "fund_category", "opened_on")
    row = (submission, 1, REGION, account, _bank(account), "财政局", "special", date.fromisoformat(day))
    copy_rows(connection, "core.account", columns, [row])


def bank_balances(connection: Connection, bank: str, day: str, held: Mapping[str, Decimal]) -> None:
    """Balances as the bank itself reports them."""
    submission = _accepted(connection, REGION, _period(day), "bank_return", bank, repr((day, sorted(held.items()))))
    connection.execute(
        text("""
            INSERT INTO core.bank_return (submission_id, record_no, region, institution, account, as_of, balance)
            SELECT :submission, n, :region, :bank, account, :day, balance
            FROM unnest(CAST(:accounts AS text[]), CAST(:amounts AS numeric[]))
            WITH ORDINALITY AS a (account, balance, n)
        """),
        {"submission": submission, "region": REGION, "bank": bank, "day": day,
         "accounts": list(held), "amounts": list(held.values())},
    )  # fmt: skip


def _rows(
    connection: Connection, table: str, submission: int, region: str, day: str, held: Sequence[tuple[str, Decimal]]
) -> None:
    columns = ("submission_id", "record_no", "region", "account", "as_of", "balance")
    rows = ((submission, number, region, account, day, amount) for number, (account, amount) in enumerate(held, 1))
    copy_rows(connection, table, columns, rows)


def _period(day: str) -> str:
    return f"{day[:4]}-Q{(int(day[5:7]) + 2) // 3}"


def _accepted(connection: Connection, region: str, period: str, feed: str, reporter: str, content: str) -> int:
    place = {"region": region, "period": period, "feed": feed, "reporter": reporter}
    submission = connection.execute(
        text("""
            INSERT INTO raw.submission (
                region, period, feed, reporter, sequence, provider, sha256, file_name, file_size
            )
            SELECT
                :region, :period, :feed, :reporter, count(*) + 1, '算例',
                encode(sha256(convert_to(count(*) || :content, 'UTF8')), 'hex'), :feed || '.csv', 1
            FROM raw.submission
            WHERE region = :region AND period = :period AND feed = :feed AND reporter = :reporter
            RETURNING submission_id
        """),
        {**place, "content": hashlib.sha256(f"{place}{content}".encode()).hexdigest()},
    ).scalar_one()
    accepted = text("INSERT INTO raw.submission_event (submission_id, status) VALUES (:id, 'accepted')")
    connection.execute(accepted, {"id": submission})
    return int(submission)


def status(connection: Connection, leg: str) -> str:
    """Where a transfer stands."""
    return str(connection.scalar(text("SELECT status FROM ops.leg_state WHERE leg_code = :leg"), {"leg": leg}))
