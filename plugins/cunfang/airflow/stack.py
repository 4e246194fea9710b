"""Airflow for one machine, for real: PostgreSQL, API server, scheduler, dag-processor, triggerer and a mail sink.

with Stack(var, dags, plugins).running() as live:
    live.client("engineer").trigger("ingest_pboc_credit")
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import httpx

from cunfang.airflow import processes
from cunfang.airflow.client import Client
from cunfang.airflow.environment import (
    Addresses,
    Secrets,
    environment,
    load_secrets,
    password_file,
    write_private,
)
from cunfang.airflow.processes import Process
from cunfang.warehouse import server
from cunfang.warehouse.embedded import url
from cunfang.warehouse.migrate import upgrade

Report = Callable[[str], None]
START_TIMEOUT = 300.0
GRACE = 15.0
COMPONENTS: Mapping[str, tuple[str, ...]] = {
    "api-server": ("api-server", "--host", "127.0.0.1", "--workers", "1"),
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "dag-processor": ("dag-processor",),
    "triggerer": ("triggerer", "--skip-serve-logs"),
}
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StackError(RuntimeError):
    """The stack could not start; the message says which part, and shows the end of its log."""


@dataclass(frozen=True)
class Live:
    """A running stack: where it answers and what it is made of."""

    addresses: Addresses
    processes: tuple[Process, ...]
    passwords: Mapping[str, str]
    mail: Path
    environment: Mapping[str, str] = field(repr=False)

    @property
    def api_url(self) -> str:
        """Airflow's page, `http://localhost:8080`."""
        return self.addresses.api_url

    def client(self, user: str = "engineer") -> Client:
        """A REST client logged in as one of the named users."""
        return Client(self.api_url, user, self.passwords[user])


@dataclass(frozen=True)
class Stack:
    """What to run and where. `api_port`, `mail_port`: wished for; 0, or one that is taken, gives any free port."""

    var: Path
    dags: Path
    plugins: Path
    inbox: Path | None = None
    api_port: int = 0
    mail_port: int = 0
    parallelism: int = 2 * (os.cpu_count() or 2)
    extra: Mapping[str, str] = field(default_factory=dict)

    @contextmanager
    def running(self, report: Report = print) -> Iterator[Live]:
        """Start, give, and stop again whatever happens. A stack that ran before is used and left running."""
        if self.is_running():
            yield self.live()
            return
        with _signals_as_exit():
            try:
                yield self.start(report)
            finally:
                self.stop()

    def start(self, report: Report = print) -> Live:
        """Start every part and wait until all answer. Calling it again gives the stack that runs.

        Raises StackError when a part ends or does not answer in time; nothing is left running then.
        """
        with self._lock():
            if self.is_running():
                return self.live()
            self._stop()
            try:
                return self._start(report)
            except BaseException:
                self._stop()
                raise

    def stop(self) -> None:
        """Stop every part: asked first, made to after a grace of 15 s; PostgreSQL last. Nothing to do is no error."""
        with self._lock(), _signals_held():
            self._stop()

    def is_running(self) -> bool:
        """Whether every part recorded in `var/stack.json` is alive."""
        recorded = self._recorded()
        return bool(recorded) and all(process.running() for process in recorded) and server.is_running(self._data)

    def live(self) -> Live:
        """The running stack as recorded. Raises StackError when none is recorded."""
        try:
            state = json.loads(self._state.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise StackError(f"Airflow 没有运行：{self._state} 不存在，请先执行 make up") from None
        return self._live(Addresses(**state["addresses"]), self._recorded())

    @property
    def _root(self) -> Path:
        return self.var.resolve()

    @property
    def _state(self) -> Path:
        return self._root / "stack.json"

    @property
    def _data(self) -> Path:
        return self._root / "pg"

    @property
    def _logs(self) -> Path:
        return self._root / "logs"

    @property
    def _mail(self) -> Path:
        return self._root / "mail"

    def _start(self, report: Report) -> Live:
        for folder in (self._logs, self._root / "airflow", self._mail, self._inbox):
            folder.mkdir(parents=True, exist_ok=True)
        began = datetime.now(UTC)
        report("PostgreSQL …")
        sockets = server.start(self._data)
        addresses = Addresses(
            api_port=free_port(self.api_port),
            mail_port=free_port(self.mail_port),
            metadata_url=f"postgresql+psycopg2://postgres@/airflow?host={sockets}",
            warehouse_url=url(sockets, "warehouse"),
        )
        live = self._live(addresses, ())
        write_private(password_file(self._root), json.dumps(dict(live.passwords)))
        self._migrate(live, report)
        report("Airflow …")
        started = self._spawn(live)
        self._await(Live(addresses, started, live.passwords, live.mail, live.environment), began, report)
        return self.live()

    @property
    def _inbox(self) -> Path:
        return (self.inbox or self.var / "inbox").resolve()

    def _live(self, addresses: Addresses, recorded: tuple[Process, ...]) -> Live:
        keys: Secrets = load_secrets(self._root)
        variables = environment(
            var=self._root,
            dags=self.dags.resolve(),
            plugins=self.plugins.resolve(),
            inbox=self._inbox,
            parallelism=self.parallelism,
            addresses=addresses,
            keys=keys,
            inherited=os.environ,
        )
        return Live(addresses, recorded, keys.passwords, self._mail, variables | dict(self.extra))

    def _migrate(self, live: Live, report: Report) -> None:
        """Bring the warehouse to its newest schema, and, once per version and folder, Airflow's tables to this one."""
        upgrade(live.addresses.warehouse_url)
        stamp = self._data.parent / "airflow" / "migrated"
        wanted = f"{version('apache-airflow')} {self._data.stat().st_ino}"
        if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
            return
        report("airflow db migrate …")
        log = self._logs / "migrate.log"
        with log.open("wb") as output:
            done = subprocess.run(  # noqa: S603
                [*_COMPONENT, "db", "migrate"], env=dict(live.environment), stdout=output, stderr=subprocess.STDOUT
            )
        if done.returncode:
            raise StackError(f"airflow db migrate 失败，日志 {log} 末尾：\n{processes.tail(log)}")
        stamp.write_text(wanted, encoding="utf-8")

    def _spawn(self, live: Live) -> tuple[Process, ...]:
        api = f"http://127.0.0.1:{live.addresses.api_port}/execution/health"
        commands = {name: [*_COMPONENT, *words] for name, words in COMPONENTS.items()}
        commands["api-server"] += ["--port", str(live.addresses.api_port)]
        commands["scheduler"] = [*_COMPONENT, "--after", api, *COMPONENTS["scheduler"]]
        commands["mailsink"] = [
            *(sys.executable, "-m", "cunfang.airflow.mailsink"),
            *("--port", str(live.addresses.mail_port), "--dir", str(self._mail)),
        ]
        started: list[Process] = []
        for name, command in commands.items():
            variables = {**live.environment, "CUNFANG_COMPONENT": name}
            started.append(processes.spawn(name, command, variables, self._logs / f"{name}.log"))
            self._record(live.addresses, started)
        return tuple(started)

    def _record(self, addresses: Addresses, started: list[Process]) -> None:
        state = {"addresses": asdict(addresses), "processes": [asdict(process) for process in started]}
        write_private(self._state, json.dumps(state, indent=1, ensure_ascii=False))

    def _recorded(self) -> tuple[Process, ...]:
        try:
            state = json.loads(self._state.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return ()
        return tuple(Process(**entry) for entry in state["processes"])

    def _await(self, live: Live, began: datetime, report: Report) -> None:
        """Until every component has a heart-beat of this start; the first that ends is named with its log."""
        deadline = time.monotonic() + START_TIMEOUT
        page = httpx.Client(base_url=f"http://127.0.0.1:{live.addresses.api_port}", timeout=5, trust_env=False)
        while waiting := _silent(page, began):
            for process in live.processes:
                if process.running() is None:
                    said = processes.tail(Path(process.log))
                    raise StackError(f"{process.name} 启动时退出，日志 {process.log} 末尾：\n{said}")
            if time.monotonic() > deadline:
                logs = "\n".join(f"== {name}\n{processes.tail(self._logs / f'{name}.log', 8)}" for name in waiting)
                raise StackError(f"{START_TIMEOUT:.0f} 秒内没有应答：{'、'.join(waiting)}\n{logs}")
            time.sleep(0.25)
        page.close()
        report(f"Airflow {live.api_url}")

    def _stop(self) -> None:
        recorded = self._recorded()
        processes.stop([entry for entry in recorded if entry.name not in {"api-server", "mailsink"}], GRACE)
        processes.stop(recorded, GRACE / 3)
        if (self._root / "secrets.json").exists():
            processes.sweep(load_secrets(self._root).mark, GRACE / 3)
        server.stop(self._data)
        self._state.unlink(missing_ok=True)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """One starter or stopper at a time for a `var` folder."""
        self._root.mkdir(parents=True, exist_ok=True)
        with (self._root / "stack.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


_COMPONENT = (sys.executable, "-m", "cunfang.airflow.component")


def free_port(wished: int = 0) -> int:
    """`wished` when nothing listens there, else any free port on loopback."""
    for port in (wished, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise StackError("本机没有可用端口")


def _silent(page: httpx.Client, began: datetime) -> list[str]:
    """The components that have not been heard since `began`."""
    try:
        health = page.get("/api/v2/monitor/health").raise_for_status().json()
    except (httpx.HTTPError, ValueError):
        return ["api-server"]
    silent = []
    for name in ("scheduler", "dag_processor", "triggerer"):
        beat = (health.get(name) or {}).get(f"latest_{name}_heartbeat")
        if beat is None or datetime.fromisoformat(beat) < began:
            silent.append(name.replace("_", "-"))
    return silent


@contextmanager
def _signals_as_exit() -> Iterator[None]:
    """A request to end unwinds the stack as Ctrl-C does, so that `finally` runs."""

    def leave(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    with _handlers({signal.SIGTERM: leave, signal.SIGHUP: leave}):
        yield


@contextmanager
def _signals_held() -> Iterator[None]:
    """A second Ctrl-C does not cut the stopping short; it takes seconds."""
    with _handlers(dict.fromkeys(_SIGNALS, signal.SIG_IGN)):
        yield


@contextmanager
def _handlers(wanted: Mapping[signal.Signals, object]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, action) for number, action in wanted.items()}  # type: ignore[arg-type]
    try:
        yield
    finally:
        for number, action in before.items():
            signal.signal(number, action)
