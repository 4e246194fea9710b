"""Fixtures of delivery: a real warehouse with an empty outbox, a real SMTP server."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# Last on the path, so that no folder of tests hides a library of the same name.
sys.path.append(str(Path(__file__).parents[1]))

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
