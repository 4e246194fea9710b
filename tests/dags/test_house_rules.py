"""House rules that every DAG keeps: an owner, tags, a page, no surprise runs, no work while it is read."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cunfang.settings import HOME

DAGS = HOME / "dags"
FILES = sorted(DAGS.glob("*.py"))
HEAVY = ("great_expectations", "pandas", "cunfang.evaluation", "cunfang.intake", "cunfang.documents", "sqlalchemy.orm")

_READ = """
import json, sys
before = set(sys.modules)
from airflow.dag_processing.dagbag import DagBag
loaded = set(sys.modules)
bag = DagBag(sys.argv[1])
print(json.dumps({
    "errors": {str(k): str(v) for k, v in bag.import_errors.items()},
    "imported": sorted(set(sys.modules) - loaded),
    "dags": {
        d.dag_id: {
            "file": d.fileloc, "tags": sorted(d.tags), "page": d.doc_md or "", "catchup": d.catchup,
            "description": d.description or "", "timetable": type(d.timetable).__name__,
            "expression": getattr(d.timetable, "expression", None) or getattr(d.timetable, "_expression", None),
            "retries": {t.task_id: t.retries for t in d.tasks}, "owners": sorted({t.owner for t in d.tasks}),
        } for d in bag.dags.values()
    },
}))
"""


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict]:
    """The DAG folder as Airflow reads it, in a process of its own with an Airflow home of its own."""
    import json

    home = tmp_path_factory.mktemp("airflow")
    variables = os.environ | {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(HOME / "plugins"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
        "PYTHONPATH": str(HOME / "plugins"),
    }
    done = subprocess.run(
        [sys.executable, "-c", _READ, str(DAGS)], env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


def test_every_file_is_read_without_error(read: dict[str, dict]) -> None:
    assert read["errors"] == {}
    assert {Path(dag["file"]).name for dag in read["dags"].values()} == {path.name for path in FILES}


def test_there_is_an_ingest_dag_for_each_contract(read: dict[str, dict]) -> None:
    from cunfang.feeds.contract import contracts

    assert {name for name in read["dags"] if name.startswith("ingest_")} == {f"ingest_{feed}" for feed in contracts()}


def test_each_dag_has_owner_tags_description_and_a_chinese_page(read: dict[str, dict]) -> None:
    for name, dag in read["dags"].items():
        assert dag["owners"] == ["data-engineering"], name
        assert "cunfang" in dag["tags"], name
        assert dag["description"], name
        assert dag["page"].strip().startswith("###"), name
        assert any("\u4e00" <= letter <= "\u9fff" for letter in dag["page"]), name


def test_no_dag_catches_up_and_no_file_uses_a_bare_cron(read: dict[str, dict]) -> None:
    for name, dag in read["dags"].items():
        assert dag["catchup"] is False, name
        assert dag["timetable"] in {"CalendarTimetable", "PartitionedAssetTimetable"}, name


def test_every_task_but_the_signature_is_retried(read: dict[str, dict]) -> None:
    for name, dag in read["dags"].items():
        assert all(retries >= 1 for task, retries in dag["retries"].items() if task != "approve"), name


def test_reading_the_folder_imports_nothing_heavy(read: dict[str, dict]) -> None:
    imported = [module for module in read["imported"] if module.startswith(HEAVY)]
    assert imported == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_dag_file_only_wires(path: Path) -> None:
    """A docstring, imports, a page, and DAGs: no function or class is defined, nothing is opened or queried."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    assert not any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) for node in ast.walk(tree))
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 80
    allowed = {"__future__", "airflow", "cunfang", "datetime", "zoneinfo"}
    assert {name.split(".")[0] for name in _imports(tree)} <= allowed


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
