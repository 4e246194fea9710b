"""A rule book on trial: evaluated beside the one in force from the same files, kept for comparison, moving nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text

from cunfang.evaluation import RunStoppedError, evaluate_within
from cunfang.finding import Finding, Klass
from cunfang.period import Period
from cunfang.region import load_region
from cunfang.rulebook import Rulebook, RulebookError, read_rulebook, stored_rulebook
from cunfang.simulation.comparison import compare
from cunfang.simulation.fault import SimulationError
from cunfang.simulation.ground import Ground, official_run
from cunfang.simulation.whatif import Simulated, Terms


@dataclass(frozen=True)
class TrialRun:
    """What became of an evaluation by the rule book on trial; `run_id` is None where it stopped at `findings`."""

    rulebook: str
    run_id: int | None
    findings: tuple[Finding, ...]


def evaluate_trial(engine: Engine, region: str, period: Period) -> TrialRun | None:
    """Evaluate by the region's rule book on trial; None where it has none in that quarter.

    What it stops at or notes is kept in eval.trial_finding, apart from what the office is asked about. A rule book on
    trial that cannot be read is such a question too.
    """
    code = load_region(region).trial_rulebook(str(period))
    if code is None:
        return None
    try:
        rulebook = read_rulebook(code)
        with engine.begin() as connection:
            done = evaluate_within(connection, region, period, rulebook, "trial")
            _keep(connection, region, period, TrialRun(code, done.run_id, tuple(done.noted)))
        return TrialRun(code, done.run_id, tuple(done.noted))
    except RunStoppedError as stopped:
        tried = TrialRun(code, None, tuple(stopped.findings))
    except RulebookError as error:
        faults = (Finding(flaw.rule, Klass.VALIDITY, flaw.what(), flaw.do()) for flaw in error.flaws)
        tried = TrialRun(code, None, tuple(faults))
    with engine.begin() as connection:
        _keep(connection, region, period, tried)
    return tried


def _keep(connection: Connection, region: str, period: Period, tried: TrialRun) -> None:
    """Each once; a run found as computed before notes nothing new."""
    insert = text("""
        INSERT INTO eval.trial_finding (region, period, rulebook_code, run_id, check_id, class, message, advice)
        SELECT :region, :period, :code, :run_id, :check, :klass, :message, :advice
        WHERE NOT EXISTS (
            SELECT 1 FROM eval.trial_finding
            WHERE
                region = :region AND period = :period AND rulebook_code = :code AND check_id = :check
                AND message = :message AND run_id IS NOT DISTINCT FROM CAST(:run_id AS bigint)
        )
    """)
    place = {"region": region, "period": str(period), "code": tried.rulebook, "run_id": tried.run_id}
    for item in tried.findings:
        said = {"check": item.check, "klass": item.klass.value, "message": item.message, "advice": item.advice}
        connection.execute(insert, {**place, **said})


def trial_beside(connection: Connection, run_id: int) -> Simulated | None:
    """An official run and the newest run on trial of its quarter, side by side; None where there is none."""
    query = text("""
        SELECT o.region, o.period, o.rulebook_id, t.run_id, t.rulebook_id AS tried_id
        FROM eval.run AS o
        INNER JOIN eval.run AS t ON o.region = t.region AND o.period = t.period AND t.purpose = 'trial'
        WHERE o.run_id = :run_id AND o.purpose = 'official'
        ORDER BY t.run_id DESC
        LIMIT 1
    """)
    found = connection.execute(query, {"run_id": run_id}).one_or_none()
    if found is None:
        return None
    official, tried = (stored_rulebook(connection, number) for number in (found.rulebook_id, found.tried_id))
    return _side_by_side(
        connection, Ground(found.region, Period.parse(found.period), run_id, run_id, official), found.run_id, tried
    )


def _side_by_side(connection: Connection, ground: Ground, tried_run: int, tried: Rulebook) -> Simulated:
    compared = compare(connection, ground.template, tried_run, (ground.rulebook, tried))
    return Simulated(ground, Terms(rulebook=tried), tried, compared, trial_run=tried_run)


def trial_comparison(connection: Connection, region: str, period: Period) -> Simulated:
    """The run in force (else the newest official one) and the run on trial; SimulationError says why there is none."""
    official = official_run(connection, region, period)
    if official is None:
        newest = text("""
            SELECT max(run_id) FROM eval.run WHERE region = :region AND period = :period AND purpose = 'official'
        """)
        official = connection.scalar(newest, {"region": region, "period": str(period)})
    if official is None:
        raise SimulationError(f"{region} {period} 还没有正式考核，无从比较")
    found = trial_beside(connection, int(official))
    if found is not None:
        return found
    if questions := trial_questions(connection, region, period):
        said = "；".join(f"[{item.check}] {item.message}" for item in questions)
        raise SimulationError(f"{region} {period} 的试行考核停在：{said}")
    raise SimulationError(
        f"{region} {period} 没有试行办法的考核；在 include/regions/{region}.yaml 写明 trial 后重新考核"
    )


def trial_questions(connection: Connection, region: str, period: Period) -> Sequence[Finding]:
    """What evaluations on trial of the quarter stopped at, oldest first."""
    query = text("""
        SELECT check_id, class, message, advice FROM eval.trial_finding
        WHERE region = :region AND period = :period AND run_id IS NULL
        ORDER BY trial_finding_id
    """)
    found = connection.execute(query, {"region": region, "period": str(period)})
    return [Finding(check, Klass(klass), message, advice) for check, klass, message, advice in found]
