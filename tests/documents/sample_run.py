"""The sample county's 2025-Q4 in a warehouse, evaluated: the run that documents and mail are tested on."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from xlsxwriter.utility import xl_rowcol_to_cell

from cunfang.evaluation import evaluate
from cunfang.feeds.contract import Kind, contract
from cunfang.period import Period
from cunfang.rulebook import read_rulebook
from cunfang.settings import INCLUDE
from cunfang.warehouse.copy import copy_rows
from cunfang.workday import is_workday

REGION = "420922"
PERIOD = Period.parse("2025-Q4")
FOLDER = INCLUDE / "sample" / "canonical" / REGION / str(PERIOD)
SHEET = "Sheet1"


@dataclass(frozen=True)
class Sample:
    """What was loaded: the run, and the submission of each feed."""

    run_id: int
    submissions: Mapping[str, int]
    warning_ids: tuple[int, ...]


def load_sample(
    engine: Engine, rulebook: str = "dawu-2025", changes: Mapping[str, Mapping[str, str]] | None = None
) -> Sample:
    """Load the canonical files as accepted submissions and evaluate; `changes` replaces texts by feed: old → new."""
    with engine.begin() as connection:
        days = [date(2025, 1, 1) + timedelta(days=n) for n in range(396)]
        if not connection.scalar(text("SELECT count(*) FROM core.workday")):
            copy_rows(connection, "core.workday", ("day", "is_workday"), ((day, is_workday(day)) for day in days))
        submissions = {
            path.parent.name: _submit(connection, path, (changes or {}).get(path.parent.name, {}))
            for path in sorted(FOLDER.glob("*/*.csv"))
        }
        warning_ids = _warn(connection, submissions["pboc_prudential"])
    evaluated = evaluate(engine, REGION, PERIOD, read_rulebook(rulebook))
    return Sample(evaluated.run_id, submissions, warning_ids)


@cache
def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _submit(connection: Connection, path: Path, changes: Mapping[str, str]) -> int:
    feed = path.parent.name
    agreed = contract(feed)
    content = path.read_bytes() + repr(sorted(changes.items())).encode()
    sequence = connection.scalar(
        text("SELECT count(*) + 1 FROM raw.submission WHERE region = :region AND period = :period AND feed = :feed"),
        {"region": REGION, "period": str(PERIOD), "feed": feed},
    )
    submission_id = connection.execute(
        text("""
            INSERT INTO raw.submission (region, period, feed, sequence, provider, sha256, file_name, file_size)
            VALUES (:region, :period, :feed, :sequence, :provider, :sha256, :file_name, :file_size)
            RETURNING submission_id
        """),
        {
            "region": REGION, "period": str(PERIOD), "feed": feed, "sequence": sequence, "provider": agreed.provider,
            "sha256": hashlib.sha256(content).hexdigest(), "file_name": path.name, "file_size": len(content),
        },
    ).scalar_one()  # fmt: skip
    rows = [{key: changes.get(value, value) for key, value in row.items()} for row in _rows(path)]
    columns = list(rows[0])
    copy_rows(
        connection,
        "raw.record",
        ("submission_id", "record_no", "sheet", "row_no", "texts", "cells", "units"),
        (
            (
                submission_id, number, SHEET, number + 1, row,
                {name: xl_rowcol_to_cell(number, place) for place, name in enumerate(columns)},
                {item.name: "元" for item in agreed.columns if item.type is Kind.MONEY},
            )
            for number, row in enumerate(rows, start=1)
        ),
    )  # fmt: skip
    loaded = [item for item in agreed.loaded_columns if item.name in columns]
    copy_rows(
        connection,
        agreed.table,
        ("submission_id", "record_no", "region", *(item.name for item in loaded)),
        (
            (submission_id, number, REGION, *(_typed(row[item.name], item.type) for item in loaded))
            for number, row in enumerate(rows, start=1)
        ),
    )
    connection.execute(
        text("INSERT INTO raw.submission_event (submission_id, status) VALUES (:id, 'accepted')"), {"id": submission_id}
    )
    connection.execute(
        text("""
            INSERT INTO ops.check_result (submission_id, check_id, class, passed, evaluated_count, unexpected_count)
            VALUES (:id, :prefix || '-S001', 'syntactical', TRUE, 1, 0),
                (:id, :prefix || '-Q001', 'quality', FALSE, 9, 1)
        """),
        {"id": submission_id, "prefix": agreed.check_prefix},
    )
    return int(submission_id)


def _typed(value: str, kind: Kind) -> object:
    if kind is Kind.LIST:
        return [item for item in value.split(";") if item]
    return value or None


def _warn(connection: Connection, submission_id: int) -> tuple[int, ...]:
    """Three warnings, one of each level, on the prudential figures that the sample has."""
    inserted = connection.execute(
        text("""
            INSERT INTO ops.warning (
                region, period, institution, metric, as_of, level, value, limit_value, operator, scope, reason,
                rulebook_code, submission_id, record_no
            )
            SELECT
                p.region, '2025-Q4', p.institution, p.metric, p.as_of, w.level, p.value, w.limit_value, '>=', p.scope,
                w.reason, 'dawu-2025', p.submission_id, p.record_no
            FROM core.prudential AS p
            INNER JOIN (
                VALUES ('ABC', 'liquidity_ratio', '红', 0.25, '低于限值超过 25%'),
                ('DWRCB', 'provision_coverage', '橙', 1.50, '低于限值'),
                ('HBB', 'capital_adequacy', '黄', 0.115, '在限值以内，但距限值不足 10%')
            ) AS w (institution, metric, level, limit_value, reason)
                ON p.institution = w.institution AND p.metric = w.metric
            WHERE p.submission_id = :submission_id
            ON CONFLICT DO NOTHING
            RETURNING warning_id
        """),
        {"submission_id": submission_id},
    )
    return tuple(sorted(row.warning_id for row in inserted))
