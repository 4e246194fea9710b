"""The grounds of a check: the registers and earlier figures that stand for a submission, pinned by submission."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from sqlalchemy import Connection, text

from cunfang.institution import Entry, Register, heirs
from cunfang.intake.submissions import Submission
from cunfang.period import Period
from cunfang.quality.basis import Account, Bank, Basis, Ordered, Transfer
from cunfang.quality.suspension import in_force
from cunfang.region import load_region
from cunfang.spellings import Place, place_of, register_of
from cunfang.warehouse import sql

NOW = 2**63 - 1
"""A watermark after every event."""
FIRST = "0000-Q1"
INSTITUTIONS, ACCOUNTS = "institutions", "accounts"
DECISIONS = "core.decision"
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
    asked = {feed: (feed, str(first) if first else FIRST, str(last))}
    return _standing(connection, region, asked, watermark).get(feed)


def _standing(
    connection: Connection, region: str, asked: Mapping[str, tuple[str, str, str]], watermark: int
) -> dict[str, int]:
    """Of each part asked for, by feed, first and last period, the version that stands; in one question."""
    feeds, firsts, lasts = (list(column) for column in zip(*asked.values(), strict=True))
    said = {"parts": list(asked), "feeds": feeds, "firsts": firsts, "lasts": lasts}
    rows = sql.rows(connection, "core/standing.sql", said | {"region": region, "watermark": watermark})
    return {row["part"]: row["submission_id"] for row in rows}


def pins(connection: Connection, submission: Submission, watermark: int = NOW) -> Pins:
    """What stands for `submission` as of the event `watermark`."""
    period, feed = submission.period, submission.feed
    before, december = str(period.previous()), str(Period(period.year - 1, 4))
    registers = {name: (name, FIRST, str(period)) for name in (INSTITUTIONS, ACCOUNTS) if name != feed}
    earlier = {"previous": (feed, before, before), "december": (feed, december, december)}
    found = _standing(connection, submission.region, registers | earlier, watermark)
    return Pins(found.get(INSTITUTIONS), found.get(ACCOUNTS), found.get("previous"), found.get("december"))


def pins_of_check(connection: Connection, submission: Submission) -> Pins:
    """What stood when `submission` was last checked: a decision is taken on the same grounds."""
    watermark = connection.execute(
        text("SELECT max(event_id) FROM raw.submission_event WHERE submission_id = :id AND status = 'checked'"),
        {"id": submission.submission_id},
    ).scalar_one()
    return pins(connection, submission, int(watermark))


def basis(connection: Connection, submission: Submission, pinned: Pins) -> Basis:
    """The values behind `pinned`."""
    entries = _entries(connection, pinned.institutions)
    categories = frozenset(row["fund_category"] for row in sql.rows(connection, "core/fund_categories.sql"))
    period = submission.period
    today = heirs(entries or (), period.end)
    before = None if submission.contract.table == "core.tax" and period.quarter == 1 else pinned.previous
    return Basis(
        period,
        banks=None if entries is None else {e.code: Bank(e.type, e.opened_on, e.closed_on) for e in entries},
        register=None if entries is None else _named(entries, submission),
        accounts=_accounts(connection, pinned.accounts),
        fund_categories=categories,
        previous=_earlier(connection, submission, before, period.previous(), pinned, today),
        december=_earlier(connection, submission, pinned.december, Period(period.year - 1, 4), pinned, today),
        reporter=submission.reporter if submission.contract.reporter else None,
        suspensions=in_force(submission.region, period),
        ordered=_ordered(connection, submission, today) if submission.contract.reporter else None,
        published=_published(connection, submission.region) if submission.contract.table == DECISIONS else None,
    )


def _published(connection: Connection, region: str) -> frozenset[str]:
    """The periods whose official result is published: a decision comes too late to waive them (S14)."""
    return frozenset(row["period"] for row in sql.rows(connection, "core/published.sql", {"region": region}))


def _ordered(connection: Connection, submission: Submission, today: Mapping[str, str]) -> Ordered | None:
    """The region's transfers, also those of a bank that has been taken over since; None before any was issued."""
    rows = sql.rows(connection, "core/ordered_legs.sql", {"region": submission.region})
    if not rows or rows[0]["since"] is None:
        return None
    legs = {}
    for row in rows:
        sides = {row["payer"], row["payee"]} - {""}
        parties = frozenset(sides | {today.get(bank, bank) for bank in sides})
        legs[row["leg_code"]] = Transfer(
            row["payer"], row["payee"], parties, row["amount"], row["status"], row["issued_on"]
        )
    return Ordered(rows[0]["since"], legs)


def standing_register(connection: Connection, submission: Submission) -> Register | None:
    """The register of institutions that stands for `submission` now; None where none was accepted."""
    entries = _entries(connection, pins(connection, submission).institutions)
    return None if entries is None else _named(entries, submission)


def _entries(connection: Connection, submission_id: int | None) -> list[Entry] | None:
    if submission_id is None:
        return None
    return [
        Entry(
            row["institution"],
            row["name"],
            (row["short_name"] or "", *row["aliases"]),
            row["type"],
            row["opened_on"],
            row["closed_on"],
            row["successor"] or "",
        )
        for row in sql.rows(connection, "core/register.sql", {"submission": submission_id})
    ]


def register(connection: Connection, submission: Submission, pinned: Pins) -> Register | None:
    """Of `basis`, the register alone."""
    entries = _entries(connection, pinned.institutions)
    return None if entries is None else _named(entries, submission)


def _named(entries: list[Entry], submission: Submission) -> Register:
    """The names that are valid at the end of the submission's period, with those that are customary in its county."""
    place = place_of(submission.region, load_region(submission.region).name)
    return _register(tuple(entries), submission.period.end, place)


@lru_cache(maxsize=256)
def _register(entries: tuple[Entry, ...], on: date, place: Place) -> Register:
    """Remembered, as a dozen files of a county come with the same register."""
    return register_of(entries, on, place)


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
    connection: Connection,
    submission: Submission,
    earlier: int | None,
    then: Period,
    pinned: Pins,
    today: Mapping[str, str],
) -> Figures | None:
    """Figures of the same feed at `then`, by institution; None where it was not reported.

    Those of a predecessor count for the institution that it is `today`, several add up (S32). Balances go by the
    register of accounts of now, those of now and those of then.
    """
    table = submission.contract.table
    path = _EARLIER.get(table)
    if earlier is None or path is None:
        return None
    figures: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in sql.rows(connection, path, {"submission": earlier, "as_of": then.end, "accounts": pinned.accounts}):
        code = row["institution"]
        bank = code if table == "core.balance" else today.get(code, code)
        for name, value in row.items():
            if isinstance(value, Decimal):
                figures[bank][name] += value
    return figures
