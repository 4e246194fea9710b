"""A real SMTP server on a free loopback port, and a mail to send to it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from cunfang.delivery.mail import Attachment, Mail, message_id_of

MAIL = Mail(
    sender="大悟县金融办 <office@dawu.example>",
    recipient="treasury@dawu.example",
    subject="【红色预警】2025年四季度 县农行 流动性比例 18.2%（限值25%）",
    text="正文\n",
    html="<p>正文</p>",
    message_id=message_id_of("k", "大悟县金融办 <office@dawu.example>"),
    date=datetime(2026, 1, 12, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai")),
    attachments=(Attachment("存放考核结果2025四季度.xlsx", b"PK\x03\x04"),),
)


@dataclass
class Inbox:
    """What the server took: (envelope sender, recipients, bytes); `refuse` names mailboxes it does not have."""

    mails: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    refuse: set[str] = field(default_factory=set)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """aiosmtpd's hook: one recipient."""
        if address in self.refuse:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """aiosmtpd's hook: one mail."""
        content = envelope.original_content
        assert envelope.mail_from is not None and content is not None
        self.mails.append((envelope.mail_from, list(envelope.rcpt_tos), content))
        return "250 OK"


@dataclass(frozen=True)
class MailServer:
    """A listening server: its port and what it received."""

    port: int
    inbox: Inbox

    @property
    def url(self) -> str:
        """For `deliver`."""
        return f"smtp://127.0.0.1:{self.port}"


def free_port() -> int:
    """A loopback port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(**options: Any) -> Iterator[MailServer]:
    """A server that listens until the block ends; `options` are aiosmtpd's."""
    server = MailServer(free_port(), Inbox())
    controller = Controller(server.inbox, hostname="127.0.0.1", port=server.port, **options)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
