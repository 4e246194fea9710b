"""A small client for Airflow's REST API: trigger, look, wait, answer an approval."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

APPROVE, REJECT = "Approve", "Reject"
PATIENT = {"awaiting_input", "deferred"}
"""States of a task that waits for a person, a file or a day."""
ACTIVE = {"scheduled", "queued", "running", "restarting", "up_for_retry", "up_for_reschedule"}
SETTLE = 5.0
"""Seconds a task must have been parked before it is answered: an answer in the first two can be lost."""


class AirflowError(RuntimeError):
    """Airflow refused or did not answer; the message has its own words."""


@dataclass(frozen=True)
class DagRun:
    """One run of a DAG. `state`: queued, running, success, failed."""

    dag_id: str
    run_id: str
    state: str
    partition_key: str | None
    run_type: str
    started: datetime | None
    ended: datetime | None


@dataclass(frozen=True)
class TaskInstance:
    """One task of a run. `state` is None before it is scheduled; `awaiting_input` waits for a person."""

    task_id: str
    map_index: int
    state: str | None
    started: datetime | None
    ended: datetime | None


class Client:
    """Speaks to `url` as `user`. Logs in at the first call and again when the token has run out."""

    def __init__(self, url: str, user: str, password: str, *, patience: float = 30.0) -> None:
        self.user = user
        self._password = password
        self._patience = patience
        self._http = httpx.Client(base_url=url, timeout=30, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def trigger(self, dag_id: str, partition_key: str | None = None, conf: Mapping[str, Any] | None = None) -> DagRun:
        """Start a run by hand, for a partition `region|period` when given."""
        body: dict[str, Any] = {"logical_date": None, "conf": dict(conf or {})}
        if partition_key is not None:
            body["partition_key"] = partition_key
        return _run(self._call("POST", f"/api/v2/dags/{quote(dag_id)}/dagRuns", json=body))

    def dag_runs(self, dag_id: str = "~", state: str | None = None) -> list[DagRun]:
        """Runs of a DAG, or of all (`~`), oldest first; only those in `state` when given."""
        params = {"order_by": "id"} | ({"state": state} if state else {})
        return [_run(entry) for entry in self._pages(f"/api/v2/dags/{quote(dag_id)}/dagRuns", "dag_runs", params)]

    def dag_run(self, dag_id: str, run_id: str) -> DagRun:
        """One run as it stands now."""
        return _run(self._call("GET", _run_path(dag_id, run_id)))

    def task_instances(self, dag_id: str, run_id: str) -> list[TaskInstance]:
        """The tasks of a run, each mapped one by itself."""
        entries = self._pages(f"{_run_path(dag_id, run_id)}/taskInstances", "task_instances", {})
        return [_task(entry) for entry in entries]

    def waits(self, run: DagRun) -> bool:
        """Whether the run does nothing but wait for a person, a file or a day."""
        states = {task.state for task in self.task_instances(run.dag_id, run.run_id)}
        return bool(states & PATIENT) and not states & ACTIVE

    def moving(self) -> list[str]:
        """What is under way, but for runs that only wait; and what was announced and gets its run in a moment.

        Nothing twice in a row means that nothing follows any more by itself.
        """
        before = self._announced()
        busy = [run for state in ("running", "queued") for run in self.dag_runs(state=state) if not self.waits(run)]
        return [*before, *(f"{run.dag_id} {run.partition_key or run.run_id}" for run in busy), *self._announced()]

    def _announced(self) -> list[str]:
        found = self._call("GET", "/ui/partitioned_dag_runs", params={"has_created_dag_run_id": "false"})
        return [f"{entry['dag_id']} {entry['partition_key']}" for entry in found["partitioned_dag_runs"]]

    def dags(self) -> list[str]:
        """Names of the DAGs that Airflow has read."""
        return [str(entry["dag_id"]) for entry in self._pages("/api/v2/dags", "dags", {})]

    def occupied_slots(self) -> int:
        """Slots of the pools that tasks hold now: what waits for a person or a file holds none."""
        return sum(int(entry["occupied_slots"]) for entry in self._pages("/api/v2/pools", "pools", {}))

    def import_errors(self) -> dict[str, str]:
        """DAG file → what Airflow says is wrong with it."""
        entries = self._pages("/api/v2/importErrors", "import_errors", {})
        return {str(entry["filename"]): str(entry["stack_trace"]) for entry in entries}

    def wait_until(self, predicate: Callable[[], bool], timeout: float, poll: float = 1.0) -> None:
        """Ask `predicate` every `poll` seconds. Raises TimeoutError after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while not predicate():
            if time.monotonic() >= deadline:
                raise TimeoutError(f"等待超过 {timeout:.0f} 秒仍未完成")
            time.sleep(poll)

    def answer_approval(
        self, dag_id: str, run_id: str, task_id: str, approve: bool, comment: str | None = None, timeout: float = 300.0
    ) -> str:
        """Answer as this user, once the task has been waiting for `SETTLE` seconds and the scheduler, which on a busy
        machine may be behind, has been heard since; the name the answer is kept under.

        `comment` goes into the operator's param of that name; give it only where the DAG has one.
        """
        seen: list[datetime] = []

        def settled() -> bool:
            states = {task.state for task in self.task_instances(dag_id, run_id) if task.task_id == task_id}
            if states != {"awaiting_input"}:
                seen.clear()
                return False
            seen.append(datetime.now(UTC))
            return (seen[-1] - seen[0]).total_seconds() >= SETTLE and self._scheduler_heard() > seen[0]

        self.wait_until(settled, timeout)
        path = f"{_run_path(dag_id, run_id)}/taskInstances/{quote(task_id)}/-1/hitlDetails"
        body = {
            "chosen_options": [APPROVE if approve else REJECT],
            "params_input": {} if comment is None else {"comment": comment},
        }
        answer = self._call("PATCH", path, json=body)
        return str(answer["responded_by"]["name"])

    def _scheduler_heard(self) -> datetime:
        beat = self._call("GET", "/api/v2/monitor/health")["scheduler"]["latest_scheduler_heartbeat"]
        return _time(beat) or datetime.min.replace(tzinfo=UTC)

    def _pages(self, path: str, key: str, params: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        offset = 0
        while True:
            page = self._call("GET", path, params={"limit": 100, "offset": offset, **params})
            yield from page[key]
            offset += len(page[key])
            if not page[key] or offset >= page["total_entries"]:
                return

    def _call(self, method: str, path: str, **request: Any) -> Any:
        if "Authorization" not in self._http.headers:
            self._login()
        answer = self._send(method, path, **request)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self._login()
            answer = self._send(method, path, **request)
        return _checked(answer)

    def _login(self) -> None:
        self._http.headers.pop("Authorization", None)
        answer = self._send("POST", "/auth/token", json={"username": self.user, "password": self._password})
        self._http.headers["Authorization"] = f"Bearer {_checked(answer)['access_token']}"

    def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        """A server that is still coming up is tried again, as no request has reached it yet."""
        deadline = time.monotonic() + self._patience
        while True:
            try:
                return self._http.request(method, path, **request)
            except httpx.ConnectError as error:
                if time.monotonic() >= deadline:
                    raise AirflowError(f"连不上 Airflow（{self._http.base_url}）：{error}") from error
                time.sleep(0.5)


def _run_path(dag_id: str, run_id: str) -> str:
    return f"/api/v2/dags/{quote(dag_id)}/dagRuns/{quote(run_id, safe='')}"


def _checked(answer: httpx.Response) -> Any:
    if answer.is_error:
        asked = f"{answer.request.method} {answer.request.url.path}"
        raise AirflowError(f"{asked} → {answer.status_code}：{answer.text[:500]}")
    return answer.json()


def _time(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value).astimezone(UTC) if value else None


def _run(entry: Mapping[str, Any]) -> DagRun:
    return DagRun(
        dag_id=entry["dag_id"],
        run_id=entry["dag_run_id"],
        state=entry["state"],
        partition_key=entry.get("partition_key"),
        run_type=entry["run_type"],
        started=_time(entry["start_date"]),
        ended=_time(entry["end_date"]),
    )


def _task(entry: Mapping[str, Any]) -> TaskInstance:
    return TaskInstance(
        task_id=entry["task_id"],
        map_index=entry["map_index"],
        state=entry["state"],
        started=_time(entry["start_date"]),
        ended=_time(entry["end_date"]),
    )
