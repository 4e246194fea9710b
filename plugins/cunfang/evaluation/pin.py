"""Which submissions a run reads: those that stand, as the feed contracts say for their coverage (design §1)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from cunfang.feeds.contract import alternatives, contract, contracts
from cunfang.finding import Finding
from cunfang.period import Period
from cunfang.region import load_region
from cunfang.rulebook import Rulebook
from cunfang.settings import INCLUDE
from cunfang.warehouse.sql import rows

# Read whenever they were delivered, whether or not the rule book insists on them.
REGISTERS = ("decisions", "supervisory_events")


@dataclass(frozen=True)
class Input:
    """One pinned submission."""

    submission_id: int
    feed: str
    family: str
    period: str
    sha256: str


@dataclass(frozen=True)
class _Standing:
    submission_id: int
    feed: str
    period: str
    reporter: str
    sha256: str
    whole_year: bool


def _standing(connection: Connection, region: str, period: Period) -> list[_Standing]:
    parameters = {"region": region, "period": str(period), "year_start": period.year_start, "as_of": period.end}
    return [_Standing(**row) for row in rows(connection, "eval/00_standing.sql", parameters)]


def feed_choices(region: str, period: Period, family: str) -> list[tuple[str, ...]]:
    """The sets of feeds that make `family` complete; the region's own arrangement (S25) stands first."""
    arranged = set(load_region(region).tax_feeds(period.end))
    return sorted(alternatives(family), key=lambda choice: set(choice) != arranged)


def missing_feeds(connection: Connection, region: str, period: Period, rulebook: Rulebook) -> list[str]:
    """Feeds that `rulebook` needs and that have no accepted submission; empty when the period is ready.

    Of a family that may come in several arrangements, what is named belongs to the one that is being delivered. A
    register that was delivered and not accepted is waited for even where it is not needed: what it says of a ban or a
    carve-out must not be passed over (S15, S22).
    """
    standing = _standing(connection, region, period)
    missing: list[str] = []
    for family in rulebook.families:
        choices = feed_choices(region, period, family)
        lacking = {choice: [feed for feed in choice if not _current(standing, feed, period)] for choice in choices}
        begun = [choice for choice in choices if len(lacking[choice]) < len(choice)]
        if all(lacking.values()):
            missing += lacking[(begun or choices)[0]]
    unsettled = unsettled_feeds(connection, region, period)
    return missing + [feed for feed in REGISTERS if feed in unsettled and feed not in missing]


def unsettled_feeds(connection: Connection, region: str, period: Period) -> frozenset[str]:
    """Feeds that were delivered for the period itself, but of which no version stands."""
    parameters = {"region": region, "period": str(period)}
    return frozenset(row["feed"] for row in rows(connection, "eval/02_unsettled.sql", parameters))


def _current(standing: Iterable[_Standing], feed: str, period: Period) -> list[_Standing]:
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


def pin(connection: Connection, region: str, period: Period, rulebook: Rulebook) -> list[Input]:
    """The submissions that a run of `rulebook` for `region` and `period` reads, in a stable order."""
    standing = _standing(connection, region, period)
    chosen: list[_Standing] = []
    flows = {placed.indicator.family for placed in rulebook.placed() if placed.indicator.basis == "ytd"}
    for family in dict.fromkeys((*rulebook.families, *REGISTERS)):
        for feed in _feeds_in_use(standing, region, period, family):
            mine = [item for item in standing if item.feed == feed]
            current = mine if contract(feed).coverage == "register" else _current(mine, feed, period)
            chosen += current
            if family in flows and not any(item.whole_year for item in current):
                chosen += [item for item in mine if item.period[:4] == str(period)[:4] and item not in current]
    return [
        Input(item.submission_id, item.feed, contract(item.feed).family, item.period, item.sha256)
        for item in sorted(chosen, key=lambda item: (item.feed, item.period, item.reporter))
    ]


def _feeds_in_use(standing: Sequence[_Standing], region: str, period: Period, family: str) -> tuple[str, ...]:
    """The arrangement that is delivered. Two at once would count money twice: then the region's own holds."""
    choices = feed_choices(region, period, family)
    delivered = [choice for choice in choices if any(_current(standing, feed, period) for feed in choice)]
    if len(delivered) > 1 and set(delivered[0]) != set(load_region(region).tax_feeds(period.end)):
        raise DoubleDeliveryError(family, [feed for choice in delivered for feed in choice])
    return (delivered or choices)[0]


class DoubleDeliveryError(ValueError):
    """A family was delivered in two arrangements at once (say the merged tax bureau and the two it replaced)."""

    def __init__(self, family: str, feeds: list[str]) -> None:
        names = "、".join(f"{contracts()[feed].name}（{feed}）" for feed in feeds)
        super().__init__(f"{names}，相加会重复计算（{family}）")


def input_hash(
    region: str, period: Period, rulebook: Rulebook, inputs: Sequence[Input], untied: Sequence[Finding] = ()
) -> str:
    """What determines a result: place and time, the policy, the files by content, and the method (the SQL itself).

    So do the ties that do not hold (`untied`): a run that must be explained is another one than the run without them,
    which is found again once the sources agree. A bank's return that agrees changes nothing.
    """
    content = {
        "region": region,
        "period": str(period),
        "rulebook": rulebook.content_hash,
        "inputs": sorted((item.feed, item.period, item.sha256) for item in inputs),
        "untied": sorted((item.check, item.message) for item in untied),
        "method": method_hash(),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def method_hash() -> str:
    """SHA-256 over the evaluation's SQL: its steps, and the views that they read."""
    folder = INCLUDE / "sql"
    views = (folder / "migrations" / name for name in ("0002_core.up.sql", "0003_eval.up.sql"))
    digest = hashlib.sha256()
    for path in (*sorted((folder / "eval").glob("*.sql")), *views):
        digest.update(path.read_bytes())
    return digest.hexdigest()
