"""`cunfang evaluate`: from a folder of files to a result, in a warehouse that is gone afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from sqlalchemy import Engine

from cunfang.cli.taking_in import NothingDeliveredError, require_files, taken_in
from cunfang.documents.loading import load_result, load_warnings
from cunfang.documents.result import RunResult, Warning_
from cunfang.evaluation import RunStoppedError, evaluate
from cunfang.finding import Finding
from cunfang.intake import reported
from cunfang.period import Period
from cunfang.rulebook import Rulebook, RulebookError, read_rulebook
from cunfang.warnings import watch


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
        require_files(inbox, region, period)
    except (RulebookError, NothingDeliveredError) as error:
        raise InputError(str(error)) from error
    with (
        console.status("准备临时数据库") as status,
        taken_in(inbox, region, period, [rulebook], status.update) as (database, found),
    ):
        status.update("考核")
        return _evaluate(database, region, period, rulebook, found)


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
