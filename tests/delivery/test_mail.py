"""A mail must be readable in Outlook, QQ and office gateways, and nothing in it may become a header (people §3)."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cunfang.delivery.mail import Attachment, InlineImage, MailError, compose
from delivery.mailbox_server import MAIL


def header_bytes(content: bytes, name: bytes) -> bytes:
    """One header as it stands on the wire, folds included, from the last part that has it."""
    lines = content.split(b"\r\n")
    start = max(i for i, line in enumerate(lines) if line.lower().startswith(name.lower() + b":"))
    end = start + 1
    while lines[end][:1] in (b" ", b"\t"):
        end += 1
    return b"\r\n".join(lines[start:end])


def structure(message: Message) -> object:
    """Content types as a nested list."""
    if not message.is_multipart():
        return message.get_content_type()
    return [
        message.get_content_subtype(),
        *(structure(part) for part in message.get_payload() if isinstance(part, Message)),
    ]


def test_the_subject_is_base64_words_that_no_gateway_refuses() -> None:
    assert header_bytes(compose(MAIL), b"Subject") == (
        b"Subject: =?utf-8?b?44CQ57qi6Imy6aKE6K2m44CRMjAyNeW5tOWbm+Wto+W6piDljr8=?=\r\n"
        b" =?utf-8?b?5Yac6KGMIOa1geWKqOaAp+avlOS+iyAxOC4yJe+8iOmZkOWAvDI1Je+8iQ==?="
    )


def test_the_sender_is_an_encoded_word_a_space_and_the_address() -> None:
    assert header_bytes(compose(MAIL), b"From") == b"From: =?utf-8?b?5aSn5oKf5Y6/6YeR6J6N5Yqe?= <office@dawu.example>"


def test_an_attachment_is_named_unsplit_in_the_disposition_and_encoded_in_the_type() -> None:
    content = compose(MAIL)

    assert header_bytes(content, b"Content-Disposition") == (
        b"Content-Disposition: attachment; filename*=utf-8''%E5%AD%98%E6%94%BE%E8%80%83%E6%A0%B8"
        b"%E7%BB%93%E6%9E%9C2025%E5%9B%9B%E5%AD%A3%E5%BA%A6.xlsx"
    )
    assert header_bytes(content, b"Content-Type") == (
        b"Content-Type: application/vnd.openxmlformats-officedocument.spreadsheetml.sheet;"
        b' name="=?utf-8?b?5a2Y5pS+6ICD5qC457uT5p6cMjAyNeWbm+Wto+W6pi54bHN4?="'
    )


def test_the_longest_allowed_name_stays_in_one_piece() -> None:
    content = compose(replace(MAIL, attachments=(Attachment("一二三四五六七八九十甲乙.xlsx", b"x"),)))

    assert b"filename*0" not in content
    assert content.count(b"filename*=utf-8''") == 1
    assert content.count(b'name="=?utf-8?b?') == 1


def test_the_structure_is_mixed_related_alternative_then_files() -> None:
    with_chart = replace(MAIL, images=(InlineImage("chart", b"\x89PNG\r\n\x1a\n"),))

    xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert structure(message_from_bytes(compose(with_chart))) == [
        "mixed",
        ["related", ["alternative", "text/plain", "text/html"], "image/png"],
        xlsx,
    ]


def test_bodies_are_base64_and_the_whole_is_ascii_with_crlf() -> None:
    content = compose(MAIL)

    assert content.isascii()
    assert b"\n" not in content.replace(b"\r\n", b"")
    parts = [part for part in message_from_bytes(content).walk() if not part.is_multipart()]
    assert {part["Content-Transfer-Encoding"] for part in parts} == {"base64"}
    assert parts[0].get_payload(decode=True) == "正文\n".encode()


def test_the_same_mail_gives_the_same_bytes() -> None:
    assert compose(MAIL) == compose(MAIL)


def test_a_reply_keeps_the_thread() -> None:
    message = message_from_bytes(compose(replace(MAIL, in_reply_to="<first@dawu.example>")))

    assert message["In-Reply-To"] == message["References"] == "<first@dawu.example>"
    assert message["Message-ID"] == MAIL.message_id
    assert message["Date"] == "Mon, 12 Jan 2026 08:30:00 +0800"


@given(st.text(max_size=120))
def test_whatever_a_bank_is_called_it_adds_no_header(name: str) -> None:
    message = message_from_bytes(compose(replace(MAIL, subject=f"【预警】{name} 县农行")))

    plain = message_from_bytes(compose(MAIL))
    assert message.keys() == plain.keys()
    assert message["To"] == MAIL.recipient


def test_a_newline_in_a_bank_name_becomes_a_space() -> None:
    message = message_from_bytes(compose(replace(MAIL, subject="县农行\r\nBcc: thief@else.example\r\n\r\n<b>")))

    assert "Bcc" not in message
    assert str(make_header(decode_header(message["Subject"]))) == "县农行 Bcc: thief@else.example <b>"


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example\r\nBcc: c@d.example",
        "a@b.example, c@d.example",
        "财政局@dawu.example",
        "a b@c.example",
        "nobody",
        "",
    ],
)
def test_an_address_that_is_not_one_plain_mailbox_is_refused(address: str) -> None:
    with pytest.raises(MailError):
        compose(replace(MAIL, recipient=address))


@pytest.mark.parametrize("name", ["一二三四五六七八九十甲乙丙.xlsx", "结果", "结果.表格", ".xlsx"])
def test_an_attachment_name_that_outlook_would_lose_is_refused(name: str) -> None:
    with pytest.raises(MailError):
        compose(replace(MAIL, attachments=(Attachment(name, b"x"),)))


def test_a_message_id_with_a_newline_is_refused() -> None:
    with pytest.raises(MailError):
        compose(replace(MAIL, message_id="<a@b>\r\nBcc: c@d.example"))
