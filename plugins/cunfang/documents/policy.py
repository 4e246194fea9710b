"""A rule book as a page that can be published: what is printed is what is computed (S09, S27, S30)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cunfang.documents import clauses
from cunfang.documents.clauses import ORIGINS, number
from cunfang.documents.templates import render
from cunfang.documents.words import QUOTA_MODES, SEVERITIES, WAN, percent, wan
from cunfang.rulebook import Rulebook, WarningLimit
from cunfang.rulebook.model import Placed
from cunfang.rulebook.parameter import Parameter

EFFECTS = {
    "bonus": "加分",
    "penalty": "减分",
    "bonus_amount": "增加存款额",
    "penalty_amount": "减少存款额",
}


@dataclass(frozen=True)
class IndicatorRow:
    """One indicator as printed; a group has no value, formula and source."""

    number: str
    depth: int
    name: str
    full: str
    value: str
    formula: str
    sources: tuple[str, ...]
    missing: str
    clause: str
    origin: str
    printed: tuple[str, ...]


@dataclass(frozen=True)
class Rule:
    """One sentence of the rule book with the clause that sets it."""

    text: str
    clause: str
    origin: str


@dataclass(frozen=True)
class PolicyView:
    """A rule book, ready for the template."""

    book: Rulebook
    valid: str
    scale: str
    indicators: tuple[IndicatorRow, ...]
    extras: tuple[IndicatorRow, ...]
    participation: tuple[Rule, ...]
    allocation: tuple[Rule, ...]
    orders: tuple[Rule, ...]
    limits: tuple[Rule, ...]
    ours: tuple[str, ...]
    policy: PolicyView | None = None


def rulebook_page(book: Rulebook) -> str:
    """The HTML page of `book`: one file, no scripts, nothing remote; prints on A4."""
    return render("page/rulebook.html.j2", view=policy_view(book))


def policy_view(book: Rulebook) -> PolicyView:
    """`book` in printed form."""
    placed = list(book.placed())
    rows = _rows([one for one in placed if one.effect == "score"])
    extras = _rows([one for one in placed if one.effect != "score"])
    sentences = (*_scoring(book), *_participation(book)), _allocation(book), _orders(book), _limits(book)
    marked = [
        *((row.name, row.origin) for row in (*rows, *extras)),
        *((r.text, r.origin) for s in sentences for r in s),
    ]
    return PolicyView(
        book=book,
        valid=f"自 {book.effective_from:%Y-%m-%d} 起"
        + (f"至 {book.effective_to:%Y-%m-%d} 止" if book.effective_to else ""),
        scale=number(book.scale) if book.full_scale else "不设总分",
        indicators=rows,
        extras=extras,
        participation=sentences[0],
        allocation=sentences[1],
        orders=sentences[2],
        limits=sentences[3],
        ours=tuple(text for text, origin in marked if origin == ORIGINS["ours"]),
        policy=policy_view(book.policy) if book.policy else None,
    )


def _rows(placed: list[Placed]) -> tuple[IndicatorRow, ...]:
    depth: dict[str | None, int] = {None: -1}
    counters: dict[str | None, int] = {}
    numbers: dict[str | None, str] = {None: ""}
    rows = []
    for one in placed:
        depth[one.code] = depth[one.parent] + 1
        counters[one.parent] = counters.get(one.parent, 0) + 1
        before = numbers[one.parent]
        numbers[one.code] = f"{before}.{counters[one.parent]}" if before else str(counters[one.parent])
        rows.append(_row(one, numbers[one.code], depth[one.code]))
    return tuple(rows)


def _row(placed: Placed, numbered: str, depth: int) -> IndicatorRow:
    node = placed.indicator
    said = node.weight or node.points or node.amount
    full = f"{wan(placed.full_points)} 万元" if node.amount else number(placed.full_points)
    if placed.effect != "score":
        full = f"{EFFECTS[placed.effect]}，最多 {full}" + ("" if node.amount else " 分")
    elif node.weight and depth:
        full += f"（占上级 {number(node.weight.value)}%）"
    return IndicatorRow(
        number=numbered,
        depth=depth,
        name=node.name,
        full=full,
        value=clauses.value_text(node) if node.leaf else "",
        formula=clauses.formula_text(node, placed.full_points) if node.leaf else "",
        sources=clauses.sources(node) if node.leaf else (),
        missing=clauses.MISSING[node.missing] if node.leaf else "",
        clause=placed.clause,
        origin=ORIGINS[said.origin] if said else "",
        printed=clauses.printed(node),
    )


def _rule(parameter: Parameter[Any] | None, text: str) -> Iterator[Rule]:
    if parameter is not None:
        yield Rule(text, parameter.clause, ORIGINS[parameter.origin])


def _scoring(book: Rulebook) -> tuple[Rule, ...]:
    how = book.scoring
    return (
        *_rule(how.decimals, f"总得分四舍五入到 {_of(how.decimals)} 位小数"),
        *_rule(how.bonus_cap, f"加分合计最多 {_of(how.bonus_cap)} 分"),
        *_rule(how.penalty_cap, f"减分合计最多 {_of(how.penalty_cap)} 分"),
        *_rule(how.bonus_amount_cap, f"增加存款额合计最多 {_wan(how.bonus_amount_cap)} 万元"),
        *_rule(how.penalty_amount_cap, f"减少存款额合计最多 {_wan(how.penalty_amount_cap)} 万元"),
        *_rule(how.tie_break, f"总得分相同的，依次比较：{'、'.join(_names(book, how.tie_break))}"),
    )


def _of(parameter: Parameter[Any] | None) -> str:
    if parameter is None:
        return ""
    return number(parameter.value) if isinstance(parameter.value, Decimal) else str(parameter.value)


def _wan(parameter: Parameter[Decimal] | None) -> str:
    return wan(parameter.value) if parameter else ""


def _names(book: Rulebook, codes: Parameter[tuple[str, ...]] | None) -> list[str]:
    names = {one.code: one.indicator.name for one in book.placed()}
    return [names.get(code, code) for code in (codes.value if codes else ())]


POLICY_BANKS = {
    "held": "政策性银行不计分，存款按现存额列支",
    "take_part": "政策性银行与其他银行一同计分",
    "separate": "政策性银行单独考核（见后）",
}
SUPPORT = {
    "cap": "政策性银行完成考核的，存放总量调至平均数 T/(n+1)",
    "held": "政策性银行完成考核的，存放总量按现存额、以平均数 T/(n+1) 为限",
}
FIRST_YEAR = {
    "take_part": "当年新设的银行照常参加",
    "exclude": "当年新设的银行不参加",
    "impute": "当年新设的银行，增量类指标取各行平均",
}


def _participation(book: Rulebook) -> tuple[Rule, ...]:
    who = book.participation
    late, falling = who.suspension, who.four_falling
    rules = [
        *_rule(
            who.disqualification_years, f"有压票、退票、截留、挪用行为的，取消资格 {_of(who.disqualification_years)} 年"
        ),
        *_rule(who.policy_banks, POLICY_BANKS[who.policy_banks.value]),
        *_rule(who.minimum_months, f"开业不满 {_of(who.minimum_months)} 个月的不参加"),
    ]
    if who.policy_support:
        rules += _rule(who.policy_support, SUPPORT[who.policy_support.value])
    if who.first_year:
        rules += _rule(who.first_year, FIRST_YEAR[who.first_year.value])
    if who.one_per_group and who.one_per_group.value:
        rules += _rule(who.one_per_group, "同一法人或集团只由一家参加")
    if late:
        title = clauses.measure_title(late.family, late.measure)
        text = f"每年 {late.month} 月 {late.day} 日以后仍未报送“{title}”的，暂停参加，直至补报"
        rules.append(Rule(text, late.clause, ORIGINS[late.origin]))
    if falling:
        cut = (
            f"次年应存额度减少 {percent(falling.rate.value)}" if falling.rate else "减少比例由县政府决定，未决定前不减"
        )
        rules.append(
            Rule(f"纳税、存贷比、贷款余额、当年新增贷款均下降的，{cut}", falling.clause, ORIGINS[falling.origin])
        )
    return tuple(rules)


def _allocation(book: Rulebook) -> tuple[Rule, ...]:
    how = book.allocation
    schemes = {
        "proportional": "按得分占总得分的比重分配",
        "affine": f"每家先得 {_wan(how.base_amount)} 万元，其余按得分"
        + (f"超过 {_of(how.base_score)} 分的部分" if how.base_score else "")
        + "分配",
        "top": f"得分前 {_of(how.top)} 名按得分分配，其余为 0",
        "by_rank": "按名次定额："
        + "，".join(f"第 {n} 名 {wan(amount)} 万元" for n, amount in enumerate(_amounts(how.rank_amounts), start=1)),
        "equal": "各家相等",
        "tiers": "按得分档次的系数分配："
        + "，".join(
            f"{clauses.band_text(band)} {number(band.points)}" for band in (how.tiers.value if how.tiers else ())
        ),
    }
    leftover = {"by_score": "定额之外的余额按得分分配", "stop": "定额之外有余额的，由县政府决定"}
    remainder = {"largest_remainder": "取整余数按最大余数法", "top_score": "取整余数归得分最高的银行"}
    quota = QUOTA_MODES[how.quota_mode.value]
    cap = how.deposits_cap
    return (
        *_rule(how.quota_mode, f"额度总控 T：{quota}"),
        *_rule(how.reserve_amount, f"支付准备 {_wan(how.reserve_amount)} 万元，不参加分配，留在原处"),
        *_rule(
            how.reserve_share,
            f"支付准备为存量的 {percent(how.reserve_share.value) if how.reserve_share else ''}，不参加分配，留在原处",
        ),
        *_rule(how.scheme, schemes[how.scheme.value]),
        *(_rule(how.leftover, leftover[how.leftover.value]) if how.leftover else ()),
        *_rule(
            how.concentration_cap,
            f"单家不超过总量的 {percent(how.concentration_cap.value) if how.concentration_cap else ''}",
        ),
        *(
            _rule(cap.share, f"单家不超过本行存款的 {percent(cap.share.value)}，超出部分按得分分给其他银行")
            if cap
            else ()
        ),
        *_rule(how.minimum_amount, f"单家不少于 {_wan(how.minimum_amount)} 万元"),
        *_rule(how.maximum_amount, f"单家不多于 {_wan(how.maximum_amount)} 万元"),
        *_rule(how.rounding_unit, f"应存额度取整到 {_unit(how.rounding_unit.value)}（在上下限上的按上下限的准数）"),
        *(_rule(how.remainder, remainder[how.remainder.value]) if how.remainder else ()),
        *_rule(how.min_leg, f"差额不足 {wan(how.min_leg.value)} 万元的结转下期"),
    )


def _orders(book: Rulebook) -> tuple[Rule, ...]:
    """The life of an order; what no document says is the default, and called so."""
    if book.scheme != "commercial":
        return ()
    after = book.orders
    said = (
        ("max_drift", f"下达前再次核对余额，变动超过划转额 {percent(after.max_drift.value)} 的退回重拟"),
        ("execute_workdays", f"银行在下达后 {after.execute_workdays.value} 个工作日内划转到位"),
        ("issue_workdays", f"结果确定后 {after.issue_workdays.value} 个工作日内下达；下达迟延的，银行不计逾期"),
        ("objection_workdays", f"结果公布后 {after.objection_workdays.value} 个工作日内可以提出异议"),
        ("recall_workdays", f"收回存款在 {after.recall_workdays.value} 个工作日内办结"),
        ("true_up_threshold", f"更正后各家变动都不超过 {_wan(after.true_up_threshold)} 万元的，下期补差"),
    )
    rules: list[Rule] = []
    for key, text in said:
        default = "" if key in after.model_fields_set else "（默认）"
        rules += _rule(getattr(after, key), text + default)
    return tuple(rules)


def _unit(yuan: Decimal) -> str:
    """`1 万元`, `0.01 元`."""
    return f"{number(yuan / WAN)} 万元" if yuan >= WAN else f"{number(yuan)} 元"


def _amounts(parameter: Parameter[tuple[Decimal, ...]] | None) -> tuple[Decimal, ...]:
    return parameter.value if parameter else ()


def _limits(book: Rulebook) -> tuple[Rule, ...]:
    return (*(rule for limit in book.warnings.values() for rule in _limit(limit)), *_events(book))


def _limit(limit: WarningLimit) -> Iterator[Rule]:
    """The general limit, then those of types; banks of one clause together."""
    said = "不低于" if limit.operator == ">=" else "不高于"
    origins = {type_: one.origin for one in limit.types for type_ in one.types}
    grouped: dict[tuple[Decimal, Decimal, Decimal, str, str], list[str]] = {}
    for line in limit.lines():
        key = (line.limit, line.yellow_margin, line.red_margin, line.clause, origins.get(line.type, "stated"))
        grouped.setdefault(key, []).append(line.type)
    for (value, yellow, red, clause, origin), types in grouped.items():
        named = "、".join(filter(None, types))
        whose = ("一般及" if "" in types else "") + f"{named}：" if named else ""
        yield Rule(
            f"{whose}{limit.name}{said} {percent(value)}"
            f"（距限值不足 {percent(yellow, 0)} 黄，突破橙，突破超过 {percent(red, 0)} 红）",
            clause,
            ORIGINS[origin],
        )


def _events(book: Rulebook) -> Iterator[Rule]:
    for event in book.warning_events.values():
        kinds = f"事件类别 {'、'.join(event.kinds)}" if event.kinds else "各类事件"
        graded = "、".join(SEVERITIES.get(word, word) for word in event.severities)
        which = kinds + (f"，处理等级{graded}" if graded else "")
        until = f"自决定之日起 {event.months} 个月内" if event.months else "直至更正或办结"
        yield Rule(f"监管事件“{event.name}”（{which}）{event.level}，{until}", event.clause, ORIGINS[event.origin])
