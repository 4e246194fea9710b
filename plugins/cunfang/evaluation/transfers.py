"""What a run knows of transfers already ordered: an input of it, as much as the feeds are (S08, S12, N12)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection

from cunfang.period import Period
from cunfang.rulebook import Rulebook
from cunfang.warehouse.copy import copy_rows
from cunfang.warehouse.sql import rows

EVENTS = "adjustment"
"""The kind of event that a transfer of ours is."""


@dataclass(frozen=True)
class KnownLeg:
    """One transfer, in yuan. `timed`: it was due in the quarter; `moved`: it was made after the date of the balances.

    `excused`: the office issued it late, so that its bank is never late (S31). `submission_id` and `record_no` are the
    row of the receipt that says when it was made.
    """

    leg_code: str
    order_no: str
    from_institution: str
    to_institution: str
    from_account: str
    to_account: str
    amount: Decimal
    issued_on: date
    due_on: date
    executed_on: date | None
    excused: bool
    timed: bool
    moved: bool
    submission_id: int | None
    record_no: int | None


COLUMNS = tuple(field.name for field in fields(KnownLeg))


def known_legs(
    connection: Connection, region: str, period: Period, balances: date, events: Iterable[int]
) -> list[KnownLeg]:
    """Transfers of `region` issued by today that a run of `period` takes in, by code.

    `balances` is the day that its balances speak of; `events` are its submissions of timeliness events.
    """
    asked = {"region": region, "start": period.start, "as_of": period.end, "balances": balances}
    return [KnownLeg(**row) for row in rows(connection, "eval/08_known_legs.sql", {**asked, "events": list(events)})]


def keep(connection: Connection, run_id: int, legs: Iterable[KnownLeg]) -> None:
    """Pin what run `run_id` knew."""
    copy_rows(
        connection,
        "eval.run_leg",
        ("run_id", *COLUMNS),
        ((run_id, *(getattr(leg, name) for name in COLUMNS)) for leg in legs),
    )


def judged(rulebook: Rulebook, period: Period, legs: Sequence[KnownLeg]) -> list[tuple[str, str, str, str]]:
    """Of `legs` what decides a score by `rulebook`: code, paying bank, day due, day made by the quarter's end.

    Nothing where the rule book does not judge transfers; see docs/decisions/0020-closed-loop.md for what is left out.
    """
    books = [book for book in (rulebook, rulebook.policy) if book]
    nodes = [placed.indicator for book in books for placed in book.placed()]
    if not any(n.basis == "on_time_rate" and EVENTS in {t.measure for t in n.measure or ()} for n in nodes):
        return []
    return [
        (leg.leg_code, leg.from_institution, str(leg.due_on), _made(leg, period))
        for leg in legs
        if leg.timed and not leg.excused
    ]


def _made(leg: KnownLeg, period: Period) -> str:
    """The day it was made; after the quarter it was due in, how much later changes nothing."""
    return str(leg.executed_on) if leg.executed_on and leg.executed_on <= period.end else ""
