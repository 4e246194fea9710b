"""What a bank must do: the answer gains when it is really delivered, and one step less does not."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import Connection, Engine

from cunfang.simulation.altered import Setting
from cunfang.simulation.comparison import standings
from cunfang.simulation.fault import SimulationError
from cunfang.simulation.ground import Ground
from cunfang.simulation.inverse import Inverse, invert
from cunfang.simulation.scratch import Variant
from cunfang.simulation.whatif import Terms, variant_of
from documents.sample_run import FOLDER, load_sample
from evaluation.county import Errand
from evaluation.policy import leaf, parameter
from simulation.conftest import rows_of
from simulation.described import book, county, grounded

MILLION = Decimal(1_000_000)


def _invert(connection: Connection, ground: Ground, bank: str, wanted: Decimal) -> Inverse:
    return invert(connection, ground, Variant(ground.template, ground.rulebook), bank, wanted)


def test_given_the_sample_when_a_bank_wants_a_million_then_each_answer_gains_it_and_one_step_less_does_not(
    connection: Connection, standing: Ground
) -> None:
    done = _invert(connection, standing, "农行", MILLION)

    found = {need.lever.measure: need for need in done.needs}
    assert list(found) == [
        "tax_local_part",
        "loans",
        "loans_sme",
        "loans_medium_long",
        "loans_agri",
        "outlets",
        "dispatch、nontax_transfer",
    ]
    can = [need for need in done.needs if need.change is not None]
    assert len(can) == 6
    for need in can:
        assert need.change is not None and need.change > 0
        assert need.short < MILLION <= need.gain
        assert need.change % need.lever.step == 0
        assert {one.indicator for one in need.moved} >= set(need.lever.moves)
    assert found["loans"].lever.moves == ("loans", "loan_to_deposit")
    assert found["outlets"].change == 5 and found["outlets"].lever.unit == "个"


def test_given_the_answer_when_it_is_delivered_then_the_bank_gains_so_much_and_a_step_less_does_not(
    connection: Connection, standing: Ground, fresh: Engine
) -> None:
    done = _invert(connection, standing, "ABC", MILLION)
    [loans] = [need for need in done.needs if need.lever.measure == "loans"]

    feeds = [path.name for path in FOLDER.iterdir()]
    reached = []
    for figure in (loans.after, loans.after - loans.lever.step):
        changes = {"pboc_credit": {"411000000": f"{figure:f}"}}
        anew = {feed: {f"第 {len(reached)} 版": ""} for feed in feeds}
        run_id = load_sample(fresh, changes={**anew, **changes}).run_id
        with fresh.connect() as reading:
            reached.append(standings(reading, [run_id])[run_id]["ABC"].target - done.standing.target)

    assert reached == [loans.gain, loans.short]


def test_given_more_than_ten_times_brings_then_it_cannot_and_says_the_most_that_was_gained(
    connection: Connection, standing: Ground
) -> None:
    done = _invert(connection, standing, "ABC", Decimal(90_000_000))

    [tax] = [need for need in done.needs if need.lever.measure == "tax_local_part"]
    assert tax.change is None
    assert 0 < tax.best < Decimal(90_000_000)


def test_given_a_ranking_then_the_answer_is_the_step_to_the_next_rank_exactly(connection: Connection) -> None:
    stepped = leaf("规模", "100", "size", "rank_step") | {"step": parameter("30")}
    ground = grounded(connection, county(book({"size": stepped}), {"size": {"A": "100", "B": "73", "C": "11"}}))
    [need] = _invert(connection, ground, "C", MILLION).needs

    # On a par with B it ranks second with it; 61 more of its own still ranks third.
    assert need.change == 62
    assert need.short == 0 and need.rank == 2


def test_given_less_is_better_then_the_figure_must_fall(connection: Connection) -> None:
    lowest = leaf("不良", "100", "npl", "inverse_of_best")
    ground = grounded(connection, county(book({"npl": lowest}), {"npl": {"A": "20", "B": "40"}}))
    [need] = _invert(connection, ground, "B", MILLION).needs

    assert need.change is not None and need.change < 0
    assert need.short < MILLION <= need.gain


def test_given_late_errands_then_so_many_in_time_bring_it(connection: Connection) -> None:
    prompt = leaf("及时", "40", "nontax_transfer", "rate", "mean") | {
        "family": "timeliness_events",
        "basis": "on_time_rate",
        "due_workdays": parameter(1),
    }
    rulebook = book({"size": leaf("规模", "60", "size"), "prompt": prompt})
    late = tuple(Errand(f"A{n}", "A", "2025-11-03", "2025-11-20", due_at="2025-11-04") for n in range(4))
    done = Errand("B1", "B", "2025-11-03", "2025-11-03", due_at="2025-11-04")
    ground = grounded(connection, county(rulebook, {"size": {"A": "10", "B": "10"}}, errands=(*late, done)))
    needs = {need.lever.measure: need for need in _invert(connection, ground, "A", Decimal(2_000_000)).needs}

    prompt_need = needs["nontax_transfer"]
    # 30 of 100 against 70; half of four in time is 20 points more of 120: 50/120 of 2000万 is 833万.
    assert prompt_need.lever.now == 4 and prompt_need.change == -2
    assert prompt_need.gain == Decimal("2333333.33") and prompt_need.short < 2_000_000


def test_given_a_bank_that_does_not_share_by_score_then_it_is_said(connection: Connection, standing: Ground) -> None:
    with pytest.raises(SimulationError, match="农发行不参加按得分分配"):
        _invert(connection, standing, "农发行", MILLION)


def test_given_other_terms_then_the_answer_is_for_those(connection: Connection, standing: Ground) -> None:
    terms = Terms(settings=(Setting("indicators.tax.weight", 60),), rescale=True)
    heavy = invert(connection, standing, variant_of(connection, standing, terms), "ABC", MILLION)
    light = _invert(connection, standing, "ABC", MILLION)

    assert heavy.needs[0].lever.measure == light.needs[0].lever.measure == "tax_local_part"
    assert (heavy.needs[0].change or 0) < (light.needs[0].change or 0)


def test_given_an_inverse_then_nothing_of_it_is_left(engine: Engine, connection: Connection, standing: Ground) -> None:
    before = rows_of(connection)
    _invert(connection, standing, "ABC", MILLION)

    assert rows_of(connection) == before
