"""Start processes, know them again later, and stop them: never one that is not ours."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

MARK = "CUNFANG_STACK"
_CLOCK_SLACK = 2.0


@dataclass(frozen=True)
class Process:
    """A started process. Its number may be given to a stranger later; with `born` (epoch seconds) it is its own."""

    name: str
    pid: int
    born: float
    log: str

    def running(self) -> psutil.Process | None:
        """The live process, or None when it ended, is a zombie, or its number now belongs to another."""
        try:
            process = psutil.Process(self.pid)
            if abs(process.create_time() - self.born) > _CLOCK_SLACK or process.status() == psutil.STATUS_ZOMBIE:
                return None
        except psutil.NoSuchProcess:
            return None
        return process


def spawn(name: str, command: Sequence[str], environment: Mapping[str, str], log: Path) -> Process:
    """Start `command` in a session of its own, writing to `log` (begun afresh); it outlives this process."""
    with log.open("wb") as output:
        child = subprocess.Popen(  # noqa: S603 - the command is made of our own constants and paths
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=log.parent,
            start_new_session=True,
        )
    try:
        born = psutil.Process(child.pid).create_time()
    except psutil.NoSuchProcess:
        born = 0.0
    return Process(name, child.pid, born, str(log))


def stop(processes: Iterable[Process], grace: float) -> None:
    """Ask each to end; after `grace` seconds end it with its whole process group."""
    live = [process for process in (entry.running() for entry in processes) if process is not None]
    for process in live:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    _, stubborn = psutil.wait_procs(live, timeout=grace)
    for process in stubborn:
        with suppress(ProcessLookupError, psutil.NoSuchProcess):
            if os.getpgid(process.pid) == process.pid:
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
    psutil.wait_procs(stubborn, timeout=grace)


def strays(token: str) -> list[psutil.Process]:
    """Processes that carry this stack's mark in their environment, whoever their parent is now; not this one."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and process.environ().get(MARK) == token:
                found.append(process)
    return [process for process in found if process.status() != psutil.STATUS_ZOMBIE]


def sweep(token: str, grace: float) -> None:
    """End what a killed component left behind: first asked, then made to."""
    for act in (psutil.Process.terminate, psutil.Process.kill):
        left = strays(token)
        if not left:
            return
        for process in left:
            with suppress(psutil.NoSuchProcess):
                act(process)
        psutil.wait_procs(left, timeout=grace)


def tail(log: Path, lines: int = 25) -> str:
    """The last lines of a log, for an error message; empty when there is none."""
    try:
        return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return ""
