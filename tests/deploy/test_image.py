"""The image: what goes into it, who runs it, and that the locked packages work together in it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def dockerfile(home: Path) -> str:
    return re.sub(r"\\\n", " ", (home / "Dockerfile").read_text(encoding="utf-8"))


def test_given_the_image_then_it_holds_the_library_the_dags_and_all_policy_and_no_tools_of_ours(
    dockerfile: str, home: Path
) -> None:
    copied = set(re.findall(r"^COPY (?!--from)(\S+)", dockerfile, re.MULTILINE))
    assert copied == {"requirements.txt", "include/", "plugins/", "dags/", "deploy/"}
    allowed = {line[1:] for line in (home / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    assert {name.rstrip("/") for name in copied} == allowed
    assert "*" in (home / ".dockerignore").read_text(encoding="utf-8").splitlines()


def test_given_the_image_then_it_runs_as_the_user_that_compose_gives_folders_to(
    dockerfile: str, compose_text: str
) -> None:
    final = dockerfile.rpartition("FROM ")[2]
    assert "useradd --uid 5000" in final
    assert final.index("USER cunfang") > final.index("COPY deploy/")
    assert "uid=5000,gid=5000" in compose_text


def test_given_the_lock_then_celery_and_its_airflow_provider_fit(tmp_path: Path) -> None:
    """A lock can satisfy every stated bound and still not run: CeleryExecutor is what production runs on."""
    done = subprocess.run(
        [sys.executable, "-c", "import airflow.providers.celery.executors.celery_executor"],
        env={"AIRFLOW_HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_given_the_image_then_the_command_is_the_one_of_the_checkout(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, home / "deploy" / "cunfang", "--help"], capture_output=True, text=True, check=True
    )
    for word in ("evaluate", "explain", "migrate"):
        assert word in done.stdout


@contextmanager
def answering(status: int, page: bytes) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


HEALTH = json.dumps({"triggerer": {"status": "healthy"}, "scheduler": {"status": "unhealthy"}, "other": None}).encode()


@pytest.mark.parametrize(
    ("status", "name", "well"),
    [
        (200, [], True),
        (503, [], False),
        (200, ["triggerer"], True),
        (200, ["scheduler"], False),
        (200, ["other"], False),
        (200, ["dag_processor"], False),
    ],
)
def test_given_an_answer_when_health_is_asked_then_the_exit_code_says_it(
    home: Path, status: int, name: list[str], well: bool
) -> None:
    with answering(status, HEALTH) as address:
        done = subprocess.run([sys.executable, home / "deploy" / "healthcheck.py", address, *name], capture_output=True)
    assert (done.returncode == 0) is well


def test_given_nobody_answers_when_health_is_asked_then_it_is_not_well(home: Path) -> None:
    with answering(200, HEALTH) as address:
        pass
    done = subprocess.run([sys.executable, home / "deploy" / "healthcheck.py", address], capture_output=True)
    assert done.returncode == 1
