"""Pay heavy imports once, in the process that forks the workers; each task then starts with them in memory.

Called by the plugin when Airflow loads it. Great Expectations alone costs every task process seconds otherwise, and
what the DAG files import costs each task half a second.
"""

from __future__ import annotations

import ast
import gc
import importlib
import logging
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

HEAVY = ("great_expectations", "pandas", "sqlalchemy.dialects.postgresql", "psycopg2")
"""Imported by our rooms inside functions, so that reading a DAG file stays cheap."""

AIRFLOW = (
    "airflow.dag_processing.dagbag",
    "airflow.dag_processing.bundles.local",
    "airflow.providers.standard.decorators.python",
    "airflow.providers.standard.operators.hitl",
    "airflow.sdk.execution_time.supervisor",
    "airflow.sdk.execution_time.task_runner",
)

_log = logging.getLogger(__name__)
_done: set[str] = set()


def forks_workers(arguments: list[str]) -> bool:
    """Whether `airflow …` with these arguments forks the processes that run tasks: a Celery worker, or the scheduler
    where the executor is a local one."""
    local = "Celery" not in os.environ.get("AIRFLOW__CORE__EXECUTOR", "LocalExecutor")
    return arguments[1:3] == ["celery", "worker"] or (local and arguments[1:2] == ["scheduler"])


def warm(dags: Path | None = None, modules: Iterable[str] = (), arguments: list[str] | None = None) -> None:
    """In a process that forks workers, import what tasks need: `modules`, the heavy ones, and what DAG files import.

    Elsewhere nothing, and nothing again in a forked task, where Airflow reads the plugin anew. A module that is missing
    is left to whoever really needs it to complain about.
    """
    if _done or not forks_workers(sys.argv if arguments is None else arguments):
        return
    _done.add("warm")
    for name in (*AIRFLOW, *HEAVY, *modules, *(imported_by(dags) if dags else ())):
        if name in sys.modules:
            continue
        try:
            importlib.import_module(name)
        except ImportError as error:
            _log.warning("预先导入 %s 未成：%s", name, error)
    gc.collect()
    gc.freeze()


def imported_by(dags: Path) -> Iterator[str]:
    """Modules that the DAG files under `dags` import at their top level; a file that does not parse gives none."""
    for path in sorted(dags.rglob("*.py")):
        try:
            tree = ast.parse(path.read_text(encoding="utf-8"))
        except (SyntaxError, UnicodeDecodeError):
            continue
        for node in tree.body:
            if isinstance(node, ast.Import):
                yield from (name.name for name in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module
