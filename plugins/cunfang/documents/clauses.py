"""What an indicator of a rule book says in Chinese: what is read, how it becomes points, who delivers it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial

from cunfang.feeds.contract import contracts
from cunfang.rulebook import Indicator
from cunfang.rulebook.parameter import Band, Reference, Term

WINDOWS = {"ytd": "年初至期末累计", "quarter": "本季度", "ttm": "最近十二个月"}
SINCE = {"year_start": "比年初", "year_ago": "比上年同期", "quarter_ago": "比上季度末"}
AVERAGES = {"months": "本年各月末平均", "quarters": "本年各季末平均"}
OPERATORS = {">=": "不低于", ">": "高于", "<=": "不高于", "<": "低于"}
TIES = {"better": "并列取前", "worse": "并列取后", "mean": "并列取平均名次"}
REFERENCES = {
    "area": "参评银行合计水平",
    "mean": "各行平均",
    "best": "最好的一家",
    "peers": "本地",
    "targets": "本行目标",
    "last_year": "本行上年同期",
    "county": "全县（含政策性银行）水平",
    "county_others": "全县（不含本行）水平",
}
ORIGINS = {"stated": "原文", "derived": "推算", "ours": "我方所定"}
MISSING = {"stop": "缺数即停，发问", "zero": "缺数按 0", "mean": "缺数取其他机构平均"}
# Columns of a feed that carry a measure under a name of their own.
_PREFIXES = ("tax_",)


def number(value: Decimal) -> str:
    """A number as a person writes it: no exponent, no trailing zeros."""
    shown = f"{value:f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def shown(node: Indicator, value: Decimal) -> str:
    """A figure of an indicator: a ratio in per cent, large sums in 万 and 亿."""
    if node.over is not None or node.basis in ("growth", "on_time_rate"):
        return f"{number(value * 100)}%"
    for size, unit in ((Decimal(100_000_000), " 亿"), (Decimal(10_000), " 万")):
        if abs(value) >= size:
            return f"{number(value / size)}{unit}"
    return number(value)


def measure_title(family: str | None, measure: str) -> str:
    """What a measure is called in the contract of its feed; its code where no column is of that name."""
    for agreed in contracts().values():
        if agreed.family != family:
            continue
        for name in (measure, *(measure.removeprefix(prefix) for prefix in _PREFIXES)):
            if column := agreed.by_name.get(name):
                return column.title
        if title := _wide_title(agreed.layouts, measure):
            return title
    return measure


def _wide_title(layouts: Sequence[object], measure: str) -> str:
    for layout in layouts:
        wide = getattr(layout, "wide", None)
        if wide is not None and measure in wide.metrics:
            return str(wide.metrics[measure].headings[0])
    return ""


def terms_text(node: Indicator, terms: Sequence[Term]) -> str:
    """`贷款余额 − 区外贷款`, `网点数 + 自助网点 × 0.2`."""
    said: list[str] = []
    for term in terms:
        size = "" if abs(term.times) == 1 else f" × {number(abs(term.times))}"
        parts = f"（{'、'.join(term.parts)}）" if term.parts else ""
        sign = "− " if term.times < 0 else "+ " if said else ""
        title = measure_title(term.family or node.family, term.measure)
        named = f"{node.name}（{title}）" if title == term.measure and len(terms) == 1 else title
        said.append(f"{sign}{named}{parts}{size}")
    return " ".join(said)


def value_text(node: Indicator) -> str:
    """What the value of a leaf is: `期末 各项贷款余额 ÷ 各项存款余额`, `各项贷款余额比年初增量`."""
    above, below = terms_text(node, node.measure or ()), terms_text(node, node.over or ())
    level = f"（{above}）÷（{below}）" if below else above
    when = _moment(node)
    match node.basis:
        case "flow":
            return f"{WINDOWS[node.window or 'ytd']}{above}"
        case "average":
            return f"{AVERAGES[node.average_of or 'months']}{level}"
        case "increment" | "growth":
            flow = f"{WINDOWS[node.window]}" if node.window else when
            kind = "增量" if node.basis == "increment" else "增幅"
            return f"{flow}{level}{SINCE[node.since or 'year_start']}{kind}"
        case "new_ratio":
            return f"{when}{SINCE[node.since or 'year_start']}新增 {above} ÷ 新增 {below}"
        case "on_time_rate":
            days = node.due_workdays.value if node.due_workdays else 0
            return f"按时办结件数 ÷ 到期件数（{days} 个工作日内办结为按时）"
        case "event_count":
            return f"本年监管事项件数（{above}）"
        case _:
            return f"{when}{level}"


def _moment(node: Indicator) -> str:
    if node.as_of_month is not None:
        return f"{node.as_of_month.value} 月末"
    if node.lag_months is not None:
        return f"期末前 {node.lag_months.value} 个月的月末"
    return "期末"


def reference_text(node: Indicator, held: Reference | None, otherwise: str) -> str:
    """What a value is held against."""
    if held is None:
        return otherwise
    if held.value is not None:
        return shown(node, held.value)
    title = measure_title(held.of, held.measure) if held.measure else ""
    return f"{REFERENCES[held.of or 'mean']}{title}"


def formula_text(node: Indicator, full: Decimal) -> str:
    """How the value x of a leaf becomes points out of `full`."""
    said = [_method(node, number(full))]
    if node.method in ("rank_step", "rank_bands"):
        order = "由低到高" if node.direction == "lowest" else "由高到低"
        said.append(f"{order}排名，{TIES[node.ties.value if node.ties else 'better']}")
    if node.gate is not None:
        condition = f"{OPERATORS[node.gate.operator]} {reference_text(node, node.gate, '')}"
        said.append(f"须{condition}，否则不得分")
    if not node.keeps_sign:
        said.append("负值按 0 计")
    said += [f"最高 {number(node.cap.value)} 分"] if node.cap else []
    said += [f"最低 {number(node.floor.value)} 分"] if node.floor else []
    said += [f"四舍五入到 {node.decimals.value} 位小数"] if node.decimals else []
    said += [f"{'、'.join(node.exempt_types.value)}不计，取其他机构平均"] if node.exempt_types else []
    return "；".join(said)


def _method(node: Indicator, full: str) -> str:
    base = number(node.base.value) if node.base else "0"
    match node.method:
        case "share_of_total":
            return f"{full} × 本行 ÷ 各行合计"
        case "share_of_best":
            return f"{full} × 本行 ÷ {reference_text(node, node.reference, '最高的一家')}"
        case "inverse_of_best":
            return f"{full} × 最低的一家 ÷ 本行"
        case "frontier":
            return f"{base} +（{full} − {base}）×（本行 − 最低）÷（最高 − 最低）"
        case "rank_step":
            step = f"{number(node.step.value)} 分" if node.step else ""
            part = f"满分的 {number(node.step_percent.value)}%" if node.step_percent else ""
            return f"第一名 {full} 分，每后一名减 {step or part}，减至 0"
        case "rank_bands":
            return f"按名次：{_bands(node, '名')}"
        case "bands":
            return f"分档：{_bands(node, '')}"
        case "mean_cap":
            mean = reference_text(node, node.reference, "各行平均")
            return f"达到{mean}得 {full} 分，低于的按 本行 ÷ {mean} 折算"
        case _:
            return _measured(node, full, base)


def _measured(node: Indicator, full: str, base: str) -> str:
    match node.method:
        case "area_relative":
            below = (
                f"，每低 1 个百分点减 {number(node.below_per_point.value)} 分"
                if node.below_per_point
                else "，低于的得基数分"
            )
            above = number(node.per_point.value) if node.per_point else "0"
            area = reference_text(node, node.reference, "参评银行合计水平")
            return f"等于{area}得 {base} 分，每高 1 个百分点加 {above} 分{below}"
        case "target_completion":
            return _completion(node, full)
        case "points_per_unit":
            unit, each = shown(node, node.unit.value) if node.unit else "", _said(node.unit_points)
            start = f"超过 {reference_text(node, node.reference, '0')} 的部分" if node.reference else "本行"
            whole = "（只计整数倍）" if node.whole_steps and node.whole_steps.value else ""
            first = "" if base == "0" else f"{base} 分，"
            return f"{first}{start}每 {unit} 计 {each} 分{whole}"
        case "pass_fail":
            condition = f"{OPERATORS[node.operator or '>=']} {reference_text(node, node.reference, '')}"
            return f"{condition}得 {full} 分，否则 {_said(node.otherwise, '0')} 分"
        case "rate":
            return f"{full} × 本行（0 至 1）"
        case _:
            return f"{full} × 外部评分 ÷ {_said(node.out_of, full)}"


def _completion(node: Indicator, full: str) -> str:
    goal = reference_text(node, node.reference, "目标")
    if node.unit is None:
        return f"完成{goal}得 {full} 分，未完成按完成比例折算"
    unit, base = f"{number(node.unit.value * 100)} 个百分点", _said(node.base, full)
    said = [f"完成{goal}得 {base} 分，每超 {unit} 加 {_said(node.unit_points, '0')} 分"]
    if node.below_unit_points:
        said.append(f"每低 {unit} 减 {number(node.below_unit_points.value)} 分")
    if node.threshold:
        said.append(f"完成不足 {number(node.threshold.value * 100)}% 不得分")
    return "，".join(said)


def _said(parameter: object, otherwise: str = "") -> str:
    value = getattr(parameter, "value", None)
    return number(value) if isinstance(value, Decimal) else otherwise


def _bands(node: Indicator, unit: str) -> str:
    bands = node.bands.value if node.bands else ()
    ranked = node.method == "rank_bands"
    said = [
        f"{band_text(band, number if ranked else partial(shown, node))}{unit} {number(band.points)} 分"
        for band in bands
    ]
    said += [f"其余 {number(node.otherwise.value)} 分"] if node.otherwise else []
    return "，".join(said)


def band_text(band: Band, say: Callable[[Decimal], str] = number) -> str:
    """`8%（含）至 10%（不含）`; an open side is not said."""
    lower = None if band.lower is None else f"{say(band.lower)}（{'不含' if band.over is not None else '含'}）"
    upper = None if band.upper is None else f"{say(band.upper)}（{'不含' if band.below is not None else '含'}）"
    if lower and upper:
        return f"{lower}至 {upper}"
    return f"{lower}以上" if lower else f"{upper}以下" if upper else "任何值"


def printed(node: Indicator) -> tuple[str, ...]:
    """What the document prints where that was in doubt, and how it was read: `原文“30-50亿元（含10亿）”：按…`."""
    said = []
    if node.printed is not None:
        words = (node.printed.heading, node.printed.body, node.printed.text)
        said.append(("；".join(f"“{word}”" for word in words if word), node.printed.resolved))
    said += [(f"“{band.printed}”", band.resolved) for band in (node.bands.value if node.bands else ()) if band.printed]
    return tuple(f"原文{text}" + (f"：{resolved}" if resolved else "") for text, resolved in said if text)


def sources(node: Indicator) -> tuple[str, ...]:
    """Who delivers what a leaf reads: `存贷款情况（人民银行）`."""
    said = []
    for family in node.families:
        found = [agreed for agreed in contracts().values() if agreed.family == family]
        said += [f"{agreed.name}（{agreed.provider}）" for agreed in found] or [family]
    return tuple(dict.fromkeys(said))
