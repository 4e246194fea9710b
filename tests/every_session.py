"""Settings of a PostgreSQL that every new session of it starts with."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from cunfang.warehouse.embedded import url


def set_for_all(postgres: Path, setting: str) -> None:
    """SET or RESET something for every new session of the server."""
    admin = create_engine(url(postgres, "postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        connection.execute(text(f"ALTER ROLE ALL {setting}"))
    admin.dispose()
