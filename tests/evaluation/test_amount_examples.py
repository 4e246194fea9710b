"""Ways of sharing out that published schemes print, worked by hand. Amounts are small numbers of yuan, or 亿元."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import Engine, text

from evaluation.amounts import Case, Holder, Outcome, amounts
from oracle.allocation import Quota, Scheme, Tier

Place = Callable[[Case], Outcome]
YI = Fraction(10**8)
HALVES = {"A": "40", "B": "30", "C": "20", "D": "10"}


@pytest.fixture
def placed(ground: Engine) -> Place:
    """Amounts of one case."""

    def run(case: Case) -> Outcome:
        with ground.connect() as connection:
            return amounts(connection, [case])[0]

    return run


def case(scores: dict[str, str], total: str, **scheme: Any) -> Case:
    """Banks with these scores and `total` free at the first of them; parameters of the scheme as text."""
    plain = ("kind", "top", "leftover_by_score", "rest_to_the_top", "rank_amounts", "tiers")
    told = {key: value if key in plain else Fraction(value) for key, value in scheme.items()}
    banks = tuple(Holder(code, score=Decimal(score)) for code, score in scores.items())
    return Case(Scheme(**told), (replace(banks[0], free=Decimal(total)), *banks[1:]))


def having(county: Case, bank: str, **what: Any) -> Case:
    """The same county, but of `bank` something else is so."""
    banks = (replace(one, **what) if one.code == bank else one for one in county.banks)
    return replace(county, banks=tuple(banks))


def yuan(outcome: Outcome) -> dict[str, str]:
    """The targets as they are printed."""
    assert outcome.asked == "", outcome.message
    return {bank: f"{amount:f}" for bank, amount in outcome.result.target.items()}


def test_given_the_example_of_n9_then_stock_that_may_not_move_is_a_floor(placed: Place) -> None:
    outcome = placed(having(case(HALVES, "650"), "C", rigid=Decimal(350)))

    assert yuan(outcome) == {"A": "325.00", "B": "243.75", "C": "350.00", "D": "81.25"}
    assert outcome.result.binding == {"A": "none", "B": "none", "C": "floor", "D": "none"}


def test_given_tongzhous_cap_of_a_tenth_of_own_deposits_then_the_excess_goes_to_the_others_by_score(
    placed: Place,
) -> None:
    county = case({"A": "50", "B": "30", "C": "20"}, "1000", deposits="0.1")
    for bank, deposits in (("A", 3000), ("B", 9000), ("C", 9000)):
        county = having(county, bank, deposits=Decimal(deposits))
    outcome = placed(county)

    # By score 500, 300, 200; A may hold 300, and its 200 go to B and C as 30 : 20.
    assert yuan(outcome) == {"A": "300.00", "B": "420.00", "C": "280.00"}
    assert outcome.result.binding == {"A": "deposits_cap", "B": "none", "C": "none"}


def test_given_a_cap_of_own_deposits_that_is_no_whole_fen_then_it_is_cut_down(placed: Place) -> None:
    county = case({"A": "50", "B": "50"}, "1000", deposits="0.1")
    outcome = placed(having(having(county, "A", deposits=Decimal("33.39")), "B", deposits=Decimal(99999)))

    assert yuan(outcome) == {"A": "3.33", "B": "996.67"}


def test_given_zhoushans_first_n_then_only_they_share_by_score_and_the_others_keep_what_may_not_move(
    placed: Place,
) -> None:
    outcome = placed(having(case(HALVES, "700", kind="top", top=2), "D", rigid=Decimal(50)))

    # 750 less the 50 that D keeps, as 40 : 30.
    assert yuan(outcome) == {"A": "400.00", "B": "300.00", "C": "0.00", "D": "50.00"}
    assert outcome.result.binding["C"] == outcome.result.binding["D"] == "floor"


def test_given_an_amount_for_each_rank_then_equal_scores_are_told_apart_by_the_tie_break(placed: Place) -> None:
    # 宿迁: of equal scores the one with more points for 贡献度 stands first.
    listed = tuple(map(Fraction, (500, 300, 200)))
    county = case({"A": "80", "B": "90", "C": "80"}, "1000", kind="by_rank", rank_amounts=listed)
    outcome = placed(having(county, "C", tie=1))

    assert yuan(outcome) == {"A": "200.00", "B": "500.00", "C": "300.00"}
    assert set(outcome.result.binding.values()) == {"by_rank"}


def test_given_an_amount_for_each_rank_and_money_left_then_it_goes_by_score_where_the_rule_book_says_so(
    placed: Place,
) -> None:
    listed = tuple(map(Fraction, (500, 300)))
    county = case({"A": "60", "B": "30", "C": "10"}, "1000", kind="by_rank", rank_amounts=listed)
    outcome = placed(replace(county, scheme=replace(county.scheme, leftover_by_score=True)))

    # 200 are left: 120, 60, 20 by score, on top.
    assert yuan(outcome) == {"A": "620.00", "B": "360.00", "C": "20.00"}


def test_given_ningxiangs_tiers_then_amounts_lie_on_a_tenth_of_a_yi_between_lowest_and_highest(placed: Place) -> None:
    edges = (None, "60", "70", "80", "90", None)
    bounds = [None if edge is None else Fraction(edge) for edge in edges]
    tiers = tuple(Tier(bounds[n], True, bounds[n + 1], False, Fraction(12 + n, 10)) for n in range(5))
    scheme = {"unit": YI / 10, "minimum": YI * 12 / 10, "maximum": YI * 16 / 10}
    scores = {"A": "95", "B": "85", "C": "75", "D": "65", "E": "55"}
    county = case(scores, "730000000", kind="tiers", tiers=tiers, **scheme)
    outcome = placed(county)

    # 7.3亿 over coefficients 1.6 1.5 1.4 1.3 1.2: A would get 1.67 and stays at 1.6; 5.7 over 5.4 gives the others
    # 1.583 1.478 1.372 1.267, down to 1.5 1.4 1.3 1.2, and three tenths are left for the largest remainders.
    assert {bank: Decimal(amount) / 10**8 for bank, amount in yuan(outcome).items()} == {
        "A": Decimal("1.6"),
        "B": Decimal("1.6"),
        "C": Decimal("1.5"),
        "D": Decimal("1.4"),
        "E": Decimal("1.2"),
    }
    assert outcome.result.binding["A"] == "maximum"


def test_given_a_minimum_then_a_bank_that_has_a_share_is_raised_to_it_and_one_without_is_not(placed: Place) -> None:
    county = case({"A": "90", "B": "10", "C": "0"}, "1000", minimum="150")
    outcome = placed(county)

    assert yuan(outcome) == {"A": "850.00", "B": "150.00", "C": "0.00"}
    assert outcome.result.binding == {"A": "none", "B": "minimum", "C": "floor"}


def test_given_a_minimum_above_a_cap_then_the_cap_holds_and_it_is_noted(placed: Place) -> None:
    county = case({"A": "90", "B": "10"}, "1000", minimum="150", deposits="0.1")
    county = having(having(county, "A", deposits=Decimal(99999)), "B", deposits=Decimal(600))
    outcome = placed(county)

    assert yuan(outcome) == {"A": "940.00", "B": "60.00"}
    assert outcome.noted == ["B行 的最低额度 150.00 元高于其上限 60.00 元，以上限为准"]


def test_given_a_base_for_each_then_the_rest_goes_by_what_lies_above_the_base_score(placed: Place) -> None:
    county = case({"A": "90", "B": "70", "C": "50"}, "1000", kind="affine", base_amount="100", base_score="60")
    outcome = placed(county)

    # 300 of base; 700 as 30 : 10 : 0.
    assert yuan(outcome) == {"A": "625.00", "B": "275.00", "C": "100.00"}


def test_given_equal_parts_by_the_rule_book_then_the_units_left_over_go_by_rank(placed: Place) -> None:
    outcome = placed(case({"A": "10", "B": "60", "C": "30"}, "100", kind="equal", unit="1"))

    assert yuan(outcome) == {"A": "33.00", "B": "34.00", "C": "33.00"}


def test_given_the_remainder_goes_to_the_top_score_then_all_of_it_does(placed: Place) -> None:
    # Exact 58.5, 28.5, 13: whole tens 50, 20, 10; twenty are left.
    county = case({"A": "13", "B": "28.5", "C": "58.5"}, "100", unit="10")
    assert yuan(placed(county)) == {"A": "10.00", "B": "30.00", "C": "60.00"}
    to_the_top = replace(county, scheme=replace(county.scheme, rest_to_the_top=True))
    assert yuan(placed(to_the_top)) == {"A": "10.00", "B": "20.00", "C": "70.00"}


def test_given_amounts_added_and_taken_off_then_they_come_before_the_sharing_by_score(placed: Place) -> None:
    county = having(case({"A": "50", "B": "30", "C": "20"}, "1000"), "A", added=(Decimal(150),))
    outcome = placed(having(county, "B", added=(Decimal(10), Decimal(-60))))

    # 1000 − 150 + 50 = 900 by score: 450, 270, 180.
    assert yuan(outcome) == {"A": "600.00", "B": "220.00", "C": "180.00"}


def test_given_a_penalty_above_what_a_bank_would_get_then_it_ends_at_what_may_not_move(placed: Place) -> None:
    county = having(case({"A": "90", "B": "10"}, "1000"), "B", added=(Decimal(-500),), rigid=Decimal(30))

    assert yuan(placed(county)) == {"A": "1000.00", "B": "30.00"}


def test_given_four_falling_and_a_rate_then_the_bank_gets_that_much_less_and_the_others_share_it_by_score(
    placed: Place,
) -> None:
    outcome = placed(having(case(HALVES, "1000"), "A", reduction=Decimal("0.2")))

    # A 400 → 320; its 80 go to B, C, D as 30 : 20 : 10.
    assert yuan(outcome) == {"A": "320.00", "B": "340.00", "C": "226.67", "D": "113.33"}
    assert outcome.result.binding == {"A": "four_falling", "B": "none", "C": "none", "D": "none"}


def test_given_four_falling_and_stock_that_may_not_move_then_it_is_reduced_to_that_and_it_is_noted(
    placed: Place,
) -> None:
    county = having(case(HALVES, "610"), "A", free=Decimal(610), rigid=Decimal(390), reduction=Decimal("0.2"))
    outcome = placed(county)

    assert yuan(outcome)["A"] == "390.00"
    assert outcome.noted == ["A行 四项均下降，应由 400.00 元减为 320.00 元，但不调整存量为 390.00 元，只能减到这里"]


def apart(support: str, **bank: Any) -> Case:
    """Four banks that share 1,000 with a policy bank, which holds 50."""
    county = case(HALVES, "950")
    return replace(county, banks=(*county.banks, Holder("P", "policy", free=Decimal(50), **bank)), support=support)


@pytest.mark.parametrize(
    ("support", "bank", "target", "reason"),
    [
        # P = 1000 / (4 + 1).
        ("cap", {"passed": True}, "200.00", "已完成考核指标：新增贷款；存放到平均数 200.00 元"),
        # It keeps its 50, so the mean of the others is 950 / 4.
        ("held", {"passed": True}, "50.00", "已完成考核指标：新增贷款；现存 50.00 元，不超过平均数 237.50 元"),
        ("cap", {"passed": False}, "0.00", "未完成考核指标：新增贷款，没有支持额度"),
        (
            *("cap", {"passed": False, "capital": Decimal(30)}, "30.00"),
            "未完成考核指标：新增贷款，没有支持额度；项目资本金 30.00 元先行计入",
        ),
        (
            *("held", {"passed": True, "capital": Decimal(400)}, "400.00"),
            "已完成考核指标：新增贷款；项目资本金 400.00 元先行计入；已超过平均数上限 150.00 元，不再支持",
        ),
        (
            *("cap", {"passed": False, "rigid": Decimal(40)}, "40.00"),
            "未完成考核指标：新增贷款，没有支持额度；不调整存量 40.00 元",
        ),
    ],
)
def test_given_a_policy_bank_judged_apart_then_it_gets_the_mean_of_the_others_at_most_and_project_capital_anyway(
    placed: Place, support: str, bank: dict[str, Any], target: str, reason: str
) -> None:
    outcome = placed(apart(support, **bank))

    assert yuan(outcome)["P"] == target
    assert outcome.reason["P"] == reason
    assert outcome.result.binding["P"] == "fixed"


def test_given_project_capital_above_the_mean_then_the_mean_of_the_others_falls_and_so_does_the_other_policy_banks(
    placed: Place,
) -> None:
    county = apart("cap", passed=True, capital=Decimal(400))
    outcome = placed(replace(county, banks=(*county.banks, Holder("Q", "policy", passed=True))))

    # Q and the four share what P's capital leaves: 600 / 5, which is the mean of the four again.
    assert yuan(outcome) == {"A": "192.00", "B": "144.00", "C": "96.00", "D": "48.00", "P": "400.00", "Q": "120.00"}


def test_given_a_mean_that_is_no_whole_fen_then_it_is_cut_down_and_stays_below_the_mean(placed: Place) -> None:
    county = case({"A": "60", "B": "40"}, "100")
    outcome = placed(replace(county, banks=(*county.banks, Holder("P", "policy", passed=True)), support="cap"))

    assert yuan(outcome) == {"A": "40.00", "B": "26.67", "P": "33.33"}


@pytest.mark.parametrize(
    ("county", "check", "message"),
    [
        (
            case({"A": "50", "B": "30", "C": "30"}, "1000", kind="top", top=2),
            "EVA-V043",
            "前 2 名参加分配，B行、C行 并列第 2 名",
        ),
        (
            case({"A": "50", "B": "30", "C": "30"}, "10", kind="by_rank", rank_amounts=(Fraction(9), Fraction(1))),
            "EVA-V043",
            "B行、C行 并列第 2 名，各名次的定额不同",
        ),
        (
            case({"A": "50", "B": "30"}, "1000", kind="by_rank", rank_amounts=(Fraction(600), Fraction(300))),
            "EVA-V044",
            "按名次定额合计 900.00 元，低于可分配总量 1000.00 元，余 100.00 元没有规定如何分配",
        ),
        (
            case({"A": "50", "B": "30"}, "1000", kind="by_rank", rank_amounts=(Fraction(700), Fraction(400))),
            "EVA-V044",
            "按名次定额合计 1100.00 元超过可分配总量 1000.00 元，差 100.00 元：A行 700.00、B行 400.00",
        ),
        (
            case({"A": "50", "B": "5"}, "9", kind="tiers", tiers=(Tier(Fraction(5), False, None, False, Fraction(1)),)),
            "EVA-V045",
            "B行 得分 5.0000，不在考核办法的任何分配档次内",
        ),
        (
            having(case({"A": "50", "B": "5"}, "9", deposits="0.1"), "A", deposits=Decimal(100)),
            "EVA-V046",
            "B行 没有 2025-12-31 的存款数（pboc_credit，deposits），无法计算按自身存款的上限",
        ),
        (
            case({"A": "50", "B": "5"}, "1000", minimum="600"),
            "EVA-V047",
            "最低额度（含不调整存量）合计 1200.00 元超过可分配总量 1000.00 元，差 200.00 元：A行 600.00、B行 600.00",
        ),
        (
            case({"A": "50", "B": "5"}, "1000", kind="affine", base_amount="501"),
            "EVA-V048",
            "基数与加减额合计 1002.00 元超过可分配总量 1000.00 元，差 2.00 元：A行 501.00、B行 501.00",
        ),
        (
            case({"A": "50", "B": "5", "C": "0"}, "1000", maximum="300"),
            "EVA-V042",
            "各行最多可存 600.00 元，低于可分配总量 1000.00 元，差 400.00 元："
            "A行 300.00（最高额度）、B行 300.00（最高额度）、C行 0.00（不参加按得分分配）",
        ),
        (
            having(case({"A": "50"}, "1000"), "A", reduction=Decimal("0.2")),
            "EVA-V042",
            "各行最多可存 800.00 元，低于可分配总量 1000.00 元，差 200.00 元：A行 800.00（四项均下降）",
        ),
    ],
)
def test_given_no_single_answer_then_it_is_asked_with_names_and_gap(
    placed: Place, county: Case, check: str, message: str
) -> None:
    outcome = placed(county)

    assert (outcome.asked, outcome.message) == (check, message)
    assert outcome.result.target == {}


def test_given_a_tie_that_changes_nothing_then_nothing_is_asked(placed: Place) -> None:
    listed = tuple(map(Fraction, (400, 300, 300)))
    by_rank = case({"A": "50", "B": "30", "C": "30"}, "1000", kind="by_rank", rank_amounts=listed)
    assert yuan(placed(by_rank)) == {"A": "400.00", "B": "300.00", "C": "300.00"}
    top = case({"A": "30", "B": "30", "C": "10"}, "1000", kind="top", top=2)
    assert yuan(placed(top)) == {"A": "500.00", "B": "500.00", "C": "0.00"}


def test_given_a_payment_reserve_then_the_stock_less_it_is_shared_out_and_its_origin_is_said(ground: Engine) -> None:
    whole = case(HALVES, "1000.01")
    kept = Quota("stock_less_reserve", reserve_share=Fraction("0.08"))
    with ground.connect() as connection:
        (outcome,) = amounts(connection, [replace(whole, quota=kept)])
        quota = connection.execute(text("SELECT stock, reserve, total, derivation FROM eval.quota")).one()

    assert quota[:3] == (Decimal("1000.01"), Decimal("80.00"), Decimal("920.01"))
    assert quota.derivation == "2025-12-31 范围内存量合计 1000.01 元，减支付准备 80.00 元（存量的 8%）"
    assert outcome.result.target == {
        "A": Decimal("368.01"), "B": Decimal("276.00"), "C": Decimal("184.00"), "D": Decimal("92.00"),
    }  # fmt: skip
    assert sum(outcome.result.delta.values()) == -80


@pytest.mark.parametrize(
    ("banks", "quota", "asked", "said"),
    [
        (
            (Holder("A", score=Decimal(1), free=Decimal(60)), Holder("B", score=Decimal(1), free=Decimal(40))),
            Quota("stock_less_reserve", reserve_amount=Fraction("100.01")),
            "EVA-V060",
            "支付准备 100.01 元超过存量合计 100.00 元，差 0.01 元",
        ),
        (
            (Holder("A", score=Decimal(1), rigid=Decimal(60)), Holder("B", score=Decimal(1), rigid=Decimal(40))),
            Quota("stock_less_reserve", reserve_share=Fraction("0.1")),
            "EVA-V061",
            "不调整存量合计 100.00 元，超过存量减支付准备后的总量 90.00 元，差 10.00 元：A行 60.00、B行 40.00",
        ),
        (
            (Holder("A", score=Decimal(1), free=Decimal(60)), Holder("N", "carved_out", decreed=Decimal("60.50"))),
            Quota(),
            "EVA-V062",
            "先行列支合计 60.50 元超过总量 60.00 元，差 0.50 元：N行 60.50",
        ),
        (
            (Holder("A", score=Decimal(1), free=Decimal(10)), Holder("B", score=Decimal(1), rigid=Decimal(60))),
            Quota("fixed", decreed=Fraction(50)),
            "EVA-V041",
            "不调整存量合计 60.00 元超过可分配总量 50.00 元，差 10.00 元：B行 60.00",
        ),
    ],
    ids=["a reserve above the stock", "a reserve that is rigid", "more set aside than there is", "rigid above T"],
)
def test_given_a_total_that_cannot_hold_then_the_run_stops_with_the_names_and_the_gap(
    placed: Place, banks: tuple[Holder, ...], quota: Quota, asked: str, said: str
) -> None:
    outcome = placed(Case(Scheme(), banks, quota=quota))

    assert outcome.asked == asked
    assert said in outcome.message
    assert not outcome.result.target


def test_given_a_decreed_total_then_what_it_lacks_or_leaves_of_the_stock_is_noted(placed: Place) -> None:
    short = placed(replace(case(HALVES, "1000"), quota=Quota("fixed", decreed=Fraction(900))))
    long = placed(replace(case(HALVES, "1000"), quota=Quota("fixed", decreed=Fraction(1100))))

    assert short.noted == ["决定 决〔1〕号 的额度 900.00 元低于存量 1000.00 元，差 100.00 元不参加分配，留在原处"]
    assert long.noted == ["决定 决〔1〕号 的额度 1100.00 元超过存量 1000.00 元，差 100.00 元没有资金可调"]


def test_given_a_transfer_since_the_base_date_then_only_what_is_still_to_move_is_adjusted(placed: Place) -> None:
    banks = (
        Holder("A", score=Decimal(1), free=Decimal(100), moved=Decimal(-30)),
        Holder("B", score=Decimal(1), moved=Decimal(30)),
    )
    outcome = placed(Case(Scheme(), banks))

    assert outcome.result.target == {"A": 50, "B": 50}
    assert outcome.result.current == {"A": 70, "B": 30}
    assert outcome.result.delta == {"A": -20, "B": 20}


def test_given_carve_outs_and_project_capital_then_they_come_first_inside_the_total_and_the_rest_closes(
    ground: Engine,
) -> None:
    banks = (
        Holder("A", score=Decimal(3), free=Decimal(900)),
        Holder("B", score=Decimal(1), rigid=Decimal(20)),
        Holder("N", "carved_out", decreed=Decimal(200)),
        Holder("P", "policy", free=Decimal(80), capital=Decimal(100), passed=False),
        Holder("X", "excluded", free=Decimal(10), rigid=Decimal(7)),
    )
    with ground.connect() as connection:
        (outcome,) = amounts(connection, [Case(Scheme(), banks, support="cap")])
        quota = connection.execute(text("SELECT total, set_aside, distributable FROM eval.quota")).one()

    assert tuple(quota) == (1017, 307, 710)
    assert outcome.result.target == {"A": Decimal("532.50"), "B": Decimal("177.50"), "N": 200, "P": 100, "X": 7}
    assert {code for code, binding in outcome.result.binding.items() if binding == "fixed"} == {"N", "P", "X"}
