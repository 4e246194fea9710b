"""What a provider is answered: real files walk the real way in, and the mail is read back from the outbox."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from email.header import decode_header, make_header
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import Engine, text

from cunfang.delivery.announce import announce_receipt, announce_rejection
from cunfang.documents.returned import LIST
from cunfang.intake import take_in
from cunfang.intake.landing import archived
from cunfang.period import Period
from cunfang.region import Level, Recipient, Topic, load_region
from cunfang.settings import INCLUDE, Settings, settings
from delivery.received import Received, outbox

REGION, Q4 = "420922", Period.parse("2025-Q4")
SAMPLE = INCLUDE / "sample" / "inbox" / REGION / str(Q4)
PBOC, LOCAL_TAX, OFFICE = "statistics@pboc.dawu.example", "revenue@tax-local.dawu.example", "office@dawu.example"


@pytest.fixture
def place(tmp_path: Path, warehouse: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An inbox and an archive of their own."""
    monkeypatch.setenv("CUNFANG_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("CUNFANG_INBOX", str(tmp_path / "inbox"))
    return replace(settings(), warehouse_url=warehouse)


@pytest.fixture
def delivered(engine: Engine, place: Settings) -> Callable[..., int]:
    """Deliver a feed of the sample quarter, or a file to `feed[/folder]`; its submission's number, once decided on."""

    def deliver(feed: str, content: bytes | None = None, name: str = "说明.xlsx") -> int:
        folder = place.inbox / REGION / str(Q4) / feed
        if content is None:
            shutil.copytree(SAMPLE / feed, folder)
        else:
            folder.mkdir(parents=True)
            (folder / name).write_bytes(content)
        take_in(engine, place, REGION, Q4)
        with engine.connect() as connection:
            return int(
                connection.execute(
                    text("SELECT max(submission_id) FROM raw.submission WHERE feed = :feed"),
                    {"feed": feed.partition("/")[0]},
                ).scalar_one()
            )

    return deliver


def told(
    engine: Engine, announce: Callable[..., int], number: int, *extra: Recipient
) -> tuple[int, dict[str, Received]]:
    with engine.begin() as connection:
        sent = announce(connection, number, (*load_region(REGION).recipients, *extra))
        return sent, outbox(connection)


def opened(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


def test_a_refusal_carries_the_table_with_the_cell_marked_and_names_every_number(
    engine: Engine, delivered: Callable[..., int]
) -> None:
    delivered("institutions")
    sent, mails = told(engine, announce_rejection, delivered("pboc_credit"))

    assert (sent, set(mails)) == (2, {PBOC, OFFICE})
    mail = mails[PBOC]
    assert mail.subject == "【退回更正】2025年四季度 存贷款统计 1 处须更正"
    for body in (mail.text, mail.html):
        assert "PBC-V010" in body and "› J10" in body and "附件“存贷款统计退回件.xlsx”" in body
    [(name, content)] = mail.contents.items()
    assert name == "存贷款统计退回件.xlsx"
    assert str(make_header(decode_header(str(mail.files[0].get_param("name"))))) == name
    book = opened(content)
    assert book.sheetnames[-1] == LIST
    assert "PBC-V010" in book["存贷款情况"]["J10"].comment.text
    listed = {row[0]: row[4] for row in book[LIST].iter_rows(min_row=3, values_only=True)}
    assert listed["PBC-V010"] == "建行" and "FILE-Q001" in listed


def test_the_marked_table_goes_only_to_those_who_are_told_everything(
    engine: Engine, delivered: Callable[..., int]
) -> None:
    topics = frozenset({Topic.REJECTION})
    outside = Recipient(role="测试", address="clerk@elsewhere.example", topics=topics, level=Level.NOTICE)
    delivered("institutions")
    _, mails = told(engine, announce_rejection, delivered("pboc_credit"), outside)

    mail = mails["clerk@elsewhere.example"]
    assert mail.files == [] and "PBC-V010" not in mail.text + mail.html
    assert len(mails[OFFICE].files) == 1


def of_farmers_bank() -> bytes:
    """The sample return of one bank."""
    [path] = (SAMPLE / "bank_return" / "ABC").iterdir()
    return path.read_bytes()


def test_a_banks_own_return_is_answered_to_that_bank(engine: Engine, delivered: Callable[..., int]) -> None:
    delivered("institutions")
    delivered("accounts")
    csv = b"institution,account,as_of,balance\nABC,9900420922300001,2025-12-31,.5\n"
    sent, mails = told(engine, announce_rejection, delivered("bank_return/农行", csv, "return.csv"))

    assert (sent, set(mails)) == (2, {"abc@banks.dawu.example", OFFICE})
    assert len(mails["abc@banks.dawu.example"].files) == 1


def test_a_return_in_another_banks_folder_is_refused_there_without_the_table_it_holds(
    engine: Engine, delivered: Callable[..., int]
) -> None:
    delivered("institutions")
    delivered("accounts")
    _, mails = told(engine, announce_rejection, delivered("bank_return/ICBC", of_farmers_bank(), "回报.xlsx"))

    mail = mails["icbc@banks.dawu.example"]
    assert "BNK-V021" in mail.text and mail.files == []
    assert len(mails[OFFICE].files) == 1


def test_an_accepted_file_with_something_to_explain_gets_its_receipt_number_and_a_sheet_to_answer_in(
    engine: Engine, delivered: Callable[..., int]
) -> None:
    delivered("institutions")
    number = delivered("tax_local")
    sent, mails = told(engine, announce_receipt, number)

    assert (sent, set(mails)) == (2, {LOCAL_TAX, OFFICE})
    mail = mails[LOCAL_TAX]
    assert mail.subject.startswith("【请说明】2025年四季度 地税入库税收 已接受，")
    for body in (mail.text, mail.html):
        for needed in ("TXL-Q010", "420922-2025-Q4-tax_local-01-", "420922/2025-Q4/explanations/", "说明人（岗位）"):
            assert needed in body
    assert list(mail.contents) == ["地税入库税收待说明.xlsx"]
    assert told(engine, announce_receipt, number)[0] == 0


def test_the_sheet_filled_in_and_delivered_answers_and_nothing_more_is_asked(
    engine: Engine, delivered: Callable[..., int]
) -> None:
    delivered("institutions")
    number = delivered("tax_local")
    _, mails = told(engine, announce_receipt, number)
    [content] = mails[LOCAL_TAX].contents.values()
    book = opened(content)
    for row in range(3, book[LIST].max_row + 1):
        for column, value in zip("GHI", ("退库，有批复", "税源岗", datetime(2026, 1, 12)), strict=True):  # noqa: DTZ001
            book[LIST][f"{column}{row}"] = value
    answer = io.BytesIO()
    book.save(answer)

    delivered("explanations", answer.getvalue())

    with engine.begin() as connection:
        state = connection.execute(
            text("SELECT is_explained, explained_by FROM ops.finding_state WHERE submission_id = :id"), {"id": number}
        ).all()
        assert state and {tuple(row) for row in state} == {(True, "税源岗")}
        connection.execute(text("TRUNCATE ops.outbox"))
        assert announce_receipt(connection, number, load_region(REGION).recipients) == 0


def test_a_clean_file_is_accepted_without_a_mail(engine: Engine, delivered: Callable[..., int]) -> None:
    assert told(engine, announce_receipt, delivered("institutions")) == (0, {})


def test_a_file_whose_bytes_are_gone_is_answered_all_the_same(
    engine: Engine, place: Settings, delivered: Callable[..., int]
) -> None:
    delivered("institutions")
    number = delivered("pboc_credit")
    with engine.connect() as connection:
        row = connection.execute(text("SELECT sha256 FROM raw.submission WHERE submission_id = :id"), {"id": number})
        archived(place.archive, row.scalar_one()).unlink()
    _, mails = told(engine, announce_rejection, number)

    assert "PBC-V010" in mails[PBOC].text and mails[PBOC].files == [] and "附件" not in mails[PBOC].html


def test_an_unsafe_file_is_refused_with_the_list_alone(engine: Engine, delivered: Callable[..., int]) -> None:
    delivered("institutions")
    number = delivered("pboc_credit", b"PK\x03\x04" + b"x" * 500, "../坏=.xlsx".rpartition("/")[2])
    _, mails = told(engine, announce_rejection, number)

    [content] = mails[PBOC].contents.values()
    assert opened(content).sheetnames == [LIST] and "FILE-S003" in mails[PBOC].text
