"""What goes out, to whom and in how much detail: read back from what a real SMTP server received."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from email.header import decode_header, make_header
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote

import pytest
from openpyxl import load_workbook
from sqlalchemy import Connection, Engine, create_engine, text

from cunfang.delivery.announce import (
    announce_questions,
    announce_rejection,
    announce_result,
    announce_warnings,
    remind_late,
)
from cunfang.delivery.outbox import deliver
from cunfang.documents.workbook import result_workbook
from cunfang.finding import Finding, Klass
from cunfang.region import Level, Recipient, Topic, load_region
from cunfang.warehouse.embedded import create_database
from delivery.mailbox_server import MailServer
from delivery.received import Received, outbox
from documents.sample_run import REGION, Sample, load_sample

OFFICE = "office@dawu.example"


@pytest.fixture(scope="session")
def county(postgres: Path) -> Iterator[tuple[Engine, Sample]]:
    """The sample county's run."""
    made = create_engine(create_database(postgres, "announce", template="template_warehouse"))
    yield made, load_sample(made)
    made.dispose()


@pytest.fixture
def sample(county: tuple[Engine, Sample]) -> Sample:
    return county[1]


@pytest.fixture
def connection(county: tuple[Engine, Sample]) -> Iterator[Connection]:
    """A transaction that is rolled back."""
    with county[0].connect() as open_connection:
        yield open_connection


def everyone() -> tuple[Recipient, ...]:
    return load_region(REGION).recipients


def one(*topics: Topic, level: Level | None = None, address: str = "desk@dawu.example") -> list[Recipient]:
    return [Recipient(role="测试", address=address, topics=frozenset(topics), level=level)]


def test_a_result_arrives_with_a_workbook_that_opens(county: tuple[Engine, Sample], mail_server: MailServer) -> None:
    engine, sample = county
    with engine.begin() as connection:
        workbook = result_workbook(connection, sample.run_id)
        announce_result(connection, sample.run_id, one(Topic.RESULT), workbook)
    assert deliver(engine, mail_server.url).sent == 1
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE ops.outbox"))

    mail = Received.read(mail_server.inbox.mails[0][2])
    assert mail.subject == "【考核结果】2025年四季度 大悟县 政府性资金存放（第 1 次运行）"
    (file,) = mail.files
    name = str(file["Content-Disposition"]).partition("filename*=utf-8''")[2]
    assert unquote(name) == "存放考核结果2025年四季度.xlsx"
    assert str(make_header(decode_header(str(file.get_param("name"))))) == "存放考核结果2025年四季度.xlsx"
    content = file.get_payload(decode=True)
    assert content == workbook and isinstance(content, bytes)
    assert load_workbook(BytesIO(content)).sheetnames[0] == "说明"


def test_both_texts_of_a_result_are_complete(connection: Connection, sample: Sample) -> None:
    announce_result(connection, sample.run_id, one(Topic.RESULT), b"x")

    mail = outbox(connection)["desk@dawu.example"]
    for body in (mail.text, mail.html):
        for needed in ("农商行", "44.0686", "39.88%", "11,991.54", "26,382.00", "+14,390.46", "74,241.91", "需开户"):
            assert needed in body
        for needed in ("示例数据", "数据截至 2025-12-31", "第 1 次运行", "检查", "流动性比例", "18.2%"):
            assert needed in body
    assert "max-width:640px" in mail.html
    assert not any(remote in mail.html for remote in ("http://", "https://", "<img", "<script", "<link"))


@pytest.mark.parametrize(
    ("level", "amounts", "legs", "files"),
    [(Level.FULL, True, True, 1), (Level.SUMMARY, True, False, 0), (Level.NOTICE, False, False, 0)],
)
def test_a_recipient_is_told_as_much_as_its_level_says(
    connection: Connection, sample: Sample, level: Level, amounts: bool, legs: bool, files: int
) -> None:
    announce_result(connection, sample.run_id, one(Topic.RESULT, level=level), b"x")

    mail = outbox(connection)["desk@dawu.example"]
    for body in (mail.text, mail.html):
        assert ("26,382.00" in body) is amounts
        assert ("尾号 0001" in body) is legs
        assert "示例数据" in body
    assert len(mail.files) == files


def test_an_address_outside_the_office_gets_a_notice_unless_told_otherwise(
    connection: Connection, sample: Sample
) -> None:
    announce_result(connection, sample.run_id, one(Topic.RESULT, address="clerk@elsewhere.example"), b"x")

    mail = outbox(connection)["clerk@elsewhere.example"]
    assert "26,382.00" not in mail.text + mail.html and not mail.files


def test_saying_it_twice_is_one_message_per_mailbox(connection: Connection, sample: Sample) -> None:
    assert announce_result(connection, sample.run_id, everyone(), b"x") == 4
    assert announce_result(connection, sample.run_id, everyone(), b"x") == 0
    assert announce_warnings(connection, sample.warning_ids, everyone()) == 8
    assert announce_warnings(connection, sample.warning_ids, everyone()) == 0


def test_a_red_warning_has_the_agreed_subject_and_goes_to_the_leading_group(
    connection: Connection, sample: Sample
) -> None:
    announce_warnings(connection, sample.warning_ids[:1], everyone())

    mails = outbox(connection)
    assert set(mails) == {f"{name}@dawu.example" for name in ("leading-group", "treasury", "office")} | {
        "supervision@pboc.dawu.example"
    }
    assert mails[OFFICE].subject == "【红色预警】2025年四季度 农行 流动性比例 18.2%（限值25%）"
    assert "› D8" in mails[OFFICE].text
    assert "› D8" not in mails["supervision@pboc.dawu.example"].text


def test_yellow_ones_go_into_one_digest(connection: Connection, sample: Sample) -> None:
    announce_warnings(connection, sample.warning_ids, one(Topic.DIGEST))

    mails = outbox(connection)
    assert mails["desk@dawu.example"].subject == "【预警日报】红1 橙1 黄1"
    assert all(word in mails["desk@dawu.example"].text for word in ("农行", "农商行", "湖北银行", "12.11%"))


def test_a_notice_of_a_warning_names_no_bank(connection: Connection, sample: Sample) -> None:
    announce_warnings(connection, sample.warning_ids, one(Topic.RED, Topic.DIGEST, level=Level.NOTICE))

    rows = connection.execute(text("SELECT content FROM ops.outbox")).scalars()
    mails = [Received.read(bytes(row)) for row in rows]
    assert len(mails) == 2
    assert not any("农行" in mail.subject + mail.text + mail.html for mail in mails)


def test_a_warning_that_rises_continues_its_thread(connection: Connection, sample: Sample) -> None:
    orange = sample.warning_ids[1:2]
    announce_warnings(connection, orange, one(Topic.RED, Topic.ORANGE))
    first = outbox(connection)["desk@dawu.example"]
    raised = connection.execute(
        text("""
            INSERT INTO ops.warning (region, period, institution, metric, as_of, level, value, limit_value, operator,
                scope, reason, rulebook_code, submission_id, record_no)
            SELECT region, period, institution, metric, as_of, '红', 0.9, limit_value, operator,
                scope, '连续两个季度', rulebook_code, submission_id, record_no
            FROM ops.warning WHERE warning_id = :id
            RETURNING warning_id
        """),
        {"id": orange[0]},
    ).scalar_one()

    assert announce_warnings(connection, [raised], one(Topic.RED, Topic.ORANGE)) == 1
    second = outbox(connection)["desk@dawu.example"]
    assert second.subject.startswith("【红色预警】")
    assert second.message["In-Reply-To"] == first.message["Message-ID"]
    assert first.message["In-Reply-To"] is None


def test_a_rejection_tells_the_provider_what_where_and_what_to_do(connection: Connection, sample: Sample) -> None:
    connection.execute(
        text("""
            INSERT INTO raw.submission_event (submission_id, status, happened_at) VALUES (:id, 'read', now());
            INSERT INTO ops.finding (
                submission_id, region, period, check_id, class, message, advice, file_name, sheet, cell, found_at
            )
            SELECT :id, '420922', '2025-Q4', 'CRD-V014', 'validity',
                '“工行”的 <b>贷款</b> 不是数字' || chr(10) || '=1+1', '请填写数字 ' || n, '表.xlsx', '存贷款', 'C' || n,
                now()
            FROM generate_series(1, 60) AS n
        """),
        {"id": sample.submissions["pboc_credit"]},
    )
    assert announce_rejection(connection, sample.submissions["pboc_credit"], everyone()) == 2

    mail = outbox(connection)["statistics@pboc.dawu.example"]
    assert mail.subject.startswith("【退回更正】2025年四季度") and mail.subject.endswith("60 处须更正")
    for body in (mail.text, mail.html):
        assert "表.xlsx › 存贷款 › C7" in body and "请填写数字 7" in body and "CRD-V014" in body
        assert "另有 10 处" in body
    assert "&lt;b&gt;贷款&lt;/b&gt;" in mail.html and "<b>贷款" not in mail.html
    # Bytes that are no longer in the archive are not missed: the letter says all that it has to.
    assert mail.files == [] and "附件" not in mail.text


def test_a_late_feed_is_chased_once_a_day(connection: Connection, sample: Sample) -> None:
    def remind(today: date) -> int:
        return remind_late(connection, REGION, "2025-Q4", "tax_local", due=date(2026, 1, 15), today=today)

    assert [remind(date(2026, 1, 18)), remind(date(2026, 1, 18)), remind(date(2026, 1, 19))] == [2, 0, 2]
    mail = outbox(connection)["revenue@tax-local.dawu.example"]
    assert mail.subject == "【催报】2025年四季度 地税入库税收 已逾期 4 天"
    assert mail.message["In-Reply-To"] is not None
    assert "县地税局" in mail.text and "2026-01-15" in mail.text


def test_a_region_without_a_file_writes_to_nobody(connection: Connection, sample: Sample) -> None:
    due, today = date(2026, 1, 15), date(2026, 1, 18)

    assert remind_late(connection, "999999", "2025-Q4", "tax", due=due, today=today) == 0


QUESTIONS = [
    Finding("EVA-V021", Klass.VALIDITY, "各行得分之和为 0，不能按比例分配", "请核对报送数据，或由办公室作出决定"),
    Finding("EVA-V012", Klass.VALIDITY, "“<b>湖北银行</b>”为当年新设机构，没有一事一议的决定", "请载入决定"),
]
NOTE = Finding("EVA-M001", Klass.MACRO, "合计与上期相差较大", "请核实")


def ask(connection: Connection, findings: list[Finding], recipients: list[Recipient]) -> int:
    return announce_questions(connection, REGION, "2025-Q4", findings, recipients)


def test_a_stopped_evaluation_asks_the_office_with_number_question_and_what_to_do(
    connection: Connection, sample: Sample
) -> None:
    assert ask(connection, [*QUESTIONS, NOTE], list(everyone())) == 1

    [mail] = outbox(connection).values()
    assert (mail.recipient, mail.subject) == (OFFICE, "【考核待决】2025年四季度 大悟县 2 个问题")
    for body in (mail.text, mail.html):
        for needed in ("示例数据", "EVA-V021", "各行得分之和为 0", "请核对报送数据", "EVA-V012", "请载入决定"):
            assert needed in body
        assert "EVA-M001" not in body
    assert "1. [EVA-V021]" in mail.text and "2. [EVA-V012]" in mail.text
    assert "&lt;b&gt;湖北银行" in mail.html and "<b>湖北" not in mail.html


def test_the_same_questions_are_put_once_and_other_ones_continue_the_thread(
    connection: Connection, sample: Sample
) -> None:
    desk = one(Topic.QUESTION)
    assert ask(connection, QUESTIONS, desk) == 1
    first = outbox(connection)["desk@dawu.example"]
    assert ask(connection, QUESTIONS[::-1], desk) == 0
    assert ask(connection, QUESTIONS[:1], desk) == 1

    second = outbox(connection)["desk@dawu.example"]
    assert second.subject == "【考核待决】2025年四季度 大悟县 1 个问题"
    assert first.message["In-Reply-To"] is None
    assert second.message["In-Reply-To"] == first.message["Message-ID"]


def test_the_questions_of_another_period_are_another_mail(connection: Connection, sample: Sample) -> None:
    desk = one(Topic.QUESTION)
    assert ask(connection, QUESTIONS, desk) == 1

    assert announce_questions(connection, REGION, "2025-Q3", QUESTIONS, desk) == 1
    assert outbox(connection)["desk@dawu.example"].message["In-Reply-To"] is None


def test_a_notice_of_questions_tells_no_more_than_their_number(connection: Connection, sample: Sample) -> None:
    ask(connection, QUESTIONS, one(Topic.QUESTION, address="clerk@elsewhere.example"))

    mail = outbox(connection)["clerk@elsewhere.example"]
    assert all("2 个问题" in body and "湖北银行" not in body for body in (mail.text, mail.html))


def test_of_many_questions_the_first_fifty_are_told_and_the_rest_counted(
    connection: Connection, sample: Sample
) -> None:
    many = [Finding("EVA-V012", Klass.VALIDITY, f"第 {n} 问", "请答复") for n in range(1, 61)]
    ask(connection, many, one(Topic.QUESTION))

    mail = outbox(connection)["desk@dawu.example"]
    assert mail.subject.endswith("60 个问题")
    for body in (mail.text, mail.html):
        assert "第 50 问" in body and "第 51 问" not in body and "另有 10 个" in body
