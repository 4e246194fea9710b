"""Counties laid as accepted files of their quarters and evaluated as in earnest: pinned, with history (S16, S18)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, text

from cunfang.evaluation import RunStoppedError, evaluate_within
from cunfang.finding import Finding
from cunfang.period import Period
from cunfang.rulebook import Rulebook
from cunfang.simulation.lay import Delivered, Row, free_region, lay

Q4 = Period(2025, 4)
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Said:
    """What came of a run: its id (0 where it stopped) and what it noted or asked, as (check, message)."""

    run_id: int
    findings: tuple[tuple[str, str], ...]

    def of(self, check: str) -> list[str]:
        """The messages of one check."""
        return [message for number, message in self.findings if number == check]


def ruled(rulebook: Rulebook, **participation: object) -> Rulebook:
    """The rule book with other rules of participation; a part is a value with its clause, or a whole section."""
    content = rulebook.model_dump(by_alias=True)
    content["participation"] |= {
        key: value if isinstance(value, Mapping) else {"value": value, "clause": f"第{key}条"}
        for key, value in participation.items()
    }
    return Rulebook.model_validate(content)


def register(banks: Sequence[Row], period: Period = Q4) -> list[Delivered]:
    """The register of institutions, an account of 1,000,000 yuan for each bank, and no events or decisions."""
    named = [{"name": f"{bank['institution']}行", "aliases": [], "type": "国有大行", **bank} for bank in banks]
    accounts = [
        {
            "account": f"{b['institution']}-1",
            "institution": b["institution"],
            "owner": "财政局",
            "fund_category": "special",
        }
        for b in banks
    ]
    balances = [{"account": a["account"], "as_of": period.end, "balance": Decimal(1_000_000)} for a in accounts]
    return [
        Delivered(period, "institutions", tuple(named)),
        Delivered(period, "accounts", tuple(accounts)),
        Delivered(period, "balances", tuple(balances)),
    ]


def sizes(banks: Iterable[str], period: Period = Q4, **more: Mapping[str, object]) -> Delivered:
    """The feed `indicators`: a size of 1 for every bank; further measures by bank."""
    rows: list[Row] = [{"institution": b, "measure": "size", "as_of": period.end, "value": Decimal(1)} for b in banks]
    for measure, values in more.items():
        rows += [{"institution": b, "measure": measure, "as_of": period.end, "value": v} for b, v in values.items()]
    return Delivered(period, "indicators", tuple(rows))


def decisions(*rulings: Row, period: Period = Q4) -> Delivered:
    """Decisions of the leading group, in force since the start of the year unless stated."""
    usual: Row = {"valid_from": date(2025, 1, 1), "decided_on": date(2025, 1, 1), "approver": "领导小组"}
    return Delivered(period, "decisions", tuple({**usual, **ruling} for ruling in rulings))


def bans(*decided: tuple[str, str, date], period: Period = Q4) -> Delivered:
    """Disqualifications: number, bank, day of the decision."""
    rows = [
        {
            "event": n,
            "institution": b,
            "kind": "withhold",
            "severity": "disqualify",
            "decided_on": day,
            "decision": f"文{n}",
        }
        for n, b, day in decided
    ]
    return Delivered(period, "supervisory_events", tuple(rows))


def evaluated(connection: Connection, rulebook: Rulebook, delivered: Sequence[Delivered], period: Period = Q4) -> Said:
    """Lay the files, evaluate, and say what came of it; the caller rolls back."""
    region = free_region(connection)
    here = {(one.period, one.feed) for one in delivered}
    nil = [Delivered(period, feed) for feed in ("decisions", "supervisory_events") if (period, feed) not in here]
    lay(connection, region, [*delivered, *nil])
    try:
        done = evaluate_within(connection, region, period, rulebook)
    except RunStoppedError as stopped:
        return Said(0, _said(stopped.findings))
    return Said(done.run_id, _said(done.noted))


def _said(findings: Iterable[Finding]) -> tuple[tuple[str, str], ...]:
    return tuple((finding.check, finding.message) for finding in findings)


def rows_of(connection: Connection, table: str, run_id: int) -> Rows:
    """The run's rows of a table of eval."""
    query = text(f"SELECT * FROM eval.{table} WHERE run_id = :run ORDER BY 2, 3")
    return [dict(row) for row in connection.execute(query, {"run": run_id}).mappings()]
