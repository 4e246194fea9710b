"""Judge what stands for a region and period; each breach is raised once, for a person to act on."""

from __future__ import annotations

from sqlalchemy import Connection

from cunfang.period import Period
from cunfang.rulebook import Rulebook, store_rulebook
from cunfang.warehouse.sql import rows


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
