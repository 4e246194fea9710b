"""The official run of a region and period: by the region's rule book, verified, signed, and then in force (S26)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, Engine, text

from cunfang.evaluation.run import evaluate
from cunfang.evaluation.steps import Answer, RunStoppedError
from cunfang.evaluation.waiver import WaivedError, note, waived
from cunfang.finding import Finding, Klass
from cunfang.intake.explaining import questions, unexplained
from cunfang.period import Period
from cunfang.region import load_region
from cunfang.rulebook import Rulebook, read_rulebook
from cunfang.warehouse.sql import rows


class InvariantError(Exception):
    """A stored run breaks what must hold of every run; it must not be signed."""


class SignOffError(Exception):
    """A run is not in the state that this step needs."""


def rulebook_of(region: str, on: date) -> Rulebook | None:
    """The rule book that the region's file names for that day; None when it names none."""
    code = load_region(region).rulebook_on(on)
    return read_rulebook(code) if code else None


def evaluate_official(engine: Engine, region: str, period: Period) -> int:
    """Evaluate by the region's own rule book; the run's id. RunStoppedError where the region has none, or data lack.

    It also stops, with every question at once, while a finding of what stands or of the run itself is neither corrected
    nor explained, unless the region says `unexplained: note`; the run is a draft then, and not offered for signature.
    A quarter that a decision waives has no run: that is kept, and said by a WaivedError (S14).
    """
    with engine.begin() as connection:
        waiver = waived(connection, region, period)
        if waiver is not None:
            note(connection, waiver)
    if waiver is not None:
        raise WaivedError(waiver)
    rulebook = rulebook_of(region, period.end)
    if rulebook is None:
        message = f"地区 {region} 没有指定考核办法"
        advice = f"请在 include/regions/{region}.yaml 中写明 rulebook"
        raise RunStoppedError([Answer(0, Finding("EVA-V006", Klass.VALIDITY, message, advice))])
    try:
        run_id = evaluate(engine, region, period, rulebook).run_id
    except RunStoppedError as stopped:
        raise RunStoppedError([*stopped.answers, *_unexplained(engine, region, period)]) from stopped
    if answers := _unexplained(engine, region, period, run_id):
        raise RunStoppedError(answers)
    return run_id


def _unexplained(engine: Engine, region: str, period: Period, run_id: int | None = None) -> list[Answer]:
    """Questions about findings without a reason; they are read from what stands, so they are kept nowhere else."""
    if load_region(region).unexplained != "stop":
        return []
    with engine.connect() as connection:
        found = unexplained(connection, region, period, run_id)
    return [Answer(run_id or 0, question) for question in questions(region, period, found)]


def verify(engine: Engine, run_id: int) -> None:
    """Check the stored rows against the invariants (design §8); InvariantError names each breach."""
    with engine.connect() as connection:
        breaches = [str(row["breach"]) for row in rows(connection, "eval/95_verify.sql", {"run_id": run_id})]
    if breaches:
        raise InvariantError(f"批次 {run_id}：{'；'.join(breaches)}")


def status_of(engine: Engine, run_id: int) -> str:
    """`draft`, `approved`, `rejected` or `published`."""
    with engine.connect() as connection:
        return _status(connection, run_id)


def _status(connection: Connection, run_id: int) -> str:
    state = text("SELECT status FROM eval.run_state WHERE run_id = :run_id")
    return str(connection.execute(state, {"run_id": run_id}).scalar_one())


def advance(connection: Connection, run_id: int, before: str, after: str, actor: str, comment: str = "") -> bool:
    """Move a run from one state to the next and write it to the audit chain; False when it is there already.

    SignOffError when it is in neither state.
    """
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('cunfang.run'), :run_id)"), {"run_id": run_id})
    status = _status(connection, run_id)
    if status == after:
        return False
    if status != before:
        raise SignOffError(f"批次 {run_id} 的现状是 {status}，不是 {before}")
    values = {"run_id": run_id, "status": after, "actor": actor, "comment": comment}
    event = "INSERT INTO eval.run_event (run_id, status, actor, comment) VALUES (:run_id, :status, :actor, :comment)"
    connection.execute(text(event), values)
    audit = text("""
        INSERT INTO ops.audit (actor, action, object, detail)
        VALUES (:actor, :status, 'run ' || :run_id, jsonb_build_object('comment', CAST(:comment AS text)))
    """)
    connection.execute(audit, {**values, "run_id": str(run_id)})
    return True
