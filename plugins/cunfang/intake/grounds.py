"""The grounds of a check: the registers and earlier figures that stand for a submission, pinned by submission."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, text

from cunfang.institution import Register
from cunfang.intake.submissions import Submission
from cunfang.period import Period
from cunfang.quality.basis import Account, Bank, Basis
from cunfang.warehouse import sql

NOW = 2**63 - 1
"""A watermark after every event."""
FIRST = "0000-Q1"
INSTITUTIONS, ACCOUNTS = "institutions", "accounts"
Figures = Mapping[str, Mapping[str, Decimal]]


@dataclass(frozen=True)
class Pins:
    """Submissions that a check compares with; None where there is none."""

    institutions: int | None
    accounts: int | None
    previous: int | None
    december: int | None


def standing(
    connection: Connection, region: str, feed: str, last: Period, watermark: int = NOW, first: Period | None = None
) -> int | None:
    """The accepted version of `feed` for the latest period up to `last`, as of the event `watermark`."""
    row = sql.rows(
        connection,
        "core/standing.sql",
        {
            "region": region,
            "feed": feed,
            "first": str(first) if first else FIRST,
            "last": str(last),
            "watermark": watermark,
        },
    )
    return int(row[0]["submission_id"]) if row else None


def pins(connection: Connection, submission: Submission, watermark: int = NOW) -> Pins:
    """What stands for `submission` as of the event `watermark`."""
    region, period, feed = submission.region, submission.period, submission.feed
    before, december = period.previous(), Period(period.year - 1, 4)

    def register(name: str) -> int | None:
        return None if feed == name else standing(connection, region, name, period, watermark)

    return Pins(
        register(INSTITUTIONS),
        register(ACCOUNTS),
        standing(connection, region, feed, before, watermark, first=before),
        standing(connection, region, feed, december, watermark, first=december),
    )


def pins_of_check(connection: Connection, submission: Submission) -> Pins:
    """What stood when `submission` was last checked: a decision is taken on the same grounds."""
    watermark = connection.execute(
        text("SELECT max(event_id) FROM raw.submission_event WHERE submission_id = :id AND status = 'checked'"),
        {"id": submission.submission_id},
    ).scalar_one()
    return pins(connection, submission, int(watermark))


def basis(connection: Connection, submission: Submission, pinned: Pins) -> Basis:
    """The values behind `pinned`."""
    banks, register = _banks(connection, pinned.institutions)
    categories = frozenset(row["fund_category"] for row in sql.rows(connection, "core/fund_categories.sql"))
    period = submission.period
    before = None if submission.contract.table == "core.tax" and period.quarter == 1 else pinned.previous
    return Basis(
        period,
        banks=banks,
        register=register,
        accounts=_accounts(connection, pinned.accounts),
        fund_categories=categories,
        previous=_earlier(connection, submission, before, period.previous(), pinned),
        december=_earlier(connection, submission, pinned.december, Period(period.year - 1, 4), pinned),
        reporter=submission.reporter if submission.contract.reporter else None,
    )


def _banks(connection: Connection, submission_id: int | None) -> tuple[dict[str, Bank] | None, Register | None]:
    if submission_id is None:
        return None, None
    rows = sql.rows(connection, "core/register.sql", {"submission": submission_id})
    banks = {row["institution"]: Bank(row["type"], row["opened_on"], row["closed_on"]) for row in rows}
    spellings = ((row["institution"], (row["name"], row["short_name"] or "", *row["aliases"])) for row in rows)
    return banks, Register.build(spellings)


def _accounts(connection: Connection, submission_id: int | None) -> dict[str, Account] | None:
    if submission_id is None:
        return None
    rows = sql.rows(connection, "core/accounts.sql", {"submission": submission_id})
    return {
        row["account"]: Account(row["institution"], row["fund_category"], row["opened_on"], row["closed_on"])
        for row in rows
    }


_EARLIER = {
    "core.credit": "core/earlier_credit.sql",
    "core.tax": "core/earlier_tax.sql",
    "core.balance": "core/earlier_balance.sql",
}


def _earlier(
    connection: Connection, submission: Submission, earlier: int | None, then: Period, pinned: Pins
) -> Figures | None:
    """Figures of the same feed at `then`, by institution; None where it was not reported."""
    path = _EARLIER.get(submission.contract.table)
    if earlier is None or path is None:
        return None
    rows = sql.rows(connection, path, {"submission": earlier, "as_of": then.end, "accounts": pinned.accounts})
    return {
        row["institution"]: {name: value for name, value in row.items() if isinstance(value, Decimal)} for row in rows
    }
