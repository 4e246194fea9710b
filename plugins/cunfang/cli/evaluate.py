"""`cunfang evaluate`: from a folder of files to a result, in a warehouse that is gone afterwards."""

from __future__ import annotations

import importlib
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from sqlalchemy import Engine

from cunfang.documents.loading import load_result, load_warnings
from cunfang.documents.result import RunResult, Warning_
from cunfang.evaluation import RunStoppedError, evaluate
from cunfang.finding import Finding
from cunfang.intake import reported, take_in
from cunfang.period import Period
from cunfang.rulebook import Rulebook, RulebookError, read_rulebook
from cunfang.settings import settings
from cunfang.warehouse import engine
from cunfang.warehouse.embedded import throwaway
from cunfang.warnings import watch

STEPS = {"read": "已读取", "accepted": "已接受", "rejected": "被退回", "waiting": "等名册"}


class InputError(Exception):
    """The command cannot start: no such folder, no file in it, no such rule book."""


@dataclass(frozen=True)
class Submitted:
    """A finding and the submission (`feed/file`) it is about; empty for the evaluation's own questions."""

    submission: str
    finding: Finding


@dataclass(frozen=True)
class Outcome:
    """What came out. `result` is None when findings stopped the evaluation."""

    region: str
    period: Period
    rulebook: Rulebook
    result: RunResult | None
    warnings: tuple[Warning_, ...]
    findings: tuple[Submitted, ...]


def evaluate_inbox(inbox: Path, region: str, period: Period, code: str, console: Console) -> Outcome:
    """Load `inbox/<region>/<period>`, evaluate by rule book `code`. InputError when there is nothing to start with."""
    try:
        rulebook = read_rulebook(code)
    except RulebookError as error:
        raise InputError(str(error)) from error
    folder = inbox / region / str(period)
    if not any(path.is_file() for path in folder.glob("*/**/*")):
        raise InputError(f"{folder} 里没有报送文件；应为 {folder}/<报送>/<文件>")
    # The checks' library takes seconds to import; PostgreSQL starts meanwhile.
    importing = threading.Thread(target=importlib.import_module, args=("great_expectations",), daemon=True)
    importing.start()
    with _progress(console) as say, throwaway() as url, tempfile.TemporaryDirectory(prefix="cunfang-") as var:
        say("载入校验规则")
        importing.join()
        place = replace(settings(), warehouse_url=url, inbox=inbox.resolve(), var=Path(var))
        database = engine(url)
        found = take_in(database, place, region, period, lambda feed, step: say(f"{feed} {STEPS.get(step, step)}"))
        say("考核")
        outcome = _evaluate(database, region, period, rulebook, found)
        database.dispose()
    return outcome


def _evaluate(database: Engine, region: str, period: Period, rulebook: Rulebook, found: list[Finding]) -> Outcome:
    run_id: int | None = None
    try:
        evaluated = evaluate(database, region, period, rulebook)
        run_id, questions = evaluated.run_id, evaluated.noted
    except RunStoppedError as stopped:
        questions = stopped.findings
    with database.begin() as connection:
        watch(connection, region, period, rulebook)
        return Outcome(
            region=region,
            period=period,
            rulebook=rulebook,
            result=load_result(connection, run_id) if run_id is not None else None,
            warnings=load_warnings(connection, region=region, period=str(period)),
            findings=(*_said(database, region, period, found), *(Submitted("", item) for item in questions)),
        )


def _said(database: Engine, region: str, period: Period, found: list[Finding]) -> list[Submitted]:
    """What was found, each with the submission it is about; what is about none (a stray folder) stands first."""
    kept = reported(database, region, period)
    about_none = [item for item in found if item not in {entry.finding for entry in kept}]
    return [
        *(Submitted("", item) for item in about_none),
        *(Submitted(f"{entry.feed}/{entry.finding.file}", entry.finding) for entry in kept),
    ]


@contextmanager
def _progress(console: Console) -> Iterator[Callable[[str], None]]:
    with console.status("准备临时数据库") as status:
        yield lambda message: status.update(message)
