"""Check: typed rows against their suite, on grounds that are pinned by the event log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection, Engine, text

from cunfang.feeds.normalise import Typed, normalise
from cunfang.feeds.record import Record
from cunfang.finding import Finding
from cunfang.institution import Register
from cunfang.intake import correcting, documents, grounds, reading
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
from cunfang.quality.further import further
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
            case = _case(connection, settings, submission, pinned)
        report = _judged(case, settings)
        with engine.begin() as connection:
            lock_region(connection, submission.region)
            if locked(connection, submission_id).status == "accepted":
                return report_of(connection, submission_id)
            if grounds.pins(connection, submission) == pinned:
                _keep(connection, case, report)
                return report


@dataclass(frozen=True)
class _Case:
    """One submission with all that its check looks at."""

    submission: Submission
    read: tuple[Finding, ...]
    corrected: correcting.Corrected
    typed: Typed
    basis: Basis

    @property
    def institutions(self) -> Mapping[int, str]:
        """The bank that each row is about, by its own word or by its account; rows about none are left out."""
        accounts = self.basis.accounts or {}
        named = {}
        for row in self.typed.rows:
            account = accounts.get(str(row.fields.get("account")))
            if bank := row.fields.get("institution") or (account and account.institution):
                named[row.record_no] = str(bank)
        return named


def _case(connection: Connection, settings: Settings, submission: Submission, pinned: grounds.Pins) -> _Case:
    basis = grounds.basis(connection, submission, pinned)
    number, region, agreed = submission.submission_id, submission.region, submission.contract
    found = reading.records(connection, number)
    known = correcting.entries(region, submission.feed, submission.period)
    corrected = correcting.correct(
        found, known, agreed, basis.register, file=submission.file_name, region=submission.region
    )
    typed = typed_rows(submission, corrected.records, basis.register)
    basis = replace(basis, documents=documents.of_submission(connection, settings, submission, typed))
    return _Case(submission, reading_findings(connection, number), corrected, typed, basis)


def typed_rows(submission: Submission, found: Iterable[Record], register: Register | None) -> Typed:
    """The submission's records in canonical types, names resolved by `register`."""
    names = (submission.region, reading.county(submission.region))
    return normalise(submission.contract, found, register, submission.period, file=submission.file_name, region=names)


def _judged(case: _Case, settings: Settings) -> CheckReport:
    """A file that reading refused hears in the same round what else is wrong, as far as its rows can be trusted."""
    submission = case.submission
    if any(finding.blocking for finding in case.read):
        again = reading.as_read(settings, submission)
        names = (submission.region, reading.county(submission.region))
        return CheckReport(findings=(*case.read, *further(submission.contract, again, case.basis, region=names)))
    page = settings.var / "data-docs" / f"{submission.submission_id}.html"
    report = judge(submission.contract, case.typed, case.basis, file=submission.file_name, page=page)
    return CheckReport(report.results, (*case.read, *case.corrected.findings, *report.findings))


def _keep(connection: Connection, case: _Case, report: CheckReport) -> None:
    """Append this round, whose findings of reading are kept already; what earlier rounds found stays."""
    submission = case.submission
    broken = sum(not result.passed for result in report.results)
    blocking = sum(finding.blocking for finding in report.findings)
    asked = len(report.findings) - blocking
    counts = f"{blocking} 处必须更正，{asked} 处须更正或说明"
    detail = f"已校验 {len(report.results)} 条规则，{broken} 条未通过：{counts}；等待决定。"
    documents.keep(connection, submission, case.basis.documents)
    moment = event(connection, submission.submission_id, "checked", detail)
    keep_findings(
        connection,
        report.findings[len(case.read) :],
        moment,
        region=submission.region,
        period=submission.period,
        submission_id=submission.submission_id,
        institutions=case.institutions,
    )
    correcting.keep(connection, submission.submission_id, case.corrected.applied, moment)
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
