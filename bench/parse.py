"""What it costs Airflow to read each file of dags/, against a file with one DAG of one empty task.

Airflow's dag-processor reads each file in a fork of a process that has Airflow in memory. So does this: a fresh
interpreter imports Airflow, then the reading of one file is timed. The whole, start of the interpreter included, is
timed too: that is what a command such as `airflow dags list` pays.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.measure import Row
from cunfang.settings import HOME

_EMPTY = """
from airflow.sdk import DAG, task

with DAG("empty", schedule=None):

    @task
    def nothing():
        pass

    nothing()
"""

_READ = """
import sys, time
import airflow.sdk
from airflow.dag_processing.dagbag import DagBag
began = time.perf_counter()
bag = DagBag(sys.argv[1])
took = time.perf_counter() - began
assert bag.dags and not bag.import_errors, bag.import_errors
print(took)
"""


def measure(rounds: int) -> list[Row]:
    """Per file: whole process, and the reading alone."""
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "dags" / "empty.py"
        empty.parent.mkdir()
        empty.write_text(_EMPTY, encoding="utf-8")
        _read(empty, folder)
        rows = []
        for path in sorted((HOME / "dags").glob("*.py")):
            taken = [(_read(path, folder), _read(empty, folder)) for _ in range(rounds)]
            whole = [(ours[0], peer[0]) for ours, peer in taken]
            alone = [(ours[1], peer[1]) for ours, peer in taken]
            rows.append(_row(f"dags/{path.name}: process that reads it", whole, "≤ 1.2"))
            rows.append(_row(f"dags/{path.name}: reading alone", alone, "—"))
    return rows


def _row(what: str, taken: list[tuple[float, float]], goal: str) -> Row:
    return Row(what, [ours for ours, _ in taken], [peer for _, peer in taken], "one empty task", goal)


def _read(path: Path, home: str) -> tuple[float, float]:
    variables = os.environ | {
        "AIRFLOW_HOME": home,
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(HOME / "plugins"),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
        "PYTHONPATH": str(HOME / "plugins"),
    }
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _READ, str(path)], env=variables, capture_output=True, text=True, check=True
    )
    return time.perf_counter() - began, float(done.stdout.strip().splitlines()[-1])
