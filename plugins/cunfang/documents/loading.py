"""Read a run with all that belongs to it, warnings and findings, as documents and commands show them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from cunfang.documents.result import (
    Freshness,
    Holding,
    Indicator,
    Late,
    Leg,
    Limit,
    ListedEvent,
    NotedFinding,
    Participant,
    PinnedSubmission,
    Place,
    Point,
    Rulebook,
    RunNotFoundError,
    RunResult,
    Source,
    TransferPlan,
    Warning_,
)
from cunfang.feeds.contract import Kind, contracts
from cunfang.period import Period
from cunfang.quality.suspension import NOTE as SUSPENDED
from cunfang.region import load_region
from cunfang.rulebook import stored_rulebook
from cunfang.warehouse import sql


def load_result(connection: Connection, run_id: int) -> RunResult:
    """Read run `run_id` and all that belongs to it; RunNotFoundError when there is none."""
    one = {"run_id": run_id}
    head = sql.run(connection, "documents/run.sql", one).mappings().first()
    if head is None:
        raise RunNotFoundError(f"没有考核批次 {run_id}，或该批次没有完成")
    region = load_region(head["region"])
    book = stored_rulebook(connection, head["rulebook_id"])
    sources = tuple(_source(row) for row in sql.rows(connection, "documents/sources.sql", one))
    money = {item.indicator for item in sources if _is_money(item.feed, item.column_name)}
    return RunResult(
        run_id=run_id,
        region=region.code,
        region_name=region.name,
        office=region.office,
        sample=region.sample,
        period=Period.parse(head["period"]),
        status=head["status"] or "",
        approver=head["approver"] or "",
        approved_at=head["approved_at"],
        input_hash=head["input_hash"],
        rulebook=_rulebook(dict(head)),
        freshness=Freshness(head["as_of"], head["run_no"], head["computed_at"], head["passed"], head["checked"]),
        total=head["total"],
        set_aside=head["set_aside"],
        distributable=head["distributable"],
        derivation=head["derivation"],
        places=head["places"],
        participants=tuple(Participant(**row) for row in sql.rows(connection, "documents/participants.sql", one)),
        indicators=tuple(
            Indicator(**row, money=row["indicator"] in money)
            for row in sql.rows(connection, "documents/indicators.sql", one)
        ),
        points=tuple(Point(**row) for row in sql.rows(connection, "documents/points.sql", one)),
        sources=sources,
        holdings=tuple(Holding(**_placed(row)) for row in sql.rows(connection, "documents/holdings.sql", one)),
        legs=tuple(Leg(**row) for row in sql.rows(connection, "documents/legs.sql", one)),
        warnings=load_warnings(connection, region=head["region"], period=head["period"]),
        findings=tuple(
            item
            for item in load_findings(connection, region=head["region"], period=head["period"])
            if item.check != SUSPENDED
        ),
        suspended=tuple(_finding(row) for row in sql.rows(connection, "documents/suspended.sql", one)),
        submissions=tuple(PinnedSubmission(**row) for row in sql.rows(connection, "documents/submissions.sql", one)),
        late=tuple(Late(**row) for row in sql.rows(connection, "documents/substitutes.sql", one)),
        placed={one.code: one for one in (*(book.policy.placed() if book.policy else ()), *book.placed())},
        scoring=book.scoring,
        policy_scale=book.policy.scale if book.policy else Decimal(0),
        plan=next((TransferPlan(**row) for row in sql.rows(connection, "documents/plan.sql", one)), None),
    )


def load_warnings(
    connection: Connection, warning_ids: Sequence[int] = (), region: str | None = None, period: str | None = None
) -> tuple[Warning_, ...]:
    """Warnings by id, or all of a region and period whose submission still stands; red first."""
    wanted = {"warning_ids": list(warning_ids), "region": region, "period": period}
    return tuple(_warning(row) for row in sql.rows(connection, "documents/warnings.sql", wanted))


def load_findings(
    connection: Connection, submission_id: int | None = None, region: str | None = None, period: str | None = None
) -> tuple[NotedFinding, ...]:
    """Findings of one submission, or all of a region and period; blocking ones first."""
    wanted = {"submission_id": submission_id, "region": region, "period": period}
    return tuple(_finding(row) for row in sql.rows(connection, "documents/findings.sql", wanted))


def _warning(row: dict[str, Any]) -> Warning_:
    cause: Limit | ListedEvent
    if row["event"] is None:
        cause = Limit(row["value"], row["limit"], row["operator"], row["limit_type"])
    else:
        cause = ListedEvent(
            code=row["event"],
            kind=row["event_kind"],
            severity=row["event_severity"],
            decision=row["decision"],
            note=row["note"],
            until=row["stands_until"],
            closed_on=row["closed_on"],
        )
    return Warning_(
        warning_id=row["warning_id"],
        region=row["region"],
        period=Period.parse(row["period"]),
        institution=row["institution"],
        short_name=row["short_name"],
        metric=row["metric"] or "",
        metric_name=row["metric_name"],
        as_of=row["as_of"],
        level=row["level"],
        cause=cause,
        scope=row["scope"],
        reason=row["reason"],
        submission_id=row["submission_id"],
        place=Place(row["file"], row["sheet"], row["cell"], row["row_no"]),
    )


def _placed(row: dict[str, Any]) -> dict[str, Any]:
    keys = ("file", "sheet", "cell", "row_no")
    rest = {key: value for key, value in row.items() if key not in keys}
    return {**rest, "place": Place(*(row[key] for key in keys))}


def _source(row: dict[str, Any]) -> Source:
    agreed = contracts().get(row["feed"])
    column = agreed.by_name.get(row["column_name"]) if agreed else None
    titled = column is not None and row["column_name"] != "value"
    return Source(**_placed(row), title=column.title if column is not None and titled else row["measure"])


def _is_money(feed: str, column_name: str) -> bool:
    agreed = contracts().get(feed)
    column = agreed.by_name.get(column_name) if agreed else None
    return column is not None and column.type is Kind.MONEY


def _finding(row: dict[str, Any]) -> NotedFinding:
    spot = row.pop("cell") or row["column"]
    row.pop("column")
    where = " › ".join(part for part in (row.pop("file"), row.pop("sheet"), spot) if part)
    return NotedFinding(**row, where=where)


def _rulebook(head: dict[str, Any]) -> Rulebook:
    names = ("full_scale", "quota_mode", "rounding_unit", "min_leg", "concentration_cap")
    return Rulebook(
        code=head["rulebook_code"],
        name=head["rulebook_name"],
        document=head["rulebook_document"],
        content_hash=head["rulebook_hash"],
        **{name: head[name] for name in names},
    )
