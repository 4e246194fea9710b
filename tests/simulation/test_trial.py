"""A rule book on trial: evaluated from the same files beside the one in force, and nothing moves by it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from cunfang.airflow import evaluate as tasks
from cunfang.cli.explain import explain_institution
from cunfang.evaluation.official import evaluate_official
from cunfang.orders.draft import draft_adjustment
from cunfang.orders.paper import OrderError
from cunfang.region import FOLDER, Region, RegionError, load_region
from cunfang.simulation.fault import SimulationError
from cunfang.simulation.ground import official_run
from cunfang.simulation.trial import evaluate_trial, trial_beside, trial_comparison
from documents.sample_run import PERIOD, REGION, load_sample
from signed import published
from simulation.conftest import rows_of


@pytest.fixture
def on_trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The sample county tries another rule book; its file."""
    path = tmp_path / f"{REGION}.yaml"
    _try(path, "hefei-2012")
    monkeypatch.setattr(load_region.__wrapped__, "__defaults__", (tmp_path,))
    load_region.cache_clear()
    yield path
    load_region.cache_clear()


def _try(path: Path, code: str, since: str = "2025-Q3", until: str = "2026-Q2") -> None:
    page = (FOLDER / f"{REGION}.yaml").read_text(encoding="utf-8").replace("unexplained: stop", "unexplained: note")
    path.write_text(f"{page}\ntrial: {{rulebook: {code}, from: {since}, until: {until}}}\n", encoding="utf-8")
    load_region.cache_clear()


def _state(engine: Engine) -> dict[str, int]:
    """What a trial must leave: everything but the evaluation's own rows."""
    with engine.connect() as connection:
        return {name: n for name, n in rows_of(connection).items() if not name.startswith("eval.")}


def test_given_a_trial_when_evaluated_then_orders_outbox_findings_and_mart_are_untouched(
    fresh: Engine, on_trial: Path
) -> None:
    official = load_sample(fresh).run_id
    published(fresh, official)
    before = _state(fresh)

    tried = evaluate_trial(fresh, REGION, PERIOD)

    assert tried is not None and tried.run_id not in (None, official)
    assert _state(fresh) == before
    with fresh.connect() as connection:
        assert official_run(connection, REGION, PERIOD) == official
        states = connection.execute(text("SELECT run_id, purpose, status FROM eval.run_state ORDER BY run_id")).all()
    assert [tuple(row) for row in states] == [(official, "official", "published"), (tried.run_id, "trial", "draft")]
    # Explained is the official run, however new the other is.
    assert explain_institution(str(fresh.url), REGION, PERIOD, "ABC").result.run_id == official


def test_given_a_trial_then_the_comparison_is_of_both_stored_runs(fresh: Engine, on_trial: Path) -> None:
    official = load_sample(fresh).run_id
    with fresh.connect() as connection:
        assert trial_beside(connection, official) is None
        with pytest.raises(SimulationError, match="trial"):
            trial_comparison(connection, REGION, PERIOD)

    tried = evaluate_trial(fresh, REGION, PERIOD)
    with fresh.connect() as connection:
        done = trial_comparison(connection, REGION, PERIOD)
        targets = text("SELECT institution, target FROM eval.allocation WHERE run_id = :run_id")
        stored = {
            run_id: {row.institution: row.target for row in connection.execute(targets, {"run_id": run_id})}
            for run_id in (official, tried.run_id if tried else None)
        }

    assert tried is not None and (done.ground.official, done.trial_run) == (official, tried.run_id)
    assert (done.ground.rulebook.code, done.rulebook.code) == ("dawu-2025", "hefei-2012")
    for row in done.comparison.rows:
        assert row.before is not None and row.after is not None
        assert row.before.target == stored[official][row.institution]
        assert row.after.target == stored[tried.run_id][row.institution]
    assert done.comparison.total_difference == 0 and done.comparison.gains


def test_given_the_same_inputs_then_it_is_the_same_run_and_never_the_official_one(
    fresh: Engine, on_trial: Path
) -> None:
    load_sample(fresh)
    _try(on_trial, "dawu-2025")
    first, second = (evaluate_trial(fresh, REGION, PERIOD) for _ in range(2))

    assert first is not None and second is not None and first.run_id == second.run_id
    with fresh.connect() as connection:
        purposes = connection.scalars(text("SELECT purpose FROM eval.run ORDER BY run_id")).all()
        done = trial_comparison(connection, REGION, PERIOD)
    assert list(purposes) == ["official", "trial"]
    assert {row.difference for row in done.comparison.rows} == {Decimal(0)}


def test_given_a_trial_that_stops_then_its_questions_are_kept_apart_and_the_official_run_goes_on(
    fresh: Engine, on_trial: Path
) -> None:
    load_sample(fresh)
    _try(on_trial, "hefei-2009")
    before = _state(fresh)

    tried = evaluate_trial(fresh, REGION, PERIOD)

    assert tried is not None and tried.run_id is None
    assert {finding.check for finding in tried.findings} == {"EVA-V020"}
    assert _state(fresh) == before
    with fresh.connect() as connection:
        kept = connection.scalar(text("SELECT count(*) FROM eval.trial_finding WHERE run_id IS NULL"))
        assert kept == len(tried.findings)
        with pytest.raises(SimulationError, match=r"停在：\[EVA-V020\]"):
            trial_comparison(connection, REGION, PERIOD)
    assert evaluate_official(fresh, REGION, PERIOD) > 0
    evaluate_trial(fresh, REGION, PERIOD)
    with fresh.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM eval.trial_finding WHERE run_id IS NULL")) == kept


def test_given_a_rule_book_on_trial_that_is_not_there_then_that_is_its_question(fresh: Engine, on_trial: Path) -> None:
    load_sample(fresh)
    _try(on_trial, "nowhere")

    tried = evaluate_trial(fresh, REGION, PERIOD)
    assert tried is not None and tried.run_id is None
    assert [finding.check[:3] for finding in tried.findings] == ["RB-"]


@pytest.mark.parametrize("status", ["approved", "rejected", "published"])
def test_given_a_trial_run_when_anyone_moves_it_on_then_the_database_refuses(
    fresh: Engine, on_trial: Path, status: str
) -> None:
    load_sample(fresh)
    tried = evaluate_trial(fresh, REGION, PERIOD)
    assert tried is not None and tried.run_id is not None

    event = text("INSERT INTO eval.run_event (run_id, status, actor) VALUES (:run_id, :status, '任何人')")
    with pytest.raises(IntegrityError, match="试行办法的并行考核"), fresh.begin() as connection:
        connection.execute(event, {"run_id": tried.run_id, "status": status})
    with pytest.raises(OrderError, match="trial"), fresh.begin() as connection:
        draft_adjustment(connection, tried.run_id)
    run = text("INSERT INTO mart.dim_run (run_id) VALUES (:run_id)")
    with pytest.raises(IntegrityError, match="试行办法的并行考核"), fresh.begin() as connection:
        connection.execute(run, {"run_id": tried.run_id})


def test_given_a_quarter_outside_the_trial_then_none_is_evaluated(fresh: Engine, on_trial: Path) -> None:
    load_sample(fresh)
    _try(on_trial, "hefei-2012", since="2026-Q1")

    assert evaluate_trial(fresh, REGION, PERIOD) is None


def test_given_a_trial_that_ends_before_it_begins_then_the_regions_file_is_refused(on_trial: Path) -> None:
    _try(on_trial, "hefei-2012", since="2026-Q1", until="2025-Q4")

    with pytest.raises(RegionError, match="早于起期"):
        load_region(REGION)
    assert Region(code=REGION, name="县").trial_rulebook("2025-Q4") is None


def test_given_the_task_of_the_dag_then_it_runs_the_trial_or_says_why_not(
    fresh: Engine, on_trial: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    load_sample(fresh)
    monkeypatch.setenv("CUNFANG_WAREHOUSE_URL", fresh.url.render_as_string(hide_password=False))
    monkeypatch.setattr(
        "cunfang.airflow.evaluate.get_current_context", lambda: {"params": {"region": REGION, "period": str(PERIOD)}}
    )

    assert tasks.trial.function() > 0
    _try(on_trial, "hefei-2009")
    with pytest.raises(AirflowSkipException, match="不影响正式考核：\n\\[EVA-V020\\]"):
        tasks.trial.function()
    _try(on_trial, "hefei-2012", since="2026-Q1")
    with pytest.raises(AirflowSkipException, match="没有试行的考核办法"):
        tasks.trial.function()
