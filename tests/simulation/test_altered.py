"""A rule book with other values: found by its path, checked as a rule book is, and closed where that is asked."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cunfang.rulebook import Rulebook, read_rulebook
from cunfang.simulation.altered import Setting, altered
from cunfang.simulation.difference import differences
from cunfang.simulation.fault import SimulationError
from cunfang.simulation.weighing import reweighed, weights

BOOK = read_rulebook("dawu-2025")


def _weights(rulebook: Rulebook) -> dict[str, Decimal]:
    return {one.code: one.indicator.weight.value for one in rulebook.placed() if one.indicator.weight}


def _set(path: str, value: Any, *, rescale: bool = False) -> Rulebook:
    return altered(BOOK, [Setting(path, value)], rescale=rescale)


def test_given_no_setting_then_it_is_the_same_policy() -> None:
    assert altered(BOOK, []).content_hash == BOOK.content_hash


@pytest.mark.parametrize("path", ["indicators.loans.weight", "indicators.lending.indicators.loans.weight"])
def test_given_an_indicator_by_its_code_or_its_whole_way_then_it_is_the_same_one(path: str) -> None:
    changed = _set(path, 45, rescale=True)

    assert _weights(changed)["loans"] == 45
    [found] = [one for one in changed.placed() if one.code == "loans"]
    assert found.indicator.weight is not None and found.indicator.weight.origin == "ours"


@given(code=st.sampled_from(sorted(_weights(BOOK))), weight=st.integers(0, 99))
def test_given_any_weight_when_rescaled_then_each_level_closes_and_proportions_stay(code: str, weight: int) -> None:
    changed = _weights(_set(f"indicators.{code}.weight", weight, rescale=True))
    before = _weights(BOOK)
    level = next(set(nodes) for nodes in _levels(BOOK) if code in nodes)

    assert changed[code] == weight
    assert sum(changed[one] for one in level) == 100
    others = [one for one in level if one != code]
    ratios = {(changed[one] / before[one]).quantize(Decimal("1e-7")) for one in others}
    assert max(ratios) - min(ratios) <= Decimal("1e-6")
    assert {one: changed[one] for one in before if one not in level} == {
        one: before[one] for one in before if one not in level
    }


def _levels(rulebook: Rulebook) -> list[dict[str, Any]]:
    def below(nodes: dict[str, Any]) -> list[dict[str, Any]]:
        return [nodes, *(level for node in nodes.values() if node.indicators for level in below(node.indicators))]

    return below(rulebook.indicators)


def test_given_another_method_then_what_the_old_one_alone_was_told_goes_with_it() -> None:
    stepped = altered(BOOK, [Setting("indicators.loans.method", "rank_step"), Setting("indicators.loans.step", 1)])
    back = altered(stepped, [Setting("indicators.loans.method", "share_of_total")])

    assert back.content_hash == BOOK.content_hash


def test_given_an_indicator_taken_out_then_the_others_take_its_weight() -> None:
    changed = _set("indicators.service", None, rescale=True)

    assert "outlets" not in _weights(changed)
    assert _weights(changed)["tax"] + _weights(changed)["lending"] == 100


def test_given_a_parameter_that_was_not_stated_then_it_is_stated_with_the_clause_of_an_assumption() -> None:
    changed = _set("allocation.concentration_cap", "0.3")

    assert changed.allocation.concentration_cap is not None
    assert (changed.allocation.concentration_cap.value, changed.allocation.concentration_cap.clause) == (
        Decimal("0.3"),
        "测算假设",
    )


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("indicators.tax.weight", 25, "105"),
        ("indicators.nothing.weight", 25, "没有指标 nothing"),
        ("indicators.tax.method", "magic", "indicators.tax"),
        ("indicators.tax.weight", -1, "indicators.tax"),
        ("full_scale.value.deeper", 1, "没有更细的参数"),
        ("participation.policy_banks", "separate", "policy_rulebook"),
    ],
)
def test_given_a_value_that_no_rule_book_may_have_then_it_is_refused_with_its_place(
    path: str, value: Any, said: str
) -> None:
    with pytest.raises(SimulationError, match=said):
        _set(path, value)


def test_given_weights_beyond_their_level_then_nothing_is_rescaled_below_0() -> None:
    settings = [Setting("indicators.tax.weight", 80), Setting("indicators.service.weight", 30)]
    with pytest.raises(SimulationError, match="为负"):
        altered(BOOK, settings, rescale=True)


def test_given_a_change_then_the_differences_name_it_and_nothing_else() -> None:
    changed = altered(BOOK, [Setting("indicators.tax.weight", 25), Setting("indicators.lending.weight", 70)])

    assert [(one.path, one.before, one.after) for one in differences(BOOK, changed)] == [
        ("indicators.tax.weight", "20", "25"),
        ("indicators.lending.weight", "75", "70"),
    ]
    assert differences(BOOK, BOOK) == []
    [taken] = [one for one in differences(BOOK, _set("indicators.service", None, rescale=True)) if not one.after]
    assert taken.path == "indicators.service" and taken.before.startswith("服务")


def test_given_each_weight_moved_by_a_tenth_then_every_variant_is_a_rule_book_that_closes() -> None:
    known = weights(BOOK)

    assert {one.path for one in known} == {f"indicators.{code}.weight" for code in _weights(BOOK)}
    for weight in known:
        for by in (Decimal("0.1"), Decimal("-0.1")):
            moved = _weights(reweighed(BOOK, weight, by))
            assert moved[weight.path.split(".")[1]] == weight.value * (1 + by)
