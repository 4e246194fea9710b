"""Judge what stands for a region and period; each breach and each event is raised once, for a person to act on."""

from __future__ import annotations

from sqlalchemy import Connection

from cunfang.period import Period
from cunfang.rulebook import Rulebook, store_rulebook
from cunfang.warehouse.sql import rows

JUDGES = ("ops/judge_warnings.sql", "ops/judge_events.sql")
"""Figures against limits, then listed events."""


def watch(connection: Connection, region: str, period: Period, rulebook: Rulebook) -> list[int]:
    """Raise warnings for the standing figures and events; ids of the new ones, none on a repeat."""
    previous = period.previous()
    parameters = {
        "region": region,
        "period": str(period),
        "start": period.start,
        "as_of": period.end,
        "previous": str(previous),
        "previous_as_of": previous.end,
        "rulebook_id": store_rulebook(connection, rulebook),
    }
    return [int(row["warning_id"]) for judge in JUDGES for row in rows(connection, judge, parameters)]
