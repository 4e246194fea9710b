"""Which earlier submissions a rule book needs: year start, last year, earlier months and quarters (S06, S16, N2)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from cunfang.evaluation.standing import Standing, before_the_merger, earlier, feeds_in_use
from cunfang.feeds.contract import alternatives
from cunfang.period import Period
from cunfang.rulebook import Rulebook
from cunfang.rulebook.indicator import Indicator
from cunfang.warehouse.sql import rows

Bases = Mapping[str, Iterable[date]]
"""Family → the base dates of its feeds: the run's own, or that of the quarter which stands in (S25)."""


def leaves(rulebook: Rulebook) -> Iterator[Indicator]:
    """The indicators that are scored, with those that policy banks are judged by (S17)."""
    yield from (placed.indicator for placed in rulebook.placed() if placed.indicator.leaf)
    if rulebook.policy is not None:
        yield from leaves(rulebook.policy)


def term_families(node: Indicator) -> tuple[str, ...]:
    """The families that its terms read, references aside."""
    terms = (*(node.measure or ()), *(node.over or ()))
    return tuple(dict.fromkeys(family for term in terms if (family := term.family or node.family)))


def flow_families(rulebook: Rulebook) -> frozenset[str]:
    """Families of which sums over a window are read."""
    return frozenset(family for node in leaves(rulebook) if node.window for family in term_families(node))


def history(
    connection: Connection,
    region: str,
    period: Period,
    rulebook: Rulebook,
    standing: Sequence[Standing],
    bases: Bases,
) -> list[Standing]:
    """Submissions with the figures of earlier dates that a run of `period` reads; some of them it may read anyway.

    For a stock those that hold the date itself, wherever it is repeated; for the sum of a year up to a date what was
    delivered for that quarter, with the quarters before it where it does not reach back to January.
    """
    found: list[Standing] = []
    for family, listed in groupby(_reading_days(connection, period, rulebook, bases), lambda row: row["family"]):
        days = list(listed)
        feeds = sorted({feed for choice in alternatives(family) for feed in choice})
        place = {"region": region, "period": str(period), "feeds": feeds, "days": [row["day"] for row in days]}
        dated = {row["submission_id"] for row in rows(connection, "eval/07_dated.sql", place)}
        found += [item for item in standing if item.submission_id in dated]
        for row in days:
            if row["kind"] == "flow" and row["day"] not in bases.get(family, ()):
                found += _year_up_to(standing, region, row["day"], family)
    return list(dict.fromkeys([*found, *_looked_through(standing, period, rulebook)]))


def earlier_periods(connection: Connection, period: Period, rulebook: Rulebook) -> list[Period]:
    """The periods before `period` whose deliveries `rulebook` reads: those of its dates, and with the sum of a year up
    to a date the quarters before it.
    """
    families = {family for node in leaves(rulebook) for family in term_families(node)}
    found: set[Period] = set()
    for row in _reading_days(connection, period, rulebook, dict.fromkeys(families, (period.end,))):
        then = Period.containing(row["day"])
        if row["kind"] == "flow" and then != period:
            found |= {Period(then.year, quarter) for quarter in range(1, then.quarter)}
        found.add(then)
    return sorted(then for then in found if then < period)


def _looked_through(standing: Sequence[Standing], period: Period, rulebook: Rulebook) -> Iterator[Standing]:
    """This year's submissions in which a bank must have a figure, or it is suspended."""
    for book in (rulebook, rulebook.policy):
        if book is not None and (rule := book.participation.suspension):
            feeds = {feed for choice in alternatives(rule.family) for feed in choice}
            yield from (item for item in standing if item.feed in feeds and item.period[:4] == str(period.year))


def _reading_days(connection: Connection, period: Period, rulebook: Rulebook, bases: Bases) -> list[dict[str, Any]]:
    """Family, kind and day of every figure that the rule book reads."""
    choices = [
        {
            "family": family,
            "basis": node.basis,
            "flow_window": node.window,
            "since": node.since,
            "average_of": node.average_of,
            "as_of_month": node.as_of_month.value if node.as_of_month else None,
            "lag_months": node.lag_months.value if node.lag_months else None,
            "base": str(base),
            "last_year": "last_year" in {held.of for held in (node.reference, node.gate) if held},
        }
        for node in leaves(rulebook)
        for family in term_families(node)
        for base in bases.get(family, ())
    ]
    falling = [{"base": str(period.end)}] if rulebook.participation.four_falling else []
    asked = {"choices": json.dumps(choices), "falling": json.dumps(falling)}
    return rows(connection, "eval/06_reading_days.sql", asked)


def _year_up_to(standing: Sequence[Standing], region: str, day: date, family: str) -> list[Standing]:
    """What makes up the flows from January to `day`."""
    then = Period.containing(day)
    feeds = feeds_in_use(standing, region, then, family)
    found: list[Standing] = []
    for feed in feeds:
        mine = [item for item in standing if item.feed == feed]
        theirs = [item for item in mine if item.period == str(then)]
        if day != then.end or not any(item.whole_year for item in theirs):
            theirs += [item for item in mine if earlier(item, then)]
        found += theirs
    found += before_the_merger(standing, region, then, family, feeds)
    if any(item.period == str(then) for item in found):
        return found
    # Nobody delivered for that quarter; a later file of the year may hold its months.
    choices = {feed for choice in alternatives(family) for feed in choice}
    later = [item for item in standing if item.feed in choices and item.period[:4] == str(then.year)]
    return [*found, *later]
