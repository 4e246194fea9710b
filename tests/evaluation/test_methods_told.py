"""Worked cases around the methods: sentences, questions, ties, caps, policy banks, dropped indicators."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection

from cunfang.evaluation import RunStoppedError, compute
from cunfang.rulebook import Rulebook
from evaluation.conftest import Evaluate
from evaluation.county import Account, Bank, County, Peer, Target, Value
from evaluation.load import load
from evaluation.methods import book, leaf_of_size
from evaluation.policy import parameter

Leaf = dict[str, Any]


def leaf(method: str, *, points: str = "10", ratio: bool = False, **told: object) -> Leaf:
    """One indicator that reads the measure `x` (over `y`)."""
    over = {"over": "y"} if ratio else {}
    place = {} if "amount" in told else {"points": parameter(points)}
    return {
        "name": "指标", "measure": "x", "family": "indicators", "basis": "stock", "method": method, "missing": "stop",
        **place, **over, **told,
    }  # fmt: skip


def county(rulebook: Rulebook, x: dict[str, str], y: dict[str, str] | None = None) -> County:
    """Banks with `x` (and `y`); all are the same in size."""
    values = [Value(bank, "size", Decimal(1)) for bank in x]
    values += [Value(bank, "x", Decimal(value)) for bank, value in x.items()]
    values += [Value(bank, "y", Decimal(value)) for bank, value in (y or {}).items()]
    return County(rulebook, tuple(Bank(b) for b in x), (Account("A-1", "A", Decimal(1000000)),), tuple(values))


def asked(connection: Connection, one: County) -> list[tuple[str, str]]:
    """What stops the run."""
    with pytest.raises(RunStoppedError) as stopped:
        compute(connection, load(connection, [one]))
    return [(finding.check, finding.message) for finding in stopped.value.findings]


BANDS = [
    {"below": "0.05", "points": 0}, {"from": "0.05", "to": "0.08", "points": 15},
    {"over": "0.08", "below": "0.1", "points": 25}, {"from": "0.1", "points": 35},
]  # fmt: skip


@pytest.mark.parametrize(
    ("node", "sentences"),
    [
        (leaf("rank_step", step=parameter("2")),
         ["第 1 名，每位 −2 分", "第 2 名（并列），每位 −2 分", "第 4 名，每位 −2 分"]),
        (leaf("rank_step", step_percent=parameter("20"), ties=parameter("worse")),
         ["第 1 名，每位 −20%", "第 3 名（并列），每位 −20%", "第 4 名，每位 −20%"]),
        (leaf("bands", ratio=True, bands=parameter(BANDS)),
         ["落在 10%（含）以上档", "落在 5%（含）至 8%（含）档", "落在 5% 以下档"]),
        (leaf("area_relative", ratio=True, base=parameter("5"), per_point=parameter("0.3")),
         ["高于全辖 3.00 个百分点", "低于全辖 1.00 个百分点", "低于全辖 5.00 个百分点"]),
        (leaf("share_of_total"), ["占合计的 40.00%", "占合计的 26.67%", "占合计的 6.67%"]),
        (leaf("mean_cap"), ["达到平均", "达到平均", "为平均的 26.67%"]),
        (leaf("pass_fail", ratio=True, operator=">=", reference={"value": "0.08", "clause": "测试"}),
         ["达到 ≥ 8%", "达到 ≥ 8%", "未达到 ≥ 8%"]),
        (leaf("target_completion", reference={"of": "targets", "measure": "x", "clause": "测试"},
              threshold=parameter("0.8")),
         ["完成目标的 100.00%", "完成目标的 66.67%，低于 80%，不得分", "完成目标的 16.67%，低于 80%，不得分"]),
    ],
)  # fmt: skip
def test_given_a_method_then_its_sentence_is_what_a_person_would_say(
    evaluated: Evaluate, node: Leaf, sentences: list[str]
) -> None:
    given = county(book({"x": node}), {"A": "12", "B": "8", "C": "8", "D": "2"}, dict.fromkeys("ABCD", "100"))
    given = replace(given, targets=tuple(Target(bank, "x", amount=Decimal(12)) for bank in "ABCD"))
    if node["method"] == "area_relative":
        given = county(given.rulebook, {"A": "12", "B": "8", "C": "12", "D": "4"}, dict.fromkeys("ABCD", "100"))
    (result,) = evaluated([given])
    assert [result.basis["x", bank] for bank in "ABD"] == sentences


def test_given_a_gate_that_is_shut_then_nothing_is_had_and_it_is_said(evaluated: Evaluate) -> None:
    node = leaf(
        "share_of_best", ratio=True, floor=parameter("1"), gate={"operator": ">", "value": "0.03", "clause": "测试"}
    )
    (result,) = evaluated([county(book({"x": node}), {"A": "12", "B": "3"}, {"A": "100", "B": "100"})])
    assert (result.points["x", "A"], result.points["x", "B"]) == (10, 0)
    assert result.basis["x", "B"] == "为最高的 25.00%；须 > 3%，不得分"


def test_given_a_value_in_no_band_then_v031_names_bank_indicator_and_value(connection: Connection) -> None:
    holed = [{"below": "0.08", "points": 5}, {"over": "0.08", "points": 10}]
    given = county(
        book({"x": leaf("bands", ratio=True, bands=parameter(holed))}), {"A": "8", "B": "9"}, {"A": "100", "B": "100"}
    )
    assert asked(connection, given) == [("EVA-V031", "A行 的指标“指标”为 8%，不落在任何一档")]


def test_given_a_figure_to_be_held_against_that_nobody_delivered_then_v032_names_feed_and_figure(
    connection: Connection,
) -> None:
    nodes = {
        "a": leaf("mean_cap", reference={"of": "peers", "measure": "ldr", "clause": "测试"}),
        "b": leaf("target_completion", reference={"of": "targets", "measure": "loans", "clause": "测试"}),
        "c": leaf("pass_fail", operator=">", reference={"of": "area", "clause": "测试"}),
    }
    given = replace(
        county(book(nodes), {"A": "8", "B": "9"}),
        peers=(Peer("邻县", "ldr", Decimal(40)),),
        targets=(Target("A", "loans", amount=Decimal(5)), Target("B", "loans", amount=Decimal(5), year=2024)),
    )
    assert asked(connection, given) == [
        ("EVA-V032", "B行 的指标“指标”要与它的年度目标 loans 相比，目标任务（targets）中没有这一项"),
        ("EVA-V032", "指标“指标”要与全辖相比，没有全辖的数：它不是比率，或没有一家报送"),
        ("EVA-V032", "指标“指标”要与本地的 ldr 相比，兄弟县市数据（peers）中没有本地的这一项"),
    ]


def test_given_banks_that_are_all_at_zero_then_they_have_nothing_or_the_rule_book_has_it_asked(
    evaluated: Evaluate, connection: Connection
) -> None:
    (result,) = evaluated([county(book({"x": leaf("rank_step", step=parameter("1"))}), {"A": "0", "B": "0"})])
    assert {result.points["x", bank] for bank in "AB"} == {0}
    assert result.flag["x", "A"] == "无区分度"
    stops = leaf("share_of_total", all_zero=parameter("stop"))
    assert asked(connection, county(book({"x": stops}), {"A": "0", "B": "0"})) == [
        ("EVA-V033", "指标“指标”各行都为 0，无法区分")
    ]


def test_given_equal_scores_then_the_indicators_of_the_tie_break_decide_the_rank(evaluated: Evaluate) -> None:
    nodes = {"x": leaf("share_of_total", points="5"), "y": leaf("share_of_total", points="5") | {"measure": "y"}}
    given = county(book(nodes, tie_break=["y"]), {"A": "3", "B": "1", "C": "2"}, {"A": "1", "B": "3", "C": "2"})
    (result,) = evaluated([given])
    assert len({round(score, 20) for score in result.score.values()}) == 1
    assert result.rank == {"B": 1, "C": 2, "A": 3}


def test_given_bonus_and_penalty_in_points_and_yuan_then_each_is_cut_at_its_cap_in_document_order(
    evaluated: Evaluate,
) -> None:
    bonuses = {
        "b1": leaf("pass_fail", points="2", operator=">", reference={"value": "0", "clause": "测试"}),
        "b2": leaf("pass_fail", points="2", operator=">", reference={"value": "5", "clause": "测试"}),
        "m": leaf(
            "rank_bands", amount=parameter("5000"), bands=parameter([{"to": 1, "points": 4000}]), otherwise=parameter(0)
        ),
    }
    penalties = {
        "p": leaf("points_per_unit", points="9", unit=parameter(1), unit_points=parameter(1)),
        "q": leaf("points_per_unit", amount=parameter("9"), unit=parameter(1), unit_points=parameter("100.005")),
    }
    rules = book({}, bonuses, penalties, bonus_cap="3", penalty_cap="2", penalty_amount_cap="500")
    (result,) = evaluated([county(rules, {"A": "6", "B": "1"})])
    assert {code: result.points[code, "A"] for code in ("b1", "b2", "p")} == {"b1": 2, "b2": 1, "p": -2}
    assert {code: result.points[code, "B"] for code in ("b1", "b2", "p")} == {"b1": 2, "b2": 0, "p": -1}
    assert result.flag["b2", "A"] == "合计以 3 分为限"
    assert (result.score["A"], result.score["B"]) == (6, 6)
    assert {key: amount for key, amount in result.amounts.items() if amount} == {
        ("m", "A"): Decimal("4000.00"), ("q", "A"): Decimal("-500.00"), ("q", "B"): Decimal("-100.01"),
    }  # fmt: skip


def test_given_a_bonus_below_zero_then_it_makes_room_under_the_cap_for_those_after_it(evaluated: Evaluate) -> None:
    def each(place: dict[str, object], measure: str) -> Leaf:
        told = {"unit": parameter(1), "unit_points": parameter(1), "floor": parameter("-9")}
        return leaf("points_per_unit", **told, **place) | {"measure": measure}

    points = {code: each({"points": "9"}, code[0]) for code in ("x1", "y", "x2")}
    amounts = {f"{code}_yuan": each({"amount": parameter("9")}, code[0]) for code in points}
    for bonuses, penalties, sign in (({**points, **amounts}, {}, 1), ({}, {**points, **amounts}, -1)):
        rules = book(
            {}, bonuses, penalties, bonus_cap="3", penalty_cap="3", bonus_amount_cap="3", penalty_amount_cap="3"
        )
        (result,) = evaluated([county(rules, {"A": "5", "B": "1"}, {"A": "-4", "B": "0"})])
        assert [sign * result.points[code, "A"] for code in points] == [3, -4, 4]
        assert [sign * result.amounts[code, "A"] for code in amounts] == [3, -4, 4]
        assert [sign * result.points[code, "B"] for code in points] == [1, 0, 1]


def test_given_an_indicator_that_nobody_has_then_the_others_carry_it_whatever_their_method(evaluated: Evaluate) -> None:
    nodes = {
        "x": leaf("rank_step", points="20", step=parameter("4")),
        "gone": leaf("rate", points="15", ) | {"measure": "gone", "missing": "mean"},
    }  # fmt: skip
    (result,) = evaluated([county(book(nodes), {"A": "2", "B": "1"})])
    # 10 + 20 + 15 points are stated, 10 + 20 are left: everything counts one and a half.
    assert (result.points["x", "A"], result.points["x", "B"]) == (30, 24)
    assert result.flag["x", "A"] == "有指标无数据，权重已重新折算"


def test_given_policy_banks_with_a_rule_book_of_their_own_then_they_are_a_cohort_beside_the_commercial_one(
    evaluated: Evaluate,
) -> None:
    test = leaf("pass_fail", operator=">", reference={"value": "0", "clause": "测试"})
    own = book({"x": leaf("share_of_best", points="20"), "t": test}).model_dump(mode="json", by_alias=True) | {
        "scheme": "policy"
    }
    rules = book({"x": leaf("share_of_total")}).model_dump(mode="json", by_alias=True)
    rules["participation"] |= {"policy_banks": parameter("separate"), "policy_rulebook": parameter("own")}
    rulebook = Rulebook.model_validate(rules | {"policy": own})
    given = county(rulebook, {"A": "3", "B": "1", "P": "50", "Q": "25"})
    given = replace(given, banks=(Bank("A"), Bank("B"), Bank("P", "政策性"), Bank("Q", "政策性")))
    (result,) = evaluated([given])
    assert {bank: result.points["x", bank] for bank in "ABPQ"} == {
        "A": Decimal("7.5"), "B": Decimal("2.5"), "P": 20, "Q": 10,
    }  # fmt: skip
    assert (result.share["P"], result.rank["P"]) == (0, None)
    assert (result.rank["A"], result.share["A"] + result.share["B"]) == (1, 1)


def test_given_no_indicator_of_its_own_then_size_alone_makes_the_score(evaluated: Evaluate) -> None:
    assert leaf_of_size()["method"] == "share_of_total"
    (result,) = evaluated([county(book({}), {"A": "1", "B": "1"})])
    assert set(result.score.values()) == {Decimal(5)}
