"""Take in: the whole way from the inbox to core for one region and period, without a scheduler."""

from __future__ import annotations

from collections.abc import Callable
from graphlib import TopologicalSorter

from sqlalchemy import Engine

from cunfang.feeds.contract import contract, contracts
from cunfang.finding import Finding
from cunfang.intake.checking import check
from cunfang.intake.deciding import decide
from cunfang.intake.faults import EMPTY_FOLDER, NO_FOLDER, STRAY, UNREADABLE, WAITING
from cunfang.intake.inbox import Delivery, deliveries, new_deliveries, strays
from cunfang.intake.landing import register
from cunfang.intake.readiness import references, waiting_for
from cunfang.intake.reading import read
from cunfang.intake.submissions import load, reported, undecided
from cunfang.period import Period
from cunfang.settings import Settings

Progress = Callable[[str, str], None]
"""Called with a feed and what became of it: `read`, `accepted`, `rejected`, `waiting`."""


def take_in(
    engine: Engine, settings: Settings, region: str, period: Period, progress: Progress | None = None
) -> list[Finding]:
    """Take in every feed under `settings.inbox/<region>/<period>`, registers first; all that was found.

    Blocking findings leave their own submission out and nothing else. Other regions and periods of the inbox are left
    alone. Safe to repeat.
    """
    folder = settings.inbox / region / str(period)
    if not folder.is_dir():
        return [NO_FOLDER.finding(region=region, period=period)]
    found = [
        STRAY.finding(name=path.name, feeds="、".join(contracts()), file=path.name)
        for path in strays(settings.inbox, region, period, set(contracts()))
    ]
    for feed in in_order():
        if (folder / feed).is_dir():
            found += _take_feed(engine, settings, region, period, feed, progress or _silent)
    return found + [entry.finding for entry in reported(engine, region, period)]


def in_order() -> list[str]:
    """Every feed, those that others refer to first."""
    return list(TopologicalSorter({feed: references(feed) for feed in contracts()}).static_order())


def _take_feed(
    engine: Engine, settings: Settings, region: str, period: Period, feed: str, progress: Progress
) -> list[Finding]:
    def waiting() -> list[Delivery]:
        found = new_deliveries(engine, settings.inbox, feed, settle=0)
        return [one for one in found if (one.region, one.period) == (region, period)]

    if not any((one.region, one.period) == (region, period) for one in deliveries(settings.inbox, feed, settle=0)):
        return [EMPTY_FOLDER.finding(feed=feed)]
    found: list[Finding] = []
    register(engine, settings, waiting())
    for submission_id in undecided(engine, feed):
        with engine.connect() as connection:
            submission = load(connection, submission_id)
        if (submission.region, submission.period) != (region, period):
            continue
        read(engine, settings, submission_id)
        progress(feed, "read")
        if missing := waiting_for(engine, [submission_id]):
            names = "、".join(contract(name).name for name in missing)
            name = contract(feed).name
            found.append(WAITING.finding(name=name, feeds=names, file=submission.file_name))
            progress(feed, "waiting")
            continue
        check(engine, settings, submission_id)
        progress(feed, decide(engine, submission_id))
    return found + [UNREADABLE.finding(file=one.path.name, reason="没有读取权限") for one in waiting()]


def _silent(feed: str, status: str) -> None:
    """Nobody watches."""
