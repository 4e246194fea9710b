"""Run one Airflow component on this machine: `python -m cunfang.airflow.component [--after URL] scheduler …`.

It is the `airflow` command itself, with two things before it: fewer garbage collections, which saves the API server a
quarter of its start-up time, and for the scheduler a wait until the API server answers its tasks. A task that starts
earlier meets an API server that is still building its routes, runs into its time limit and is marked failed. The
scheduler's workers end with it: they share its connections, so that a transaction it was killed in would stay open for
as long as they idle, and the next scheduler would pass over the run that it has locked.
"""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
import time
from contextlib import suppress

import httpx

PATIENCE = 300.0
PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Become `airflow …` once the address after `--after` answers."""
    gc.set_threshold(50_000, 20, 50)
    after = ""
    if arguments[:1] == ["--after"]:
        after, arguments = arguments[1], arguments[2:]
    sys.argv = ["airflow", *arguments]
    from airflow.__main__ import main as airflow

    if after:
        wait_for(after)
    if arguments[:1] == ["scheduler"]:
        end_with_parent()
    airflow()


def end_with_parent() -> None:
    """Whatever this process forks from now on, and what that forks, is killed with its parent. Linux alone can."""
    if sys.platform == "linux":
        library = ctypes.CDLL(None)
        os.register_at_fork(after_in_child=lambda: library.prctl(PR_SET_PDEATHSIG, signal.SIGKILL))


def wait_for(address: str, patience: float = PATIENCE) -> None:
    """Return once `address` answers without an error. Raises TimeoutError."""
    deadline = time.monotonic() + patience
    with httpx.Client(timeout=patience, trust_env=False) as client:
        while time.monotonic() < deadline:
            with suppress(httpx.HTTPError):
                if client.get(address).is_success:
                    return
            time.sleep(0.5)
    raise TimeoutError(f"{patience:.0f} 秒内 {address} 没有应答")


if __name__ == "__main__":
    main(sys.argv[1:])
