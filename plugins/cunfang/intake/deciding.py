"""Decide: a clean submission goes into core and stands; one with blocking findings is rejected, and nothing moves."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, Engine, text

from cunfang.feeds.contract import contracts
from cunfang.feeds.normalise import Typed, TypedRow
from cunfang.feeds.spans import standing
from cunfang.intake import correcting, documents, grounds
from cunfang.intake.checking import typed_rows
from cunfang.intake.reading import county, records
from cunfang.intake.submissions import OutOfTurnError, Submission, event, findings_of, load, lock_region, locked
from cunfang.warehouse import sql
from cunfang.warehouse.copy import copy_rows

SHARED_TABLE = "core.other"
"""Where feeds without a table of their own go, a JSON object per row."""


def decide(engine: Engine, submission_id: int) -> str:
    """`accepted` or `rejected`, in one transaction with all that follows from it; a decision taken stays.

    The version accepted before stands until this one is accepted.
    """
    with engine.begin() as connection:
        region = load(connection, submission_id).region
        lock_region(connection, region)
        submission = locked(connection, submission_id)
        if submission.status in ("accepted", "rejected"):
            return submission.status
        if submission.status != "checked":
            raise OutOfTurnError(f"报送批次 {submission_id} 尚未校验，不能决定是否接受")
        blocking = [finding for finding in findings_of(connection, submission_id) if finding.blocking]
        if blocking:
            checks = sorted({finding.check for finding in blocking})
            event(connection, submission_id, "rejected", _refusal(connection, submission, len(blocking), checks))
            return "rejected"
        pinned = grounds.pins_of_check(connection, submission)
        found = correcting.as_checked(connection, submission_id, records(connection, submission_id))
        typed = typed_rows(submission, found, grounds.register(connection, submission, pinned))
        _into_core(connection, submission, documents.proven(connection, submission, typed))
        sql.run(connection, "core/open_referrals.sql", {"submission": submission_id})
        event(connection, submission_id, "accepted", f"已接受 {len(typed.rows)} 行，回执号 {receipt(submission)}。")
        return "accepted"


def receipt(submission: Submission) -> str:
    """The receipt number of an accepted submission."""
    who = f"-{submission.reporter}" if submission.reporter else ""
    version = f"{submission.sequence:02d}-{submission.sha256[:8]}"
    return f"{submission.region}-{submission.period}-{submission.feed}{who}-{version}"


def checked_on_older(engine: Engine, submission_id: int) -> bool:
    """Whether a register, or an earlier quarter that it was compared with, was renewed since its last check."""
    with engine.connect() as connection:
        submission = load(connection, submission_id)
        return grounds.pins(connection, submission) != grounds.pins_of_check(connection, submission)


def to_check_again(engine: Engine, submission_id: int) -> list[int]:
    """Rejected submissions that lean on this accepted register: with it renewed they may pass."""
    with engine.connect() as connection:
        submission = load(connection, submission_id)
        leaning = [one.feed for one in contracts().values() if submission.feed in one.references.values()]
        if not leaning:
            return []
        rows = sql.rows(
            connection,
            "core/to_check_again.sql",
            {"region": submission.region, "period": str(submission.period), "feeds": leaning},
        )
        return [row["submission_id"] for row in rows]


def _into_core(connection: Connection, submission: Submission, typed: Typed) -> None:
    connection.execute(
        text(
            "INSERT INTO core.region AS r (region, name) VALUES (:region, :name)"
            " ON CONFLICT (region) DO UPDATE SET name = excluded.name WHERE excluded.name NOT IN ('', r.name)"
        ),
        {"region": submission.region, "name": county(submission.region)},
    )
    now, past = standing(submission.contract, typed.rows, submission.period.end)
    _copy(connection, submission, submission.contract.table, now)
    if past and submission.contract.validity:
        _copy(connection, submission, submission.contract.validity.past, past)


def _copy(connection: Connection, submission: Submission, table: str, rows: Iterable[TypedRow]) -> None:
    names = [column.name for column in submission.contract.loaded_columns]
    shared = table == SHARED_TABLE
    copy_rows(
        connection,
        table,
        ["submission_id", "record_no", "region", *(("feed", "fields") if shared else names)],
        (
            (
                *(submission.submission_id, row.record_no, submission.region),
                *((submission.feed, _exact(row, names)) if shared else (row.fields[name] for name in names)),
            )
            for row in rows
        ),
    )


def _exact(row: TypedRow, names: Iterable[str]) -> dict[str, object]:
    """A row as one JSON object; amounts and days as text, to the last digit."""
    kept = {name: row.fields[name] for name in names}
    return {
        name: value if value is None or isinstance(value, bool | int | tuple) else str(value)
        for name, value in kept.items()
    }


def _refusal(connection: Connection, submission: Submission, count: int, checks: list[str]) -> str:
    shown = "、".join(checks[:5]) + (" 等" if len(checks) > 5 else "")
    sentence = f"第 {submission.sequence} 次报送未被接受：{count} 处必须更正（{shown}），请更正后重新报送。"
    standing = connection.scalar(
        text(
            "SELECT sequence FROM raw.standing_submission"
            " WHERE (region, period, feed, reporter) = (:region, :period, :feed, :reporter)"
        ),
        {
            "region": submission.region,
            "period": str(submission.period),
            "feed": submission.feed,
            "reporter": submission.reporter,
        },
    )
    return sentence + (f"第 {standing} 次报送仍然有效。" if standing else "")
