"""Which submissions a run reads: those that stand, as the feed contracts say for their coverage (design §1)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import Connection

from cunfang.evaluation.history import flow_families, history
from cunfang.evaluation.lateness import Substitute, standing_substitutes
from cunfang.evaluation.recalled import Recalled, recalled_banks
from cunfang.evaluation.standing import (
    Standing,
    before_the_merger,
    current,
    earlier,
    feed_choices,
    feeds_in_use,
    read_standing,
    unsettled_feeds,
)
from cunfang.evaluation.transfers import KnownLeg, judged, known_legs
from cunfang.evaluation.true_up import Carried, TrueUp, standing_carried, standing_true_ups
from cunfang.feeds.contract import contract
from cunfang.finding import Finding
from cunfang.period import Period
from cunfang.rulebook import Rulebook
from cunfang.settings import INCLUDE

# Read whenever they were delivered, whether or not the rule book insists on them.
REGISTERS = ("decisions", "supervisory_events")


def registers(rulebook: Rulebook) -> tuple[str, ...]:
    """The registers of a run; with policy banks judged apart the projects whose capital stays with them too (S19)."""
    apart = rulebook.participation.policy_banks.value == "separate"
    return (*REGISTERS, "credit_projects") if apart else REGISTERS


@dataclass(frozen=True)
class Input:
    """One pinned submission; `as_of` is the end of the quarter that it speaks of in place of the run's own (S25).

    `history`: it is read for earlier dates alone.
    """

    submission_id: int
    feed: str
    family: str
    period: str
    sha256: str
    as_of: date | None = None
    history: bool = False


@dataclass(frozen=True)
class Pinned:
    """What a run reads: submissions in a stable order, the late rules that it rests on, and what it makes good.

    `legs`: the transfers already ordered that it knows of; `recalled`: the banks that a recall keeps out; `carried`:
    what earlier quarters could not make good.
    """

    inputs: list[Input]
    substitutes: list[Substitute]
    true_ups: list[TrueUp] = field(default_factory=list)
    legs: list[KnownLeg] = field(default_factory=list)
    recalled: list[Recalled] = field(default_factory=list)
    carried: list[Carried] = field(default_factory=list)


def missing_feeds(connection: Connection, region: str, period: Period, rulebook: Rulebook) -> list[str]:
    """Feeds that `rulebook` needs and that have no accepted submission; empty when the period is ready.

    A feed whose late rule was applied is not missing any more. Of a family that may come in several arrangements, what
    is named belongs to the one that is being delivered. A register that was delivered and not accepted is waited for
    even where it is not needed: what it says of a ban or a carve-out must not be passed over (S15, S22).
    """
    standing = read_standing(connection, region, period)
    substitutes = standing_substitutes(connection, region, period)
    missing: list[str] = []
    for family in rulebook.families:
        choices = feed_choices(region, period, family)
        lacking = {
            choice: [feed for feed in choice if feed not in substitutes and not current(standing, feed, period)]
            for choice in choices
        }
        begun = [choice for choice in choices if len(lacking[choice]) < len(choice)]
        if all(lacking.values()):
            missing += lacking[(begun or choices)[0]]
    unsettled = unsettled_feeds(connection, region, period)
    return missing + [feed for feed in registers(rulebook) if feed in unsettled and feed not in missing]


def replaceable_feeds(connection: Connection, region: str, period: Period, rulebook: Rulebook) -> list[str]:
    """Of the missing feeds those that a late rule may stand in for: not a register that came and was refused."""
    unsettled = unsettled_feeds(connection, region, period)
    missing = missing_feeds(connection, region, period, rulebook)
    return [feed for feed in missing if not (feed in registers(rulebook) and feed in unsettled)]


def pin(connection: Connection, region: str, period: Period, rulebook: Rulebook) -> Pinned:
    """What a run of `rulebook` for `region` and `period` reads, earlier dates included.

    DoubleDeliveryError where a family came in two arrangements at once.
    """
    standing = read_standing(connection, region, period)
    known = standing_substitutes(connection, region, period)
    inputs: list[Input] = []
    used: list[Substitute] = []
    bases: dict[str, list[date]] = {}
    flows = flow_families(rulebook)
    for family in dict.fromkeys((*rulebook.families, *registers(rulebook))):
        feeds = feeds_in_use(standing, region, period, family, known)
        for feed in feeds:
            mine = [item for item in standing if item.feed == feed]
            substitute = known.get(feed)
            used += [substitute] if substitute else []
            spoken = substitute.used if substitute and substitute.used else period
            bases.setdefault(family, []).append(spoken.end)
            theirs = mine if contract(feed).coverage == "register" else current(mine, feed, spoken)
            if family in flows and not any(item.whole_year for item in theirs):
                theirs += [item for item in mine if earlier(item, spoken) and item not in theirs]
            inputs += [_input(item, spoken.end if spoken != period else None) for item in theirs]
        if family in flows:
            inputs += [_input(item) for item in before_the_merger(standing, region, period, family, feeds)]
    pinned = {item.submission_id for item in inputs}
    before = history(connection, region, period, rulebook, standing, bases)
    inputs += [replace(_input(item), history=True) for item in before if item.submission_id not in pinned]
    ordered = sorted(inputs, key=lambda item: (item.feed, item.period, item.submission_id))
    return Pinned(
        ordered,
        used,
        standing_true_ups(connection, region, period),
        _legs(connection, region, period, ordered),
        recalled_banks(connection, region, period),
        standing_carried(connection, region, period),
    )


def _legs(connection: Connection, region: str, period: Period, inputs: Sequence[Input]) -> list[KnownLeg]:
    balances = next((item.as_of for item in inputs if item.feed == "balances" and item.as_of), period.end)
    events = [item.submission_id for item in inputs if item.family == "timeliness_events"]
    return known_legs(connection, region, period, balances, events)


def _input(item: Standing, as_of: date | None = None) -> Input:
    return Input(item.submission_id, item.feed, contract(item.feed).family, item.period, item.sha256, as_of)


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
    makes another run than the same file delivered in time. Of transfers it is what decides on time or late; money that
    moved after the base date is pinned and does not count here (docs/decisions/0020-closed-loop.md).
    """
    content = {
        "region": region,
        "period": str(period),
        "rulebook": rulebook.content_hash,
        "inputs": sorted((item.feed, item.period, item.sha256) for item in pinned.inputs),
        "substitutes": sorted((one.feed, one.rule, str(one.used or "")) for one in pinned.substitutes),
        "true_ups": sorted((one.order_no, one.institution, str(one.amount)) for one in pinned.true_ups),
        "carried": sorted((one.order_no, one.institution, str(one.amount)) for one in pinned.carried),
        "legs": judged(rulebook, period, pinned.legs),
        "recalled": sorted((one.institution, one.order_no) for one in pinned.recalled),
        "untied": sorted((item.check, item.message) for item in untied),
        "method": method_hash(),
        "purpose": purpose,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def method_hash() -> str:
    """SHA-256 over the evaluation's SQL: its steps, and the views that they read."""
    folder = INCLUDE / "sql"
    names = ("0002_core", "0003_eval", "0012_substitutes", "0014_history", "0018_points", "0023_timeliness",
             "0026_corrections", "0032_remainder")  # fmt: skip
    views = (folder / "migrations" / f"{name}.up.sql" for name in names)
    digest = hashlib.sha256()
    for path in (*sorted((folder / "eval").glob("*.sql")), *views):
        digest.update(path.read_bytes())
    return digest.hexdigest()
