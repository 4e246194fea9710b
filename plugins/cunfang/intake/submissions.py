"""Submissions (报送批次) as the warehouse knows them: their state, their locks, what was found in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, text

from cunfang.feeds.contract import Contract, contract
from cunfang.finding import Finding, Klass
from cunfang.period import Period
from cunfang.quality.report import CheckReport, CheckResult
from cunfang.warehouse import sql
from cunfang.warehouse.copy import copy_rows


@dataclass(frozen=True)
class Submission:
    """One delivered file, one version. `status` is its last event, `detail` the sentence of that event."""

    submission_id: int
    region: str
    period: Period
    feed: str
    reporter: str
    sequence: int
    sha256: str
    file_name: str
    status: str
    detail: str

    @property
    def contract(self) -> Contract:
        """The contract of its feed."""
        return contract(self.feed)


@dataclass(frozen=True)
class Reported:
    """A finding with the submission it belongs to, and whether reading found it or the check after."""

    submission_id: int
    feed: str
    at_reading: bool
    finding: Finding


class OutOfTurnError(RuntimeError):
    """A step was asked for before the step it builds on."""


def load(connection: Connection, submission_id: int) -> Submission:
    """The submission as it stands now; an unknown number is a LookupError."""
    row = connection.execute(
        text("SELECT * FROM raw.submission_state WHERE submission_id = :id"), {"id": submission_id}
    ).one_or_none()
    if row is None:
        raise LookupError(f"没有报送批次 {submission_id}")
    return Submission(
        row.submission_id,
        row.region,
        Period.parse(row.period),
        row.feed,
        row.reporter,
        row.sequence,
        row.sha256,
        row.file_name,
        row.status,
        row.detail,
    )


def locked(connection: Connection, submission_id: int) -> Submission:
    """`load`, and until the transaction ends no other worker takes a step with this submission."""
    connection.execute(
        text("SELECT 1 FROM raw.submission WHERE submission_id = :id FOR NO KEY UPDATE"), {"id": submission_id}
    )
    return load(connection, submission_id)


def lock_region(connection: Connection, region: str) -> None:
    """Until the transaction ends no other worker accepts or finishes a check in this region: registers stay put."""
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('cunfang.intake'), :key)"), {"key": int(region)})


def event(connection: Connection, submission_id: int, status: str, detail: str = "") -> datetime:
    """Append an event; its time, which the findings of the same step carry too."""
    statement = text(
        "INSERT INTO raw.submission_event (submission_id, status, detail, happened_at)"
        " VALUES (:id, :status, :detail, now()) RETURNING happened_at"
    )
    moment: datetime = connection.execute(
        statement, {"id": submission_id, "status": status, "detail": detail}
    ).scalar_one()
    return moment


_FINDING = (
    *("submission_id", "region", "period", "check_id", "class", "message", "advice"),
    *("file_name", "sheet", "cell", "column_name", "record_no", "found_at", "institution"),
)


def keep_findings(
    connection: Connection,
    findings: Iterable[Finding],
    moment: datetime,
    *,
    region: str,
    period: Period,
    submission_id: int | None,
    institutions: Mapping[int, str] | None = None,
) -> None:
    """Append findings of one step to ops.finding; `institutions`: record_no → the bank that the row is about."""
    about = institutions or {}
    rows = [
        (
            *(submission_id, region, str(period), f.check, f.klass.value, f.message, f.advice),
            *(f.file, f.sheet, f.cell, f.column, f.record_no, moment),
            about.get(f.record_no, "") if f.record_no is not None else "",
        )
        for f in findings
    ]
    copy_rows(connection, "ops.finding", _FINDING, rows)


def reported(
    engine: Engine, region: str | None = None, period: Period | None = None, submission_id: int | None = None
) -> list[Reported]:
    """What the last round of reading and checking found, in the order found; narrowed by what is given."""
    with engine.connect() as connection:
        return _reported(connection, region, period, submission_id)


def _reported(
    connection: Connection, region: str | None, period: Period | None, submission_id: int | None
) -> list[Reported]:
    parameters = {"submission": submission_id, "region": region, "period": str(period) if period else None}
    rows = sql.rows(connection, "core/last_findings.sql", parameters)
    return [Reported(row["submission_id"], row["feed"], row["at_reading"], kept_finding(row)) for row in rows]


def findings_of(connection: Connection, submission_id: int) -> tuple[Finding, ...]:
    """The last round's findings of one submission."""
    return tuple(entry.finding for entry in _reported(connection, None, None, submission_id))


def reading_findings(connection: Connection, submission_id: int) -> tuple[Finding, ...]:
    """What the last reading of one submission found."""
    rounds = _reported(connection, None, None, submission_id)
    return tuple(entry.finding for entry in rounds if entry.at_reading)


def report_of(connection: Connection, submission_id: int) -> CheckReport:
    """The last check of a submission as it was kept."""
    rows = sql.rows(connection, "core/last_results.sql", {"submission": submission_id})
    results = tuple(
        CheckResult(
            row["check_id"], Klass(row["class"]), row["passed"], row["evaluated_count"], row["unexpected_count"]
        )
        for row in rows
    )
    return CheckReport(results, findings_of(connection, submission_id))


def kept_finding(row: Mapping[str, Any]) -> Finding:
    """A row of ops.finding as the finding it keeps."""
    return Finding(
        row["check_id"],
        Klass(row["class"]),
        row["message"],
        row["advice"],
        row["file_name"],
        row["sheet"],
        row["cell"],
        row["column_name"],
        row["record_no"],
    )


def undecided(engine: Engine, feed: str) -> list[int]:
    """Submissions of `feed` that are neither accepted nor rejected, oldest first."""
    with engine.connect() as connection:
        return [row["submission_id"] for row in sql.rows(connection, "core/undecided.sql", {"feed": feed})]


def clean(name: str) -> str:
    """A file name or cell text as the warehouse can keep it: no NUL, no broken Unicode."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\x00", "\ufffd")
