"""Judge what stands for a region and period; each breach is raised once, for a person to act on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection

from cunfang.period import Period
from cunfang.rulebook import Rulebook, store_rulebook
from cunfang.warehouse.sql import rows


@dataclass(frozen=True)
class Warned:
    """One warning: 黄, 橙 or 红. Value and limit are ratios (0.25 is 25%); `scope` says whose figure it is."""

    warning_id: int
    institution: str
    metric: str
    as_of: date
    level: str
    value: Decimal
    limit_value: Decimal
    operator: str
    scope: str
    reason: str


def watch(connection: Connection, region: str, period: Period, rulebook: Rulebook) -> list[int]:
    """Raise warnings for the standing figures; ids of the new ones, none on a repeat."""
    previous = period.previous()
    parameters = {
        "region": region,
        "period": str(period),
        "as_of": period.end,
        "previous": str(previous),
        "previous_as_of": previous.end,
        "rulebook_id": store_rulebook(connection, rulebook),
    }
    return [int(row["warning_id"]) for row in rows(connection, "ops/judge_warnings.sql", parameters)]


def standing_warnings(connection: Connection, region: str, period: Period) -> list[Warned]:
    """The warnings whose figures still stand, red first."""
    parameters = {"region": region, "period": str(period)}
    return [Warned(**row) for row in rows(connection, "ops/standing_warnings.sql", parameters)]
