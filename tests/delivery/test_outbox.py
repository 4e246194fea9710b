"""Each message goes out once; a failure delays it and nothing else (design §8, issue: orders and warnings)."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from sqlalchemy import Engine, text

from cunfang.delivery.mail import compose
from cunfang.delivery.outbox import DeliveryReport, SmtpServer, back_off, deliver, enqueue, unsent
from delivery.mailbox_server import MAIL, MailServer, free_port, serving


def put(engine: Engine, key: str, recipient: str = "treasury@dawu.example") -> bool:
    """Enqueue one mail under `key`."""
    with engine.begin() as connection:
        return enqueue(connection, "result", key, recipient, MAIL.subject, compose(replace(MAIL, recipient=recipient)))


def later(minutes: float) -> datetime:
    return datetime.now(UTC) + timedelta(minutes=minutes)


def test_the_same_key_is_one_message(engine: Engine, mail_server: MailServer) -> None:
    assert [put(engine, "result|1"), put(engine, "result|1"), put(engine, "result|2")] == [True, False, True]

    assert deliver(engine, mail_server.url) == DeliveryReport(sent=2, failed=0, waiting=0)
    assert put(engine, "result|1") is False
    assert deliver(engine, mail_server.url) == DeliveryReport(sent=0, failed=0, waiting=0)
    assert len(mail_server.inbox.mails) == 2


def test_the_bytes_arrive_as_they_were_composed(engine: Engine, mail_server: MailServer) -> None:
    put(engine, "k")
    deliver(engine, mail_server.url)

    assert mail_server.inbox.mails == [("office@dawu.example", ["treasury@dawu.example"], compose(MAIL))]


def test_a_message_of_a_rolled_back_transaction_was_never_written(engine: Engine, mail_server: MailServer) -> None:
    with pytest.raises(RuntimeError), engine.begin() as connection:
        enqueue(connection, "result", "k", "treasury@dawu.example", "x", compose(MAIL))
        raise RuntimeError

    assert deliver(engine, mail_server.url).sent == 0


def test_what_was_written_meanwhile_is_told_from_what_failed(engine: Engine, mail_server: MailServer) -> None:
    mail_server.inbox.refuse.add("gone@dawu.example")
    put(engine, "refused", "gone@dawu.example")
    deliver(engine, mail_server.url)
    put(engine, "written meanwhile")

    assert (unsent(engine), unsent(engine, tried=True)) == (2, 1)


def test_one_refused_mailbox_does_not_stop_the_others(engine: Engine, mail_server: MailServer) -> None:
    mail_server.inbox.refuse.add("gone@dawu.example")
    for number, recipient in enumerate(["a@dawu.example", "gone@dawu.example", "b@dawu.example"]):
        put(engine, str(number), recipient)

    assert deliver(engine, mail_server.url) == DeliveryReport(sent=2, failed=1, waiting=1)
    with engine.connect() as connection:
        row = connection.execute(text("SELECT * FROM ops.outbox WHERE sent_at IS NULL")).mappings().one()
    assert (row["recipient"], row["attempts"]) == ("gone@dawu.example", 1)
    assert "no such mailbox" in row["last_error"]
    # Given the mailbox exists again, when its wait is over, then the mail arrives.
    mail_server.inbox.refuse.clear()
    assert deliver(engine, mail_server.url).sent == 0
    assert deliver(engine, mail_server.url, later(2)) == DeliveryReport(sent=1, failed=0, waiting=0)


def test_a_server_that_is_down_loses_nothing(engine: Engine, mail_server: MailServer) -> None:
    for key in "abc":
        put(engine, key)

    down = f"smtp://127.0.0.1:{free_port()}"
    assert deliver(engine, down) == DeliveryReport(sent=0, failed=1, waiting=3)
    assert deliver(engine, mail_server.url, later(5)) == DeliveryReport(sent=3, failed=0, waiting=0)


def test_two_deliverers_at_once_send_each_message_once(engine: Engine, mail_server: MailServer) -> None:
    for number in range(40):
        put(engine, str(number), f"bank{number}@dawu.example")
    together = threading.Barrier(2)

    def work() -> DeliveryReport:
        together.wait()
        return deliver(engine, mail_server.url)

    with ThreadPoolExecutor(2) as pool:
        reports = [future.result() for future in [pool.submit(work), pool.submit(work)]]

    assert sum(report.sent for report in reports) == 40
    received = Counter(recipient for _, recipients, _ in mail_server.inbox.mails for recipient in recipients)
    assert received == Counter(f"bank{number}@dawu.example" for number in range(40))


def test_a_deliverer_skips_what_another_holds(engine: Engine, mail_server: MailServer) -> None:
    put(engine, "held", "held@dawu.example")
    put(engine, "free", "free@dawu.example")
    with engine.begin() as other:
        other.execute(text("SELECT 1 FROM ops.outbox WHERE dedup_key = 'held' FOR UPDATE"))
        assert deliver(engine, mail_server.url) == DeliveryReport(sent=1, failed=0, waiting=1)
    assert mail_server.inbox.mails[0][1] == ["free@dawu.example"]


def test_waits_double_up_to_six_hours() -> None:
    minutes = [back_off(attempt) / timedelta(minutes=1) for attempt in (1, 2, 3, 4, 9, 10, 500)]

    assert minutes == [1, 2, 4, 8, 256, 360, 360]


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_a_login_is_taken_from_the_url(engine: Engine) -> None:
    seen: list[tuple[bytes, bytes]] = []

    def check(server: object, session: object, envelope: object, mechanism: str, data: object) -> AuthResult:
        assert isinstance(data, LoginPassword)
        seen.append((data.login, data.password))
        right = data.password == b"p@ss/1"
        return AuthResult(success=right, handled=right)

    with serving(
        authenticator=check, auth_require_tls=False, auth_required=True, auth_exclude_mechanism=["LOGIN"]
    ) as server:
        put(engine, "k")
        refused = deliver(engine, f"smtp://office:wrong@127.0.0.1:{server.port}")
        taken = deliver(engine, f"smtp://office:p%40ss%2F1@127.0.0.1:{server.port}", later(2))

    assert (refused.sent, refused.waiting, taken.sent) == (0, 1, 1)
    assert (b"office", b"p@ss/1") in seen


def test_the_error_of_a_refused_login_does_not_hold_the_password(engine: Engine) -> None:
    put(engine, "k")
    deliver(engine, f"smtp://office:secret@127.0.0.1:{free_port()}")

    with engine.connect() as connection:
        error = connection.scalar(text("SELECT last_error FROM ops.outbox"))
    assert error and "secret" not in error and "不可用" in error


@pytest.mark.parametrize("url", ["", "http://mail.example", "smtp://", "mail.example:25"])
def test_a_url_that_is_not_smtp_is_said_before_anything_is_sent(engine: Engine, url: str) -> None:
    put(engine, "k")

    with pytest.raises(ValueError, match="CUNFANG_SMTP_URL"):
        deliver(engine, url)


def test_the_url_says_the_port_and_the_encryption() -> None:
    assert SmtpServer.parse("smtp://mail.example?starttls=1") == SmtpServer("mail.example", 587, starttls=True)
    assert SmtpServer.parse("smtps://mail.example") == SmtpServer("mail.example", 465, tls=True)
    assert SmtpServer.parse("smtp://mail.example:2525").port == 2525
