"""One message on its way: what it is about, how much of it a mailbox is told, and into the outbox."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from cunfang.delivery.mail import Attachment, Mail, compose, message_id_of
from cunfang.delivery.outbox import enqueue
from cunfang.documents.templates import render
from cunfang.region import Level, Recipient, Region, Topic
from cunfang.settings import settings
from cunfang.warehouse import sql

OFFICE_TIME = ZoneInfo("Asia/Shanghai")
SHOWN_FINDINGS = 50
BLUE, AMBER = "#2f5d8a", "#8a5a00"


@dataclass(frozen=True)
class Letter:
    """One message before it is addressed: `key` says what it is about, `thread` which earlier messages it continues.

    `notice` stands for subject and title where a mailbox gets a notice only: an amount or a bank's name is the content.
    """

    kind: str
    key: str
    subject: str
    title: str
    template: str
    values: dict[str, object]
    colour: str = BLUE
    freshness: str = ""
    attachments: tuple[Attachment, ...] = ()
    thread: str = ""
    notice: str = ""


def told(recipients: Iterable[Recipient], topic: Topic) -> list[Recipient]:
    """Those of `recipients` who hear of `topic`."""
    return [recipient for recipient in recipients if recipient.hears(topic)]


def level_of(region: Region, recipient: Recipient) -> Level:
    """How much `recipient` is told."""
    return recipient.level or region.level_of(recipient.address)


def post(connection: Connection, region: Region, letter: Letter, address: str, level: Level) -> int:
    """Address, render and enqueue one letter; 1 when it is new."""
    sender = settings().mail_from
    key = f"{letter.key}|{address}"
    brief = level is Level.NOTICE
    subject = letter.notice if brief and letter.notice else letter.subject
    values = {
        **letter.values,
        "subject": subject,
        "title": letter.notice if brief and letter.notice else letter.title,
        "level": level.value,
        "colour": letter.colour,
        "freshness": "" if brief else letter.freshness,
        "office": region.office,
        "sample": region.sample,
    }
    first = _thread_start(connection, letter.thread, address) if letter.thread else None
    mail = Mail(
        sender=sender,
        recipient=address,
        subject=subject,
        text=render(f"mail/{letter.template}.txt.j2", **values),
        html=render(f"mail/{letter.template}.html.j2", **values),
        message_id=message_id_of(key, sender),
        date=datetime.now(OFFICE_TIME),
        in_reply_to=message_id_of(first, sender) if first and first != key else "",
        attachments=letter.attachments,
    )
    return int(enqueue(connection, letter.kind, key, address, subject, compose(mail)))


def _thread_start(connection: Connection, thread: str, address: str) -> str | None:
    parameters = {"recipient": address, "prefix": thread}
    found: str | None = sql.run(connection, "ops/outbox_thread.sql", parameters).scalar()
    return found
