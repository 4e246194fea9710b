"""Banks whose deposits are being recalled: what a run knows of them is an input of it, as the feeds are (S11, S21)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from cunfang.period import Period
from cunfang.warehouse.copy import copy_rows
from cunfang.warehouse.sql import rows


@dataclass(frozen=True)
class Recalled:
    """A bank under a signed recall that a figure still red keeps out; `submission_id`, `record_no` are that figure."""

    institution: str
    order_no: str
    reason: str
    submission_id: int
    record_no: int


def recalled_banks(connection: Connection, region: str, period: Period) -> list[Recalled]:
    """Banks of `region` that take no part in `period`: recalled by its last day, on a figure still red by then."""
    asked = {"region": region, "as_of": period.end}
    return [Recalled(**row) for row in rows(connection, "eval/08_recalled.sql", asked)]


def keep(connection: Connection, run_id: int, banks: Iterable[Recalled]) -> None:
    """Pin what run `run_id` knew."""
    columns = ("run_id", "institution", "order_no", "reason", "submission_id", "record_no")
    known = ((run_id, b.institution, b.order_no, b.reason, b.submission_id, b.record_no) for b in banks)
    copy_rows(connection, "eval.run_recall", columns, known)
