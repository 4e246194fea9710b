"""Fixtures of delivery: a real warehouse with an empty outbox, a real SMTP server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from mailbox_server import MailServer, serving
from sqlalchemy import Engine, create_engine

from cunfang.warehouse.embedded import throwaway


@pytest.fixture(scope="package")
def server_url() -> Iterator[str]:
    """One migrated warehouse for this folder."""
    with throwaway() as url:
        yield url


@pytest.fixture
def engine(server_url: str) -> Iterator[Engine]:
    """The warehouse with an empty outbox."""
    made = create_engine(server_url, connect_args={"options": "-c timezone=Asia/Shanghai"})
    with made.begin() as connection:
        connection.exec_driver_sql("TRUNCATE ops.outbox")
    yield made
    made.dispose()


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """A real SMTP server on a free loopback port."""
    with serving() as server:
        yield server
