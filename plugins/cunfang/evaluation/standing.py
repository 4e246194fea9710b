"""What stands for a region and which of it speaks for a period: coverage, arrangements of a family, a year's flows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from cunfang.feeds.contract import alternatives, contract, contracts
from cunfang.period import Period
from cunfang.region import load_region
from cunfang.warehouse.sql import rows


@dataclass(frozen=True)
class Standing:
    """An accepted submission that no later one replaced. `whole_year`: its flows reach from January to its end."""

    submission_id: int
    feed: str
    period: str
    reporter: str
    sha256: str
    whole_year: bool


class DoubleDeliveryError(ValueError):
    """A family was delivered in two arrangements at once (say the merged tax bureau and the two it replaced)."""

    def __init__(self, family: str, feeds: list[str]) -> None:
        names = "、".join(f"{contracts()[feed].name}（{feed}）" for feed in feeds)
        super().__init__(f"{names}，相加会重复计算（{family}）")


def read_standing(connection: Connection, region: str, period: Period) -> list[Standing]:
    """All that stands for `region` up to `period`."""
    parameters = {"region": region, "period": str(period)}
    return [Standing(**row) for row in rows(connection, "eval/00_standing.sql", parameters)]


def unsettled_feeds(connection: Connection, region: str, period: Period) -> frozenset[str]:
    """Feeds that were delivered for the period itself, but of which no version stands."""
    parameters = {"region": region, "period": str(period)}
    return frozenset(row["feed"] for row in rows(connection, "eval/02_unsettled.sql", parameters))


def feed_choices(region: str, period: Period, family: str) -> list[tuple[str, ...]]:
    """The sets of feeds that make `family` complete; the region's own arrangement (S25) stands first."""
    arranged = set(load_region(region).tax_feeds(period.end))
    return sorted(alternatives(family), key=lambda choice: set(choice) != arranged)


def current(standing: Iterable[Standing], feed: str, period: Period) -> list[Standing]:
    """The submissions of `feed` that speak for `period`: by its coverage, its own, the latest, or all so far."""
    mine = [item for item in standing if item.feed == feed]
    match contract(feed).coverage:
        case "register":
            # A register counts as delivered only when the period itself reported, be it nil.
            return mine if any(item.period == str(period) for item in mine) else []
        case "snapshot":
            latest = max((item.period for item in mine), default="")
            return [item for item in mine if item.period == latest]
        case "period":
            return [item for item in mine if item.period == str(period)]


def feeds_in_use(
    standing: Sequence[Standing], region: str, period: Period, family: str, known: Collection[str] = ()
) -> tuple[str, ...]:
    """The arrangement that is delivered. Two at once would count money twice: then the region's own holds.

    One that only a late rule stands in for (`known`) gives way to one that came. DoubleDeliveryError where two came
    and neither is the region's own.
    """
    choices = feed_choices(region, period, family)
    delivered = [choice for choice in choices if any(current(standing, feed, period) for feed in choice)]
    if len(delivered) > 1 and set(delivered[0]) != set(load_region(region).tax_feeds(period.end)):
        raise DoubleDeliveryError(family, [feed for choice in delivered for feed in choice])
    promised = [choice for choice in choices if any(feed in known for feed in choice)]
    return (delivered or promised or choices)[0]


def earlier(item: Standing, period: Period) -> bool:
    """Whether it was delivered for a quarter of the same year before `period`."""
    return item.period[:4] == str(period)[:4] and item.period < str(period)


def before_the_merger(
    standing: Sequence[Standing], region: str, period: Period, family: str, feeds: tuple[str, ...]
) -> list[Standing]:
    """Flows of the year's earlier quarters that came by another arrangement of the family (S25).

    Back to the quarter that the feeds of now, or those of then, reach back from to January: nothing counts twice. A
    quarter that nobody delivered whole is left to the evaluation to ask for.
    """
    found: list[Standing] = []
    then = period
    while True:
        now = [item for item in standing if item.feed in feeds and item.period == str(then)]
        if {item.feed for item in now if item.whole_year} == set(feeds) or then.quarter == 1:
            return found
        then = then.previous()
        if any(item.feed in feeds and item.period == str(then) for item in standing):
            continue
        for choice in feed_choices(region, then, family):
            theirs = [item for item in standing if item.feed in choice and item.period == str(then)]
            if choice != feeds and {item.feed for item in theirs} == set(choice):
                found += theirs
                if {item.feed for item in theirs if item.whole_year} == set(choice):
                    return found
                break
