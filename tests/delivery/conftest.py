"""Fixtures of delivery: a real warehouse with an empty outbox, a real SMTP server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine

from delivery.mailbox_server import MailServer, serving


@pytest.fixture
def engine(warehouse: str) -> Iterator[Engine]:
    """A warehouse with an empty outbox."""
    made = create_engine(warehouse, connect_args={"options": "-c timezone=Asia/Shanghai"})
    yield made
    made.dispose()


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """A real SMTP server on a free loopback port."""
    with serving() as server:
        yield server
