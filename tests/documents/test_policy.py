"""The published page of a rule book: every indicator, parameter and clause of it, in words an office reads."""

from __future__ import annotations

import html
from decimal import Decimal
from typing import Any

import pytest

from cunfang.documents import clauses
from cunfang.documents.policy import policy_view, rulebook_page
from cunfang.rulebook import Indicator, Rulebook, read_rulebook, rulebook_codes


def _said(value: object) -> dict[str, object]:
    return {"value": value, "clause": "第一条"}


def _leaf(method: str, **change: Any) -> Indicator:
    content = {
        "name": "贷款",
        "points": _said("20"),
        "measure": "loans",
        "family": "pboc_credit",
        "basis": "stock",
        "method": method,
    }
    return Indicator.model_validate(content | change)


@pytest.mark.parametrize("code", rulebook_codes())
def test_given_a_shipped_rule_book_then_its_page_has_every_indicator_with_formula_source_and_clause(code: str) -> None:
    book = read_rulebook(code)
    page = html.unescape(rulebook_page(book))

    assert book.name in page
    assert book.content_hash[:16] in page
    for placed in (*book.placed(), *(book.policy.placed() if book.policy else ())):
        node = placed.indicator
        assert node.name in page
        assert placed.clause in page
        if node.leaf:
            assert clauses.formula_text(node, placed.full_points) in page
            assert clauses.value_text(node) in page
            assert all(source in page for source in clauses.sources(node))
            assert all(line in page for line in clauses.printed(node))


@pytest.mark.parametrize("code", rulebook_codes())
def test_given_a_value_that_is_ours_then_the_page_asks_for_it_to_be_settled(code: str) -> None:
    book = read_rulebook(code)
    ours = [placed.indicator.name for placed in book.placed() if _origin(placed.indicator) == "ours"]

    assert set(ours) <= set(policy_view(book).ours)


def test_given_orders_by_default_then_the_page_calls_them_ours_and_what_nobody_wrote_down_default() -> None:
    book = read_rulebook("hefei-2012")
    silent = Rulebook.model_validate(book.model_dump(by_alias=True, exclude_unset=True, exclude={"orders", "policy"}))

    said = {rule.text: rule.origin for rule in policy_view(book).orders}
    unsaid = {rule.text: rule.origin for rule in policy_view(silent).orders}

    assert said["银行在下达后 5 个工作日内划转到位"] == "我方所定"
    assert unsaid["银行在下达后 5 个工作日内划转到位（默认）"] == "我方所定"
    assert len(said) == len(unsaid) == 5


def test_given_a_payment_reserve_then_the_page_says_what_is_kept_and_by_which_clause() -> None:
    book = read_rulebook("hefei-2012").model_dump(by_alias=True, exclude_unset=True, exclude={"policy"})
    book["allocation"] |= {"quota_mode": _said("stock_less_reserve"), "reserve_share": _said("0.08")}

    said = {rule.text: rule.clause for rule in policy_view(Rulebook.model_validate(book)).allocation}

    assert said["额度总控 T：存量扣除支付备付"] == "第一条"
    assert said["支付准备为存量的 8.00%，不参加分配，留在原处"] == "第一条"


def _origin(node: Indicator) -> str:
    said = node.weight or node.points or node.amount
    return said.origin if said else ""


FORMULAS = [
    (_leaf("share_of_total"), "20 × 本行 ÷ 各行合计；负值按 0 计"),
    (_leaf("share_of_best"), "20 × 本行 ÷ 最高的一家；负值按 0 计"),
    (_leaf("inverse_of_best"), "20 × 最低的一家 ÷ 本行；负值按 0 计"),
    (_leaf("frontier", base=_said("8")), "8 +（20 − 8）×（本行 − 最低）÷（最高 − 最低）"),
    (_leaf("rank_step", step=_said("0.5")), "第一名 20 分，每后一名减 0.5 分，减至 0；由高到低排名，并列取前"),
    (
        _leaf("rank_step", step_percent=_said("20"), direction="lowest", ties=_said("mean")),
        "第一名 20 分，每后一名减 满分的 20%，减至 0；由低到高排名，并列取平均名次",
    ),
    (
        _leaf("bands", bands=_said([{"below": "0.08", "points": "5"}, {"from": "0.08", "points": "20"}])),
        "分档：0.08（不含）以下 5 分，0.08（含）以上 20 分",
    ),
    (
        _leaf("mean_cap", reference={"of": "area", "clause": "二"}),
        "达到参评银行合计水平得 20 分，低于的按 本行 ÷ 参评银行合计水平 折算；负值按 0 计",
    ),
    (
        _leaf("area_relative", base=_said("10"), per_point=_said("0.3")),
        "等于参评银行合计水平得 10 分，每高 1 个百分点加 0.3 分，低于的得基数分",
    ),
    (
        _leaf("points_per_unit", unit=_said("0.005"), unit_points=_said("1"), cap=_said("10")),
        "本行每 0.005 计 1 分；最高 10 分",
    ),
    (
        _leaf("pass_fail", operator="<=", over="deposits", reference={"value": "0.08", "clause": "二"}),
        "不高于 8%得 20 分，否则 0 分",
    ),
    (
        _leaf("bands", bands=_said([{"below": "1000000000", "points": "5"}, {"from": "1000000000", "points": "20"}])),
        "分档：10 亿（不含）以下 5 分，10 亿（含）以上 20 分",
    ),
    (
        _leaf("share_of_best", gate={"operator": ">=", "of": "peers", "measure": "gdp_growth", "clause": "二"}),
        "20 × 本行 ÷ 最高的一家；须不低于 本地gdp_growth，否则不得分；负值按 0 计",
    ),
]


@pytest.mark.parametrize(("node", "text"), FORMULAS, ids=lambda item: item if isinstance(item, str) else "")
def test_given_a_method_then_its_formula_is_said_in_words(node: Indicator, text: str) -> None:
    assert clauses.formula_text(node, node.points.value if node.points else Decimal(0)) == text


def test_given_another_basis_then_what_is_read_is_said_in_words() -> None:
    growth = _leaf("share_of_total", basis="growth", since="year_ago")
    outlets = [{"measure": "deposits"}, {"measure": "npl", "times": "-0.2"}]

    assert clauses.value_text(growth) == "期末各项贷款余额比上年同期增幅"
    assert clauses.value_text(_leaf("rate", basis="new_ratio", since="year_start", over="deposits")) == (
        "期末比年初新增 各项贷款余额 ÷ 新增 各项存款余额"
    )
    assert (
        clauses.value_text(_leaf("rate", measure=outlets, as_of_month=_said(11)))
        == "11 月末各项存款余额 − 不良贷款 × 0.2"
    )


def test_given_a_name_with_markup_then_the_page_shows_it_and_runs_nothing() -> None:
    content = read_rulebook("hefei-2012").model_dump(by_alias=True, exclude_unset=True)
    page = rulebook_page(Rulebook.model_validate(content | {"name": "<script>alert(1)</script>"}))

    assert "<script>" not in page
    assert "&lt;script&gt;" in page
