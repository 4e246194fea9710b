"""Which submissions a run reads: those that stand, as the feed contracts say for their coverage (design §1)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from cunfang.evaluation.lateness import Substitute, standing_substitutes
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
    """One pinned submission; `as_of` is the end of the quarter that it speaks of in place of the run's own (S25)."""

    submission_id: int
    feed: str
    family: str
    period: str
    sha256: str
    as_of: date | None = None


@dataclass(frozen=True)
class Pinned:
    """What a run reads: submissions in a stable order, and the late rules that it rests on."""

    inputs: list[Input]
    substitutes: list[Substitute]


@dataclass(frozen=True)
class _Standing:
    submission_id: int
    feed: str
    period: str
    reporter: str
    sha256: str
    whole_year: bool


def _standing(connection: Connection, region: str, period: Period) -> list[_Standing]:
    parameters = {"region": region, "period": str(period)}
    return [_Standing(**row) for row in rows(connection, "eval/00_standing.sql", parameters)]


def feed_choices(region: str, period: Period, family: str) -> list[tuple[str, ...]]:
    """The sets of feeds that make `family` complete; the region's own arrangement (S25) stands first."""
    arranged = set(load_region(region).tax_feeds(period.end))
    return sorted(alternatives(family), key=lambda choice: set(choice) != arranged)


def missing_feeds(connection: Connection, region: str, period: Period, rulebook: Rulebook) -> list[str]:
    """Feeds that `rulebook` needs and that have no accepted submission; empty when the period is ready.

    A feed whose late rule was applied is not missing any more. Of a family that may come in several arrangements, what
    is named belongs to the one that is being delivered. A register that was delivered and not accepted is waited for
    even where it is not needed: what it says of a ban or a carve-out must not be passed over (S15, S22).
    """
    standing = _standing(connection, region, period)
    substitutes = standing_substitutes(connection, region, period)
    missing: list[str] = []
    for family in rulebook.families:
        choices = feed_choices(region, period, family)
        lacking = {
            choice: [feed for feed in choice if feed not in substitutes and not _current(standing, feed, period)]
            for choice in choices
        }
        begun = [choice for choice in choices if len(lacking[choice]) < len(choice)]
        if all(lacking.values()):
            missing += lacking[(begun or choices)[0]]
    unsettled = unsettled_feeds(connection, region, period)
    return missing + [feed for feed in REGISTERS if feed in unsettled and feed not in missing]


def replaceable_feeds(connection: Connection, region: str, period: Period, rulebook: Rulebook) -> list[str]:
    """Of the missing feeds those that a late rule may stand in for: not a register that came and was refused."""
    unsettled = unsettled_feeds(connection, region, period)
    missing = missing_feeds(connection, region, period, rulebook)
    return [feed for feed in missing if not (feed in REGISTERS and feed in unsettled)]


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


def pin(connection: Connection, region: str, period: Period, rulebook: Rulebook) -> Pinned:
    """What a run of `rulebook` for `region` and `period` reads."""
    standing = _standing(connection, region, period)
    known = standing_substitutes(connection, region, period)
    inputs: list[Input] = []
    used: list[Substitute] = []
    flows = {placed.indicator.family for placed in rulebook.placed() if placed.indicator.window}
    for family in dict.fromkeys((*rulebook.families, *REGISTERS)):
        feeds = _feeds_in_use(standing, region, period, family, known)
        for feed in feeds:
            mine = [item for item in standing if item.feed == feed]
            substitute = known.get(feed)
            used += [substitute] if substitute else []
            spoken = substitute.used if substitute and substitute.used else period
            current = mine if contract(feed).coverage == "register" else _current(mine, feed, spoken)
            if family in flows and not any(item.whole_year for item in current):
                current += [item for item in mine if _earlier(item, spoken) and item not in current]
            inputs += [_input(item, spoken.end if spoken != period else None) for item in current]
        if family in flows:
            inputs += [_input(item) for item in _before_the_merger(standing, region, period, family, feeds)]
    return Pinned(sorted(inputs, key=lambda item: (item.feed, item.period, item.submission_id)), used)


def _input(item: _Standing, as_of: date | None = None) -> Input:
    return Input(item.submission_id, item.feed, contract(item.feed).family, item.period, item.sha256, as_of)


def _earlier(item: _Standing, period: Period) -> bool:
    """Whether it was delivered for a quarter of the same year before `period`."""
    return item.period[:4] == str(period)[:4] and item.period < str(period)


def _before_the_merger(
    standing: Sequence[_Standing], region: str, period: Period, family: str, feeds: tuple[str, ...]
) -> list[_Standing]:
    """Flows of the year's earlier quarters that came by another arrangement of the family (S25).

    Back to the quarter that the feeds of now, or those of then, reach back from to January: nothing counts twice. A
    quarter that nobody delivered whole is left to the evaluation to ask for.
    """
    found: list[_Standing] = []
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


def _feeds_in_use(
    standing: Sequence[_Standing], region: str, period: Period, family: str, known: Mapping[str, Substitute]
) -> tuple[str, ...]:
    """The arrangement that is delivered. Two at once would count money twice: then the region's own holds.

    One that only a late rule stands in for gives way to one that came.
    """
    choices = feed_choices(region, period, family)
    delivered = [choice for choice in choices if any(_current(standing, feed, period) for feed in choice)]
    if len(delivered) > 1 and set(delivered[0]) != set(load_region(region).tax_feeds(period.end)):
        raise DoubleDeliveryError(family, [feed for choice in delivered for feed in choice])
    promised = [choice for choice in choices if any(feed in known for feed in choice)]
    return (delivered or promised or choices)[0]


class DoubleDeliveryError(ValueError):
    """A family was delivered in two arrangements at once (say the merged tax bureau and the two it replaced)."""

    def __init__(self, family: str, feeds: list[str]) -> None:
        names = "、".join(f"{contracts()[feed].name}（{feed}）" for feed in feeds)
        super().__init__(f"{names}，相加会重复计算（{family}）")


def input_hash(
    region: str,
    period: Period,
    rulebook: Rulebook,
    pinned: Pinned,
    untied: Sequence[Finding] = (),
    purpose: str = "official",
) -> str:
    """What determines a result: place and time, the policy, the files by content, and the method (the SQL itself).

    So do the ties that do not hold (`untied`): a run that must be explained is another one than the run without them,
    which is found again once the sources agree. A bank's return that agrees changes nothing. A feed that was late
    makes another run than the same file delivered in time.
    """
    content = {
        "region": region,
        "period": str(period),
        "rulebook": rulebook.content_hash,
        "inputs": sorted((item.feed, item.period, item.sha256) for item in pinned.inputs),
        "substitutes": sorted((one.feed, one.rule, str(one.used or "")) for one in pinned.substitutes),
        "untied": sorted((item.check, item.message) for item in untied),
        "method": method_hash(),
        "purpose": purpose,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def method_hash() -> str:
    """SHA-256 over the evaluation's SQL: its steps, and the views that they read."""
    folder = INCLUDE / "sql"
    names = ("0002_core.up.sql", "0003_eval.up.sql", "0012_substitutes.up.sql")
    views = (folder / "migrations" / name for name in names)
    digest = hashlib.sha256()
    for path in (*sorted((folder / "eval").glob("*.sql")), *views):
        digest.update(path.read_bytes())
    return digest.hexdigest()
