"""The local stack: what its processes are told, which it stops and which it leaves alone, and one real start."""

from __future__ import annotations

import os
import smtplib
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.mime.text import MIMEText
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from cunfang.airflow import processes
from cunfang.airflow.client import AirflowError, Client
from cunfang.airflow.component import wait_for
from cunfang.airflow.environment import USERS, Addresses, environment, load_secrets
from cunfang.airflow.mailsink import file_name
from cunfang.airflow.preload import forks_workers, imported_by, warm
from cunfang.airflow.stack import Live, Stack, StackError, free_port
from cunfang.warehouse import server

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
ADDRESSES = Addresses(8080, 1025, "postgresql+psycopg2://postgres@/airflow?host=/s", "postgresql+psycopg2://w")


def _environment(tmp_path: Path, inherited: dict[str, str]) -> dict[str, str]:
    return environment(
        var=tmp_path,
        dags=tmp_path / "dags",
        plugins=tmp_path / "plugins",
        inbox=tmp_path / "inbox",
        parallelism=3,
        addresses=ADDRESSES,
        keys=load_secrets(tmp_path),
        inherited=inherited,
    )


@pytest.fixture
def sleeper() -> Iterator[psutil.Process]:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    yield psutil.Process(child.pid)
    child.kill()
    child.wait()


def test_given_the_callers_airflow_settings_when_the_environment_is_made_then_only_ours_remain(tmp_path: Path) -> None:
    made = _environment(
        tmp_path,
        {
            "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
            "AIRFLOW__FAB__ENABLE_PROXY_FIX": "True",
            "AIRFLOW_HOME": "/elsewhere",
            "AIRFLOW_CONN_WAREHOUSE": "{}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": "/mine",
        },
    )

    assert made["AIRFLOW__CORE__EXECUTOR"] == "LocalExecutor"
    assert "AIRFLOW__FAB__ENABLE_PROXY_FIX" not in made
    assert made["AIRFLOW_HOME"] == str(tmp_path / "airflow")
    assert made["AIRFLOW_CONN_WAREHOUSE"] == "{}"
    assert "PYTHONDONTWRITEBYTECODE" not in made
    assert made["PYTHONPATH"] == f"{tmp_path / 'plugins'}{os.pathsep}/mine"


def test_given_addresses_when_the_environment_is_made_then_library_and_airflow_are_told_the_same(
    tmp_path: Path,
) -> None:
    made = _environment(tmp_path, {})

    assert made["CUNFANG_WAREHOUSE_URL"] == ADDRESSES.warehouse_url
    assert made["CUNFANG_SMTP_URL"] == "smtp://localhost:1025"
    assert made["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] == ADDRESSES.metadata_url
    assert made["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:8080/execution/"
    assert made["AIRFLOW__API__BASE_URL"] == "http://localhost:8080"
    assert made["AIRFLOW__CORE__PARALLELISM"] == "3"
    assert made["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS"] == (
        "engineer:admin,finance_office:op,leading_group:op,finance_bureau:op"
    )
    assert made["GX_ANALYTICS_ENABLED"] == "False"


def test_given_a_fresh_var_when_secrets_are_made_then_they_stay_and_only_the_owner_reads_them(tmp_path: Path) -> None:
    keys = load_secrets(tmp_path)

    assert load_secrets(tmp_path) == keys
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
    assert set(keys.passwords) == set(USERS)
    assert not set(keys.passwords.values()) & set(_environment(tmp_path, {}).values())
    (tmp_path / "other").mkdir()
    assert load_secrets(tmp_path / "other").jwt != keys.jwt


def test_given_a_taken_port_when_it_is_wished_for_then_another_is_given() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        wished = taken.getsockname()[1]
        assert free_port(wished) != wished
    assert free_port(wished) == wished
    assert free_port() > 1024


@pytest.mark.parametrize("name", ["with blank", "存放", "x" * 120])
def test_given_a_path_a_socket_cannot_have_when_asked_then_a_short_plain_folder_is_named(name: str) -> None:
    folder = server.socket_dir(Path("/srv") / name / "pg")

    assert folder != Path("/srv") / name / "pg"
    assert str(folder).isascii()
    assert " " not in str(folder)
    assert len(str(folder / ".s.PGSQL.5432.lock")) <= 107


def test_given_a_short_plain_path_when_asked_then_the_socket_stands_with_the_data() -> None:
    assert server.socket_dir(Path("/srv/cunfang/var/pg")) == Path("/srv/cunfang/var/pg")


def test_given_a_pid_that_now_belongs_to_a_stranger_when_stopped_then_the_stranger_lives(
    sleeper: psutil.Process,
) -> None:
    stale = processes.Process("scheduler", sleeper.pid, sleeper.create_time() - 3600, "")

    processes.stop([stale], grace=1)

    assert stale.running() is None
    assert sleeper.is_running()


def test_given_a_pid_that_is_ours_when_stopped_then_it_ends(sleeper: psutil.Process) -> None:
    ours = processes.Process("scheduler", sleeper.pid, sleeper.create_time(), "")
    assert ours.running() is not None

    processes.stop([ours], grace=5)

    assert ours.running() is None


def test_given_a_component_that_will_not_end_when_stopped_then_its_whole_group_is_ended(tmp_path: Path) -> None:
    script = (
        "import os, signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "os.fork()\n"
        "print(os.getpid(), flush=True)\n"
        "time.sleep(60)\n"
    )
    log = tmp_path / "stubborn.log"
    started = processes.spawn("stubborn", [sys.executable, "-c", script], {}, log)
    deadline = time.monotonic() + 10
    while len(log.read_text().split()) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    members = [psutil.Process(int(number)) for number in log.read_text().split()]
    assert len(members) == 2

    processes.stop([started], grace=0.5)
    psutil.wait_procs(members, timeout=5)

    assert not any(member.is_running() and member.status() != psutil.STATUS_ZOMBIE for member in members)


def test_given_an_orphan_with_the_stacks_mark_when_swept_then_it_ends_and_others_do_not(
    tmp_path: Path, sleeper: psutil.Process
) -> None:
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    orphan = processes.spawn("orphan", command, {processes.MARK: "of-this-test"}, tmp_path / "log")
    # A program that has only just been loaded does not show its environment yet.
    deadline = time.monotonic() + 10
    while not processes.strays("of-this-test") and time.monotonic() < deadline:
        time.sleep(0.05)

    processes.sweep("of-this-test", grace=5)

    assert orphan.running() is None
    assert sleeper.is_running()


def test_given_no_stack_when_asked_then_it_does_not_run_and_stopping_is_no_error(tmp_path: Path) -> None:
    stack = Stack(tmp_path / "var", tmp_path, tmp_path)

    stack.stop()

    assert not stack.is_running()
    with pytest.raises(StackError, match="make up"):
        stack.live()


def test_given_a_server_that_is_not_there_when_called_then_the_error_names_the_address() -> None:
    port = free_port()
    with (
        Client(f"http://127.0.0.1:{port}", "engineer", "x", patience=0.1) as client,
        pytest.raises(AirflowError, match=str(port)),
    ):
        client.dags()
    with pytest.raises(TimeoutError, match=str(port)):
        wait_for(f"http://127.0.0.1:{port}", patience=0.3)


def test_given_dag_files_when_read_for_imports_then_top_level_modules_come_out(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import json\nfrom email.mime import text\ndef f():\n    import antigravity\n")
    (tmp_path / "broken.py").write_text("def (")

    assert list(imported_by(tmp_path)) == ["json", "email.mime"]


def test_given_airflow_commands_when_asked_then_only_those_that_fork_tasks_import_ahead(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import antigravity_of_this_test\n")

    assert forks_workers(["airflow", "scheduler", "--skip-serve-logs"])
    assert forks_workers(["airflow", "celery", "worker"])
    assert not forks_workers(["airflow", "celery", "flower"])
    assert not forks_workers(["airflow", "dag-processor"])
    before = set(sys.modules)
    warm(tmp_path, arguments=["airflow", "api-server"])
    assert set(sys.modules) == before


def test_given_any_message_id_when_named_then_the_file_name_is_safe_and_sorts_by_time() -> None:
    received = datetime(2026, 1, 15, 8, 0, tzinfo=UTC)
    named = file_name(b"Message-ID: <../../etc/passwd 1@host>\r\n\r\nx", received)

    assert named == "20260115T080000.000000-etc_passwd_1@host.eml"
    assert file_name(b"Subject: x\r\n\r\n", received).startswith("20260115T080000.000000-")


def test_given_a_mail_in_chinese_when_sent_to_the_sink_then_the_file_has_it_byte_for_byte(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "cunfang.airflow.mailsink", "--port", str(port), "--dir", str(tmp_path / "mail")]
    sink = processes.spawn("mailsink", command, {"PYTHONPATH": str(PLUGINS)}, tmp_path / "log")
    try:
        _wait(lambda: "SMTP" in processes.tail(tmp_path / "log"))
        mail = MIMEText("应存额度 1,234.56 元", "plain", "utf-8")
        mail["Subject"], mail["Message-ID"] = "调整指令", "<1@cunfang>"
        with smtplib.SMTP("localhost", port) as connection:
            connection.sendmail("jrb@example.invalid", ["bank@example.invalid"], mail.as_bytes())
    finally:
        processes.stop([sink], grace=5)

    (stored,) = (tmp_path / "mail").iterdir()
    parsed = message_from_bytes(stored.read_bytes(), policy=policy.default)
    assert parsed["X-RcptTo"] == "bank@example.invalid"
    assert parsed["Subject"] == "调整指令"
    assert parsed.get_content().strip() == "应存额度 1,234.56 元"


TINY_DAG = """
from airflow.sdk import dag, task

@dag(schedule=None, catchup=False, tags=["test"])
def tiny():
    @task
    def where() -> str:
        import os
        return os.environ["CUNFANG_INBOX"]
    where()

tiny()
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """Not under pytest's own folder: that is closed to the user under whom PostgreSQL runs when root starts it."""
    with tempfile.TemporaryDirectory(prefix="cunfang-", ignore_cleanup_errors=True) as folder:
        yield Path(folder) / "存 放"


@pytest.mark.e2e
def test_given_a_broken_then_a_sound_setting_when_started_then_it_explains_runs_and_leaves_nothing(home: Path) -> None:
    (home / "dags").mkdir(parents=True)
    (home / "dags" / "tiny.py").write_text(TINY_DAG)
    (home / "plugins").mkdir()
    (home / "plugins" / "cunfang").symlink_to(PLUGINS / "cunfang")
    (home / "plugins" / ".airflowignore").write_text("cunfang/\n")
    stack = Stack(home / "var", home / "dags", home / "plugins")

    with pytest.raises(StackError, match=r"scheduler(?s:.*)NoSuchExecutor"):
        replace(stack, extra={"AIRFLOW__CORE__EXECUTOR": "NoSuchExecutor"}).start()
    assert _left(stack) == []

    with stack.running() as live:
        assert stack.is_running()
        _runs_a_task(live)
        with stack.running() as again:
            assert again.processes == live.processes
        assert stack.is_running()
    assert not stack.is_running()
    assert _left(stack) == []


def _runs_a_task(live: Live) -> None:
    with live.client("finance_office") as client:
        client.wait_until(lambda: "tiny" in client.dags(), timeout=300)
        assert client.import_errors() == {}
        run = client.trigger("tiny")
        client.wait_until(lambda: client.dag_run("tiny", run.run_id).state in {"success", "failed"}, timeout=300)
        assert [(task.task_id, task.state) for task in client.task_instances("tiny", run.run_id)] == [
            ("where", "success")
        ]
    with Client(live.api_url, "engineer", "wrong") as stranger, pytest.raises(AirflowError, match="401"):
        stranger.dags()


def _left(stack: Stack) -> list[str]:
    """Command lines of what carries the stack's mark or serves its PostgreSQL."""
    home = str(stack.var.resolve())
    marked = [" ".join(process.cmdline()) for process in processes.strays(load_secrets(stack.var).mark)]
    for process in psutil.process_iter(["name", "cmdline"]):
        if process.info["name"] == "postgres" and home in " ".join(process.info["cmdline"] or []):
            marked.append(" ".join(process.info["cmdline"]))
    return marked


def _wait(predicate: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not predicate():
        assert time.monotonic() < deadline
        time.sleep(0.05)
