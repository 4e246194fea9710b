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
from cunfang.intake.submissions import Submission, load, undecided
from cunfang.period import Period


def waiting_for(engine: Engine, submission_ids: Iterable[int], inbox: Path | None = None) -> list[str]:
    """Referenced feeds that these submissions must wait for before they are checked.

    A register is waited for while none is accepted for the region at or before the period, and while a newer version
    of it is under way (registered and undecided, or lying in `inbox`), as it may name the new bank. Older ones that
    nobody decided on do not matter.
    """
    awaited = _awaited(engine, submission_ids, inbox)
    return list(dict.fromkeys(feed for feeds in awaited.values() for feed in feeds))


def waiting_for_nothing(engine: Engine, submission_ids: Iterable[int], inbox: Path | None = None) -> list[int]:
    """Those of these submissions that can be checked now: one county's register holds up no other county's files."""
    return [one for one, feeds in _awaited(engine, submission_ids, inbox).items() if not feeds]


def to_check(engine: Engine, submission_ids: Iterable[int], inbox: Path | None = None) -> list[int]:
    """Of submissions that one of could be checked a moment ago, those to check now.

    Where a newer register was begun in that moment, those that have one at all: they are judged again by the newer.
    """
    listed = list(submission_ids)
    ready = waiting_for_nothing(engine, listed, inbox)
    return ready or [one for one, feeds in _awaited(engine, listed, None, newer=False).items() if not feeds]


def stranded(engine: Engine, feed: str, inbox: Path | None = None) -> list[int]:
    """Registered submissions of `feed` that nobody decided on and that wait for nothing: a run left them on the way."""
    return waiting_for_nothing(engine, undecided(engine, feed), inbox)


def _awaited(
    engine: Engine, submission_ids: Iterable[int], inbox: Path | None, *, newer: bool = True
) -> dict[int, list[str]]:
    awaited: dict[int, list[str]] = {}
    lying = cache(lambda feed: new_deliveries(engine, inbox, feed, settle=0) if inbox else [])
    for submission_id in submission_ids:
        with engine.connect() as connection:
            submission = load(connection, submission_id)
            decided = submission.status == "accepted" or _unreadable(connection, submission_id)
            feeds = [] if decided else references(submission.feed)
            awaited[submission_id] = [
                feed
                for feed in feeds
                if (
                    _to_come(connection, submission, feed, lying)
                    if newer
                    else standing(connection, submission.region, feed, submission.period) is None
                )
            ]
    return awaited


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
