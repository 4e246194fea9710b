"""The outbox: a message is written in the transaction that has something to say, and sent later, once.

A message is claimed with FOR UPDATE SKIP LOCKED, handed to the SMTP server and marked as sent in one transaction, so
two deliverers never send the same one. One window remains that no protocol closes: when the process dies after the
server has said 250 and before the mark is committed, the message goes out again. It is then the same bytes with the
same Message-ID, by which mail programs recognise the copy.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.utils import parseaddr
from urllib.parse import parse_qs, unquote, urlsplit

from sqlalchemy import Connection, Engine

from cunfang.warehouse import sql

log = logging.getLogger(__name__)

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
SMTP_TIMEOUT = 30.0


@dataclass(frozen=True)
class DeliveryReport:
    """What one pass did: messages sent, messages that failed in it, and all that are still unsent after it."""

    sent: int
    failed: int
    waiting: int


class UnreachableError(Exception):
    """The SMTP server did not open a session: nothing is wrong with the message at hand."""


@dataclass(frozen=True)
class SmtpServer:
    """Where to hand mail in: `smtp://user:password@host:port?starttls=1`, or `smtps://` for TLS from the first byte."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    starttls: bool = False
    tls: bool = False

    @classmethod
    def parse(cls, url: str) -> SmtpServer:
        """Read the URL; user and password are percent-decoded. ValueError when it is not an SMTP URL."""
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("CUNFANG_SMTP_URL 应写作 smtp://用户:密码@主机:端口?starttls=1")
        tls = parts.scheme == "smtps"
        starttls = parse_qs(parts.query).get("starttls", ["0"])[-1].lower() in ("1", "true", "yes")
        return cls(
            host=parts.hostname,
            port=parts.port or (465 if tls else 587 if starttls else 25),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            starttls=starttls,
            tls=tls,
        )

    def open(self) -> smtplib.SMTP:
        """A session ready for mail, encrypted and logged in as the URL asks; UnreachableError otherwise."""
        try:
            factory = smtplib.SMTP_SSL if self.tls else smtplib.SMTP
            session = factory(self.host, self.port, timeout=SMTP_TIMEOUT)
            try:
                if self.starttls:
                    session.starttls()
                if self.user:
                    session.login(self.user, self.password)
            except BaseException:
                session.close()
                raise
        except (OSError, smtplib.SMTPException) as error:
            raise UnreachableError(f"邮件服务器 {self.host}:{self.port} 不可用：{error}") from error
        return session


class Line:
    """One SMTP session kept over a pass, opened at the first message and anew after a failure."""

    def __init__(self, server: SmtpServer) -> None:
        self.server = server
        self.session: smtplib.SMTP | None = None

    def send(self, recipient: str, content: bytes) -> None:
        """Hand one message over; the envelope's sender is that of its From header."""
        if self.session is None:
            self.session = self.server.open()
        try:
            sender = parseaddr(str(message_from_bytes(content)["From"]))[1]
            self.session.sendmail(sender, [recipient], content)
        except BaseException:
            self.hang_up()
            raise

    def hang_up(self) -> None:
        """End the session, politely if the server still listens."""
        session, self.session = self.session, None
        if session is None:
            return
        try:
            session.quit()
        except (OSError, smtplib.SMTPException):
            session.close()


@contextmanager
def _line(server: SmtpServer) -> Iterator[Line]:
    line = Line(server)
    try:
        yield line
    finally:
        line.hang_up()


def enqueue(connection: Connection, kind: str, dedup_key: str, recipient: str, subject: str, content: bytes) -> bool:
    """Put a message into the outbox within the caller's transaction; False when `dedup_key` is there already."""
    values = {
        "kind": kind,
        "dedup_key": dedup_key,
        "recipient": recipient,
        "subject": subject,
        "content": content,
    }
    return sql.run(connection, "ops/outbox_enqueue.sql", values).rowcount == 1


def deliver(engine: Engine, smtp_url: str, now: datetime | None = None) -> DeliveryReport:
    """Send what is due at `now` (default: the warehouse's clock), each message at most once per attempt.

    A message that fails waits 1, 2, 4 … minutes, at most 6 hours, and is never given up. A server that opens no session
    ends the pass: one message is charged with the attempt, the others stay due. ValueError if the URL is not SMTP's.
    """
    server = SmtpServer.parse(smtp_url)
    if now is None:
        with engine.connect() as connection:
            now = sql.run(connection, "ops/clock.sql").scalar_one()
    sent = failed = 0
    with _line(server) as line:
        while (outcome := _deliver_one(engine, line, now)) is not None:
            sent += outcome == "sent"
            failed += outcome != "sent"
            if outcome == "unreachable":
                break
    return DeliveryReport(sent=sent, failed=failed, waiting=unsent(engine))


def unsent(engine: Engine, *, tried: bool = False) -> int:
    """How many messages have not gone out, due or not; with `tried` only those that failed before."""
    with engine.connect() as connection:
        return int(sql.run(connection, "ops/outbox_waiting.sql", {"attempts": int(tried)}).scalar_one())


def _deliver_one(engine: Engine, line: Line, now: datetime) -> str | None:
    """Claim, send and mark one message in one transaction; None when none is due."""
    with engine.begin() as connection:
        claimed = sql.run(connection, "ops/outbox_claim.sql", {"now": now}).mappings().first()
        if claimed is None:
            return None
        message_id = claimed["message_id"]
        try:
            line.send(claimed["recipient"], bytes(claimed["content"]))
        except (UnreachableError, OSError, smtplib.SMTPException, ValueError) as error:
            # An SMTPException or ValueError concerns this message; it must not keep the others from going out.
            attempts = claimed["attempts"] + 1
            log.warning("信件 %s 第 %s 次发送失败：%s", message_id, attempts, error)
            failure = {
                "message_id": message_id,
                "attempts": attempts,
                "last_error": f"{type(error).__name__}: {error}".replace("\x00", "")[:500],
                "next_attempt_at": now + back_off(attempts),
            }
            sql.run(connection, "ops/outbox_failed.sql", failure)
            return "unreachable" if isinstance(error, UnreachableError) else "failed"
        sql.run(connection, "ops/outbox_sent.sql", {"message_id": message_id})
        return "sent"


def back_off(attempts: int) -> timedelta:
    """How long a message waits after its `attempts`-th failure."""
    doublings = min(attempts - 1, 20)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
