"""Read: the archived bytes become records of text with their cells, in one transaction."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, text

from cunfang.feeds import reader
from cunfang.feeds.record import Reading, Record
from cunfang.intake.faults import READ_OTHERWISE
from cunfang.intake.landing import archived
from cunfang.intake.submissions import Submission, clean, event, keep_findings, load, locked
from cunfang.quality.suspension import in_force, set_aside
from cunfang.region import load_region
from cunfang.settings import Settings
from cunfang.warehouse.copy import copy_rows

_RECORD = ("submission_id", "record_no", "sheet", "row_no", "texts", "cells", "units")


def read(engine: Engine, settings: Settings, submission_id: int) -> None:
    """Read a registered submission; nothing to do for one that was read already.

    Whatever the file holds ends in records and findings, never in an error. A file that came in again after it was
    rejected is read anew, with the contract as it is now.
    """
    with engine.connect() as connection:
        submission = load(connection, submission_id)
    if submission.status != "registered":
        return
    reading = as_read(settings, submission)
    with engine.begin() as connection:
        if locked(connection, submission_id).status == "registered":
            _keep(connection, submission, reading)


def as_read(settings: Settings, submission: Submission) -> Reading:
    """The archived bytes as the contract reads them now."""
    return reader.read(
        archived(settings.archive, submission.sha256),
        submission.contract,
        submission.region,
        submission.period,
        county=county(submission.region),
        name=submission.file_name,
    )


def county(region: str) -> str:
    """The region's name as titles write it; empty, and held against no title, where no region file says it."""
    known = load_region(region)
    return known.name if known.name != known.code else ""


def _keep(connection: Connection, submission: Submission, reading: Reading) -> None:
    """Records of a file that was not understood are not kept: with the contract corrected it reads differently."""
    suspended = in_force(submission.region, submission.period)
    findings = set_aside(reading.findings, suspended, {"FILE"}, submission.file_name)
    fresh = [] if reading.blocked else [_row(submission.submission_id, one) for one in reading.records]
    before = [_row(submission.submission_id, one) for one in records(connection, submission.submission_id)]
    if not before:
        copy_rows(connection, "raw.record", _RECORD, fresh)
    elif fresh and fresh != before:
        findings.append(READ_OTHERWISE.finding(file=submission.file_name))
    layout = f"，表样 {reading.layout}" if reading.layout else ""
    detail = f"读到 {len(reading.records)} 行{layout}，{len(findings)} 处发现。"
    moment = event(connection, submission.submission_id, "read", detail)
    keep_findings(
        connection,
        findings,
        moment,
        region=submission.region,
        period=submission.period,
        submission_id=submission.submission_id,
    )


def _row(submission_id: int, record: Record) -> tuple[object, ...]:
    texts = {name: clean(text) for name, text in record.texts.items()}
    return submission_id, record.record_no, clean(record.sheet), record.row_no, texts, record.cells, record.units


def records(connection: Connection, submission_id: int) -> list[Record]:
    """The records of a submission as they were read."""
    rows = connection.execute(
        text(
            "SELECT record_no, sheet, row_no, texts, cells, units FROM raw.record"
            " WHERE submission_id = :id ORDER BY record_no"
        ),
        {"id": submission_id},
    )
    return [Record.from_dicts(*row) for row in rows]
