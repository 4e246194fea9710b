"""One quarter on the real scheduler, PostgreSQL, REST API and SMTP server: once for all, then again for nothing."""

from __future__ import annotations

import email
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from openpyxl import load_workbook
from sqlalchemy import create_engine, text

from cunfang.airflow import demo
from cunfang.airflow.stack import Live, Stack
from cunfang.documents.files import PAGE, WORKBOOK, run_folder
from cunfang.settings import HOME, settings

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def live() -> Iterator[Live]:
    """A running stack with its own var and inbox, on free ports, through which the quarter has gone once."""
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory(prefix="cunfang-e2e-") as folder:
        # Not under pytest's own folder: PostgreSQL runs as another user, whom pytest may lock out of it.
        var = Path(folder)
        var.chmod(0o755)
        patch.setenv("CUNFANG_VAR", str(var))
        patch.setenv("CUNFANG_INBOX", str(var / "inbox"))
        stack = Stack(var=var, dags=HOME / "dags", plugins=HOME / "plugins", inbox=var / "inbox")
        with stack.running() as running:
            demo.play(running)
            yield running


def _rows(live: Live, statement: str) -> list[tuple]:
    engine = create_engine(live.addresses.warehouse_url)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(statement))]
    engine.dispose()
    return found


def _mails(live: Live) -> list[EmailMessage]:
    """What the county's mailboxes received, in order."""
    paths = sorted(live.mail.glob("*.eml"))
    return [email.message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]


def test_every_file_is_decided_and_only_the_clerical_error_is_refused(live: Live) -> None:
    states = _rows(live, "SELECT status, count(*) FROM raw.submission_state GROUP BY status ORDER BY status")
    delivered = demo.delivered_files("inbox") + demo.delivered_files("corrections")
    assert states == [("accepted", delivered - 1), ("rejected", 1)]
    refused = _rows(
        live,
        "SELECT DISTINCT s.feed, f.check_id, f.cell FROM raw.submission_state AS s JOIN ops.finding AS f "
        "USING (submission_id) WHERE s.status = 'rejected' AND f.class = 'validity'",
    )
    assert refused == [("pboc_credit", "PBC-V010", "J10")]


def test_the_quarter_is_evaluated_signed_by_three_offices_and_published_once(live: Live) -> None:
    assert _rows(live, "SELECT region, period, status, rulebook_code FROM eval.run_state") == [
        ("420922", "2025-Q4", "published", "dawu-2025")
    ]
    signed = "SELECT step_no, verdict, approver, comment FROM ops.approval ORDER BY step_no"
    assert _rows(live, signed) == [
        (1, "approved", "finance_office", "示例签批"),
        (2, "approved", "leading_group", "示例签批"),
        (3, "approved", "finance_bureau", "示例签批"),
    ]


def test_the_order_is_issued_once_with_a_day_for_each_transfer(live: Live) -> None:
    assert _rows(live, "SELECT order_no, standing FROM ops.order_state WHERE kind = 'adjustment'") == [
        ("420922-2025Q4-T01", "issued")
    ]
    legs = _rows(live, "SELECT status, due_on IS NOT NULL, excused FROM ops.leg_state WHERE kind = 'adjustment'")
    assert {leg for leg in legs if leg[0] != "blocked"} == {("issued", True, False)}
    told = {mail["X-RcptTo"] for mail in _mails(live) if "【存款调整】" in mail["Subject"]}
    paying = _rows(live, "SELECT DISTINCT lower(from_institution) FROM ops.leg_state WHERE kind = 'adjustment'")
    assert {f"{bank}@banks.dawu.example" for (bank,) in paying} <= told


def test_a_red_warning_proposes_a_recall_that_waits_for_a_person(live: Live) -> None:
    recalls = _rows(live, "SELECT institution, status FROM ops.order_paper WHERE kind = 'recall'")
    assert recalls == [("ABC", "draft")]
    assert _rows(live, "SELECT count(*) FROM ops.leg_event AS e JOIN ops.transfer_order AS o USING (order_id) "
                       "WHERE o.kind = 'recall'") == [(0,)]  # fmt: skip


def test_the_day_of_the_warehouse_is_today_again(live: Live) -> None:
    assert _rows(live, "SELECT ops.today() = CAST(now() AT TIME ZONE 'Asia/Shanghai' AS date)") == [(True,)]


def test_the_targets_close_to_the_total_in_the_mart(live: Live) -> None:
    [(mart, quota)] = _rows(
        live, "SELECT (SELECT sum(target_amount) FROM mart.fact_allocation), (SELECT total FROM eval.quota)"
    )
    assert mart == quota


def test_each_mail_went_out_once_and_the_result_carries_the_workbook(live: Live) -> None:
    mails = _mails(live)
    ids = [mail["Message-ID"] for mail in mails]
    assert len(ids) == len(set(ids)) == _rows(live, "SELECT count(*) FROM ops.outbox")[0][0]
    subjects = " ".join(mail["Subject"] for mail in mails)
    assert "红色预警" in subjects
    attached = [part for mail in mails for part in mail.iter_attachments() if "sheet" in part.get_content_type()]
    assert attached
    sheets = {name for part in attached for name in load_workbook(BytesIO(part.get_content())).sheetnames}
    assert "份额与额度" in sheets
    assert "校验说明" in sheets


def test_workbook_page_and_data_docs_lie_where_the_summary_says(live: Live) -> None:
    [(run_id,)] = _rows(live, "SELECT run_id FROM eval.run")
    folder = run_folder(settings(), run_id)
    assert (folder / WORKBOOK).stat().st_size > 5_000
    assert "示例数据" in (folder / PAGE).read_text(encoding="utf-8")
    assert (settings().var / "data-docs" / "index.html").is_file()


def test_a_second_time_ends_the_same_and_adds_nothing(live: Live) -> None:
    before = demo.counted(live)
    files = sorted(Path(live.mail).glob("*.eml"))
    demo.play(live)
    assert demo.counted(live) == before
    assert sorted(Path(live.mail).glob("*.eml")) == files
