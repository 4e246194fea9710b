"""Bring a warehouse to the newest schema, or back: Alembic revisions that run the SQL files of include/sql/migrations."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "alembic"))
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Apply what is missing up to `revision`; nothing when it is there already."""
    command.upgrade(_config(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Take back down to `revision` (`base` for an empty database)."""
    command.downgrade(_config(url), revision)
