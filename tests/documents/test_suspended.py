"""A result says which checks were suspended for its inputs: page, workbook, mail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Connection, Engine, text

from cunfang.documents.loading import load_result
from cunfang.documents.page import build as page
from cunfang.documents.result import RunResult
from cunfang.documents.templates import render
from cunfang.documents.view import result_view
from cunfang.documents.workbook import build as workbook
from cunfang.quality.suspension import NOTE, Suspension
from documents.sample_run import Sample
from documents.spreadsheet import Spreadsheet

SUSPENDED = Suspension(
    check="PBC-Q014",
    reason="农发行本季度改报省分行汇总数",
    by="县金融办主任",
    decided_on=date(2026, 1, 8),
    until="2026-Q1",
)


@pytest.fixture
def noted(engine: Engine, sample: Sample) -> Iterator[RunResult]:
    """The run as if one of its inputs had been checked twice, the last time with a check suspended."""
    with engine.connect() as connection:
        connection.execute(
            text("INSERT INTO raw.submission_event (submission_id, status) VALUES (:id, 'read')"),
            {"id": sample.submissions["pboc_credit"]},
        )
        for found in (2, 1):
            _checked(connection, sample.submissions["pboc_credit"], found)
        yield load_result(connection, sample.run_id)
        connection.rollback()


def _checked(connection: Connection, submission: int, found: int) -> None:
    moment = connection.execute(
        text("INSERT INTO raw.submission_event (submission_id, status) VALUES (:id, 'checked') RETURNING happened_at"),
        {"id": submission},
    ).scalar_one()
    note = SUSPENDED.note(found, "存贷款情况表.xlsx")
    connection.execute(
        text(
            "INSERT INTO ops.finding"
            " (submission_id, region, period, check_id, class, message, advice, file_name, found_at)"
            " VALUES (:id, '420922', '2025-Q4', :check, :class, :message, :advice, :file, :moment)"
        ),
        {
            "id": submission, "check": note.check, "class": note.klass.value, "message": note.message,
            "advice": note.advice, "file": note.file, "moment": moment,
        },
    )  # fmt: skip


def test_only_the_last_check_of_an_input_counts(noted: RunResult) -> None:
    assert [(item.check, item.feed) for item in noted.suspended] == [(NOTE, "pboc_credit")]
    assert "有 1 处未计入" in noted.suspended[0].message
    assert NOTE not in {item.check for item in noted.findings}


def test_page_and_workbook_list_the_suspended_check_with_its_reason(noted: RunResult) -> None:
    said = SUSPENDED.note(1).message
    assert "暂停的校验规则" in page(noted)
    assert said in page(noted)
    shown = [str(cell.value) for row in Spreadsheet(workbook(noted)).formulas["检查"].iter_rows() for cell in row]
    assert "暂停的校验规则" in shown
    assert said in shown


@pytest.mark.parametrize("level", ["full", "summary"])
def test_the_mail_of_a_result_lists_the_suspended_check(noted: RunResult, level: str) -> None:
    said = SUSPENDED.note(1).message
    for kind in ("txt", "html"):
        values = {
            "level": level,
            "subject": "",
            "title": "",
            "colour": "",
            "freshness": "",
            "office": "",
            "sample": False,
        }
        assert said in render(f"mail/result.{kind}.j2", view=result_view(noted), **values)


def test_a_result_without_suspended_checks_says_nothing_of_them(result: RunResult) -> None:
    assert result.suspended == ()
    assert "暂停的校验规则" not in page(result)
