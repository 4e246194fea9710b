"""A quarter on other terms: what must hold of any what-if, and that each kind is what a real evaluation would give."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text

from cunfang.evaluation import RunStoppedError, evaluate
from cunfang.rulebook import read_rulebook
from cunfang.simulation.altered import Setting
from cunfang.simulation.comparison import standings
from cunfang.simulation.fault import SimulationError
from cunfang.simulation.ground import Ground, ground
from cunfang.simulation.whatif import OneOff, Simulated, Terms, simulate
from documents.sample_run import PERIOD, REGION, Sample, load_sample
from evaluation.settings import PROPERTY
from signed import published
from simulation.conftest import rows_of

WEIGHTS = ("tax", "lending", "service", "loans", "loans_sme", "loan_to_deposit", "outlets")


def _targets(done: Simulated) -> dict[str, Decimal]:
    return {row.institution: row.after.target for row in done.comparison.rows if row.after}


def _of_run(engine: Engine, run_id: int) -> dict[str, Decimal]:
    with engine.connect() as connection:
        return {code: one.target for code, one in standings(connection, [run_id])[run_id].items()}


def test_given_no_change_when_simulated_then_every_difference_is_0_and_nothing_differs(
    connection: Connection, standing: Ground, sample: Sample
) -> None:
    done = simulate(connection, standing, Terms())

    assert standing.official == sample.run_id
    assert len(done.comparison.rows) == 8
    assert {row.difference for row in done.comparison.rows} == {Decimal(0)}
    assert {row.climbed for row in done.comparison.rows} == {0, None}
    assert done.comparison.before == done.comparison.after
    assert done.comparison.parameters == () and done.drifted == ()


def test_given_nothing_published_when_simulated_then_a_fresh_run_of_the_regions_rule_book_is_the_ground(
    fresh: Engine,
) -> None:
    loaded = load_sample(fresh)
    with fresh.connect() as connection:
        standing = ground(connection, REGION, PERIOD)
        done = simulate(connection, standing, Terms())

    assert standing.official is None and standing.rulebook.code == "dawu-2025"
    assert _targets(done) == _of_run(fresh, loaded.run_id)


@PROPERTY
@given(code=st.sampled_from(WEIGHTS), weight=st.integers(0, 99))
def test_given_any_weight_when_others_make_up_the_level_then_the_differences_add_up_to_0(
    engine: Engine, sample: Sample, code: str, weight: int
) -> None:
    with engine.connect() as connection:
        terms = Terms(settings=(Setting(f"indicators.{code}.weight", weight),), rescale=True)
        done = simulate(connection, ground(connection, REGION, PERIOD), terms)

    assert done.comparison.total_difference == 0
    gained = sum(row.difference for row in done.comparison.gains)
    assert gained == -sum(row.difference for row in done.comparison.losses)
    # A weight that falls to 0 takes its indicator out: the ranking may stay, the rule book does not.
    assert done.comparison.parameters


def test_given_another_total_then_the_differences_add_up_to_the_difference_of_the_totals(
    connection: Connection, standing: Ground
) -> None:
    done = simulate(connection, standing, Terms(total=Decimal(1_200_000_000)))

    held = sum(row.before.current for row in done.comparison.rows if row.before)
    assert done.comparison.total_difference == Decimal(1_200_000_000) - held
    assert sum(_targets(done).values()) == Decimal(1_200_000_000)
    assert [one.path for one in done.comparison.parameters] == ["allocation.quota_mode"]


def test_given_an_excluded_bank_then_it_keeps_what_may_not_move_and_the_others_share_the_rest(
    connection: Connection, standing: Ground
) -> None:
    done = simulate(connection, standing, Terms(excluded=("工行",)))

    rows = {row.institution: row for row in done.comparison.rows}
    assert rows["ICBC"].after is not None and rows["ICBC"].after.role == "excluded"
    assert [row.institution for row in done.comparison.losses] == ["ICBC"]
    assert done.comparison.total_difference == 0
    assert done.comparison.before.banks == done.comparison.after.banks + 1


def test_given_a_one_off_taken_off_then_it_is_the_run_of_a_file_that_never_had_it(
    connection: Connection, standing: Ground, fresh: Engine
) -> None:
    done = simulate(connection, standing, Terms(one_offs=(OneOff("农行", "loans", Decimal(-360_000_000)),)))

    delivered = load_sample(fresh, changes={"pboc_credit": {"411000000": "771000000"}})
    assert _targets(done) == _of_run(fresh, delivered.run_id)
    assert _targets(done) != {row.institution: row.before.target for row in done.comparison.rows if row.before}


def test_given_another_rule_book_then_it_is_the_run_by_that_rule_book(
    connection: Connection, standing: Ground, fresh: Engine
) -> None:
    done = simulate(connection, standing, Terms(rulebook=read_rulebook("hefei-2012")))

    assert _targets(done) == _of_run(fresh, load_sample(fresh, "hefei-2012").run_id)
    paths = [one.path for one in done.comparison.parameters]
    assert "indicators.lending.indicators.loans_agri" in paths


def test_given_a_change_that_is_the_other_rule_books_then_both_give_the_same(
    connection: Connection, standing: Ground
) -> None:
    other = read_rulebook("hefei-2012")
    settings = (
        Setting("indicators.loans_agri", None),
        Setting("indicators.loans.weight", 45),
        Setting("indicators.transfer_on_time", None),
        Setting("indicators.outlets.weight", 100),
    )
    changed = simulate(connection, standing, Terms(settings=settings))

    assert _targets(changed) == _targets(simulate(connection, standing, Terms(rulebook=other)))


def test_given_a_correction_since_the_publication_then_the_official_inputs_are_simulated(fresh: Engine) -> None:
    before = load_sample(fresh)
    published(fresh, before.run_id)
    anew = {feed: {"每份都是新的一版": ""} for feed in before.submissions}
    corrected = load_sample(fresh, changes={**anew, "pboc_credit": {"411000000": "771000000"}})
    assert _of_run(fresh, corrected.run_id) != _of_run(fresh, before.run_id)

    with fresh.connect() as connection:
        standing = ground(connection, REGION, PERIOD)
        same = simulate(connection, standing, Terms())
        other = simulate(connection, standing, Terms(rulebook=read_rulebook("hefei-2012")))

    assert standing.official == before.run_id
    assert {row.difference for row in same.comparison.rows} == {Decimal(0)}
    # The other rule book too is tried on the figures that were published, not on those of today.
    today = evaluate(fresh, REGION, PERIOD, read_rulebook("hefei-2012"))
    assert _targets(other) != _of_run(fresh, today.run_id)


def test_given_any_what_if_then_nothing_of_it_is_left(engine: Engine, sample: Sample) -> None:
    with engine.connect() as connection:
        before = rows_of(connection)
        numbers = connection.scalar(text("SELECT last_value FROM raw.submission_submission_id_seq"))
    with engine.connect() as connection:
        terms = Terms(
            settings=(Setting("indicators.tax.weight", 30),),
            rescale=True,
            excluded=("CCB",),
            total=Decimal(900_000_000),
            one_offs=(OneOff("ABC", "tax_local_part", Decimal(100_000)),),
        )
        simulate(connection, ground(connection, REGION, PERIOD), terms)
        simulate(connection, ground(connection, REGION, PERIOD), Terms(rulebook=read_rulebook("hefei-2012")))
    with engine.connect() as connection:
        assert rows_of(connection) == before
        assert connection.scalar(text("SELECT last_value FROM raw.submission_submission_id_seq")) == numbers


def test_given_the_pipelines_rights_then_a_what_if_needs_no_more(connection: Connection, standing: Ground) -> None:
    connection.execute(text("SET LOCAL ROLE cunfang_pipeline"))
    terms = Terms(excluded=("CCB",), one_offs=(OneOff("ABC", "loans", Decimal(1)),))

    assert simulate(connection, ground(connection, REGION, PERIOD), terms).comparison.losses


def test_given_a_question_then_it_is_asked_and_nothing_is_left(engine: Engine, sample: Sample) -> None:
    with engine.connect() as connection:
        before = rows_of(connection)
    with engine.connect() as connection, pytest.raises(RunStoppedError) as stopped:
        simulate(connection, ground(connection, REGION, PERIOD), Terms(rulebook=read_rulebook("hefei-2009")))

    assert {finding.check for finding in stopped.value.findings} == {"EVA-V020"}
    with engine.connect() as connection:
        assert rows_of(connection) == before


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        (Terms(settings=(Setting("indicators.tax.weight", 25),)), "--rescale"),
        (Terms(settings=(Setting("indicators.taxes.weight", 25),)), "loan_to_deposit"),
        (Terms(settings=(Setting("indicators.loans.method", "rank_step"),)), "step"),
        (Terms(settings=(Setting("allocation.nothing", 1),)), "allocation.nothing"),
        (Terms(excluded=("火星银行",)), "DWRCB"),
        (Terms(one_offs=(OneOff("ABC", "nothing", Decimal(1)),)), "nothing"),
    ],
)
def test_given_terms_that_do_not_fit_then_the_message_says_what_does(
    connection: Connection, standing: Ground, terms: Terms, said: str
) -> None:
    with pytest.raises(SimulationError, match=said):
        simulate(connection, standing, terms)
