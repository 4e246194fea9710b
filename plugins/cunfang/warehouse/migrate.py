"""Bring a warehouse to the newest schema, or back: Alembic revisions that run the files of include/sql/migrations."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, pool, text

from cunfang.warehouse.calendar import load_calendar


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "alembic"))
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Apply what is missing up to `revision`, with `head` the working calendar too; nothing if it is there."""
    command.upgrade(_config(url), revision)
    if revision == "head":
        _load_calendar(url)


def downgrade(url: str, revision: str) -> None:
    """Take back down to `revision` (`base` for an empty database)."""
    command.downgrade(_config(url), revision)


def _load_calendar(url: str) -> None:
    # No connection may linger: a warehouse that others are copied from must be free of sessions.
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('cunfang.migrate'))"))
        load_calendar(connection)
