"""Readiness: what a check still waits for, and what an evaluation still misses."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from cunfang.feeds.contract import contract
from cunfang.intake.grounds import standing
from cunfang.intake.inbox import Delivery, new_deliveries
from cunfang.intake.submissions import Submission, load
from cunfang.period import Period


def waiting_for(engine: Engine, submission_ids: Iterable[int], inbox: Path | None = None) -> list[str]:
    """Referenced feeds that these submissions must wait for before they are checked.

    A register is waited for while none is accepted for the region at or before the period, and while a newer version
    of it is under way (registered and undecided, or lying in `inbox`), as it may name the new bank. Older ones that
    nobody decided on do not matter.
    """
    missing: dict[str, None] = {}
    lying = cache(lambda feed: new_deliveries(engine, inbox, feed, settle=0) if inbox else [])
    for submission_id in submission_ids:
        with engine.connect() as connection:
            submission = load(connection, submission_id)
            if submission.status == "accepted" or _unreadable(connection, submission_id):
                continue
            for feed in references(submission.feed):
                if _to_come(connection, submission, feed, lying):
                    missing[feed] = None
    return list(missing)


def references(feed: str) -> list[str]:
    """Feeds whose rows those of `feed` name, itself left out."""
    return [name for name in dict.fromkeys(contract(feed).references.values()) if name != feed]


def _unreadable(connection: Connection, submission_id: int) -> bool:
    """Whether reading alone decides it already: no register can help."""
    return bool(
        connection.scalar(
            text(
                "SELECT EXISTS (SELECT 1 FROM ops.finding WHERE submission_id = :id AND class = 'syntactical'"
                " AND found_at = (SELECT max(happened_at) FROM raw.submission_event"
                " WHERE submission_id = :id AND status = 'read'))"
            ),
            {"id": submission_id},
        )
    )


def _to_come(connection: Connection, submission: Submission, feed: str, lying: Callable[[str], list[Delivery]]) -> bool:
    stands = standing(connection, submission.region, feed, submission.period)
    if stands is None:
        return True
    since = load(connection, stands).period
    return _under_way(connection, submission, feed, since) or _arriving(lying(feed), submission, since)


def _under_way(connection: Connection, submission: Submission, feed: str, stands: Period) -> bool:
    return bool(
        connection.scalar(
            text(
                "SELECT EXISTS (SELECT 1 FROM raw.submission_state WHERE region = :region AND feed = :feed"
                " AND period BETWEEN :first AND :period AND status NOT IN ('accepted', 'rejected'))"
            ),
            {"region": submission.region, "feed": feed, "period": str(submission.period), "first": str(stands)},
        )
    )


def _arriving(lying: Iterable[Delivery], submission: Submission, stands: Period) -> bool:
    return any(
        one.region == submission.region and stands <= one.period <= submission.period and os.access(one.path, os.R_OK)
        for one in lying
    )
