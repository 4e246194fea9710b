"""Check: typed rows against their suite, on grounds that are pinned by the event log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text

from cunfang.feeds.normalise import Typed, normalise
from cunfang.finding import Finding
from cunfang.institution import Register
from cunfang.intake import grounds, reading
from cunfang.intake.submissions import (
    OutOfTurnError,
    Submission,
    event,
    keep_findings,
    load,
    lock_region,
    locked,
    reading_findings,
    report_of,
)
from cunfang.quality.basis import Basis
from cunfang.quality.gate import check as judge
from cunfang.quality.report import CheckReport
from cunfang.settings import Settings
from cunfang.warehouse.copy import copy_rows

_RESULT = ("submission_id", "check_id", "class", "passed", "evaluated_count", "unexpected_count", "checked_at")


def check(engine: Engine, settings: Settings, submission_id: int) -> CheckReport:
    """Check a submission that was read; the report holds what reading, typing and the suite found.

    An accepted one is not checked again, nor one that was checked on the same grounds: the report is given as kept.
    A rejected one is, with the registers that stand now. If a register changes meanwhile, the check starts over.
    """
    while True:
        with engine.connect() as connection:
            submission = load(connection, submission_id)
            if submission.status == "registered":
                raise OutOfTurnError(f"报送批次 {submission_id} 尚未读取，不能校验")
            if submission.status == "accepted":
                return report_of(connection, submission_id)
            pinned = grounds.pins(connection, submission)
            if submission.status == "checked" and grounds.pins_of_check(connection, submission) == pinned:
                return report_of(connection, submission_id)
            case = _case(connection, submission, pinned)
        report = _judged(case, settings)
        with engine.begin() as connection:
            lock_region(connection, submission.region)
            if locked(connection, submission_id).status == "accepted":
                return report_of(connection, submission_id)
            if grounds.pins(connection, submission) == pinned:
                _keep(connection, submission, report, len(case.read))
                return report


@dataclass(frozen=True)
class _Case:
    """One submission with all that its check looks at."""

    submission: Submission
    read: tuple[Finding, ...]
    typed: Typed
    basis: Basis


def _case(connection: Connection, submission: Submission, pinned: grounds.Pins) -> _Case:
    basis = grounds.basis(connection, submission, pinned)
    typed = typed_rows(connection, submission, basis.register)
    return _Case(submission, reading_findings(connection, submission.submission_id), typed, basis)


def typed_rows(connection: Connection, submission: Submission, register: Register | None) -> Typed:
    """The submission's records in canonical types, names resolved by `register`."""
    found = reading.records(connection, submission.submission_id)
    names = (submission.region, reading.county(submission.region))
    return normalise(submission.contract, found, register, submission.period, file=submission.file_name, region=names)


def _judged(case: _Case, settings: Settings) -> CheckReport:
    """A file that could not be understood is not judged further: its rows would only mislead."""
    if any(finding.blocking for finding in case.read):
        return CheckReport(findings=case.read)
    submission = case.submission
    page = settings.var / "data-docs" / f"{submission.submission_id}.html"
    report = judge(submission.contract, case.typed, case.basis, file=submission.file_name, page=page)
    return CheckReport(report.results, (*case.read, *report.findings))


def _keep(connection: Connection, submission: Submission, report: CheckReport, read: int) -> None:
    """Append this round, whose first `read` findings are kept already; what earlier rounds found stays."""
    broken = sum(not result.passed for result in report.results)
    blocking = sum(finding.blocking for finding in report.findings)
    detail = f"校验 {len(report.results)} 条规则，{broken} 条未通过；{blocking} 处必须更正。"
    moment = event(connection, submission.submission_id, "checked", detail)
    keep_findings(
        connection,
        report.findings[read:],
        moment,
        region=submission.region,
        period=submission.period,
        submission_id=submission.submission_id,
    )
    results = [
        (submission.submission_id, one.check, one.klass.value, one.passed, one.evaluated, one.unexpected, moment)
        for one in report.results
    ]
    copy_rows(connection, "ops.check_result", _RESULT, results)
    _quarantine(connection, submission.submission_id, report.findings)


def _quarantine(connection: Connection, submission_id: int, findings: Iterable[Finding]) -> None:
    """Name the rows that could not be taken and why; a later round renews the reason."""
    reasons = {
        (finding.record_no, finding.check): finding.message
        for finding in findings
        if finding.blocking and finding.record_no is not None
    }
    if reasons:
        connection.execute(
            text(
                "INSERT INTO ops.quarantine (submission_id, record_no, check_id, reason)"
                " VALUES (:id, :no, :check, :why)"
                " ON CONFLICT (submission_id, record_no, check_id)"
                " DO UPDATE SET reason = excluded.reason, quarantined_at = clock_timestamp()"
            ),
            [{"id": submission_id, "no": no, "check": check, "why": why} for (no, check), why in reasons.items()],
        )
