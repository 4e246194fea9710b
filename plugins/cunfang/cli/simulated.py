"""A what-if, an inverse and a stability as tables for a person, or as one object; amounts in yuan unless said."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cunfang.cli.render import money, plain
from cunfang.documents.terminal import ROLES
from cunfang.documents.words import one_line, points, wan
from cunfang.money import fmt_yuan
from cunfang.simulation.comparison import Evenness, Row, Standing
from cunfang.simulation.inverse import Inverse, Need
from cunfang.simulation.lever import Lever
from cunfang.simulation.stability import FAINT, Stability, Swap
from cunfang.simulation.whatif import Simulated

_PLACES = Decimal("0.0001")
CAVEAT = (
    "其他各行、本行其他数都不变；同一个数牵动的指标一并计算。按步长逐步逼近：所列变动够，少一步不够，两者都实算过；"
    "名次、分档一类的方法得分成级跳动，所试各点之间更小的变动也够的情形不能完全排除。"
)


def heading(done: Simulated) -> str:
    """What is held against what."""
    place = f"{done.ground.region} {done.ground.period}"
    if done.trial_run is not None:
        return f"{place} · 正式批次 {done.ground.official} 与试行办法 {done.rulebook.code}（批次 {done.trial_run}）"
    basis = f"正式批次 {done.ground.official}" if done.ground.official is not None else "尚未公布，以现行办法重算"
    return f"{place} · 测算 · 基准：{basis}（{done.ground.rulebook.code}）"


def notes(done: Simulated) -> list[str]:
    """What a reader must know beside the table."""
    said = []
    if done.rulebook.code != done.ground.rulebook.code:
        said.append(f"改用办法：{done.rulebook.name}（{done.rulebook.code}）")
    terms = done.terms
    if terms.excluded:
        said.append(f"假定不参加：{'、'.join(terms.excluded)}；其不调整存量仍留存，其余由各行按得分分配")
    if terms.total is not None:
        said.append(f"额度总控改为 {wan(terms.total)} 万元")
    for one in terms.one_offs:
        said.append(f"剔除一次性影响：{one.institution} 的 {one.measure}，影响额 {plain(one.effect)}")
    if done.drifted:
        names = "、".join(done.drifted)
        said.append(
            f"计算方法在公布之后有过改动：{names} 按现在的方法重算与公布数不同；上表以重算数为基准，差额只来自所设条件"
        )
    said.append(_closing(done))
    return said


def _closing(done: Simulated) -> str:
    gains = sum((row.difference for row in done.comparison.gains), Decimal(0))
    losses = sum((row.difference for row in done.comparison.losses), Decimal(0))
    total = done.comparison.total_difference
    closed = "差额合计为 0" if total == 0 else f"差额合计 {fmt_yuan(total)} 元，等于总量之差"
    return f"增加 {fmt_yuan(gains)} 元，减少 {fmt_yuan(-losses)} 元；{closed}"


def print_simulation(done: Simulated, console: Console) -> None:
    """The table, who gains and loses, how even both are, and which parameters differ."""
    console.print(_comparison_table(done))
    for note in notes(done):
        console.print(one_line(note), highlight=False, markup=False, soft_wrap=True)
    before, after = done.comparison.before, done.comparison.after
    console.print(f"均匀程度：{_even(before)} → {_even(after)}", highlight=False)
    if done.comparison.parameters:
        table = Table(title="不同的参数")
        for title in ("参数", "现行", "假设"):
            table.add_column(title, overflow="fold")
        for item in done.comparison.parameters:
            table.add_row(*map(escape, (item.path, item.before or "—", item.after or "—")))
        console.print(table)
    elif not done.terms.changed:
        console.print("没有写任何假设：两边相同", highlight=False)


def _comparison_table(done: Simulated) -> Table:
    table = Table(title=heading(done), caption="应存与差额：元；差额另以万元列出")
    left = ("机构", "类别")
    for title in (*left, "得分", "测算得分", "名次", "应存", "测算应存", "差额（元）", "万元"):
        table.add_column(title, justify="left" if title in left else "right")
    for row in done.comparison.rows:
        table.add_row(
            escape(one_line(row.label)),
            _roles(row),
            *(_score(one) for one in (row.before, row.after)),
            _ranks(row),
            *(fmt_yuan(one.target) if one else "—" for one in (row.before, row.after)),
            _coloured(row.difference, fmt_yuan(abs(row.difference))),
            _coloured(row.difference, wan(abs(row.difference))),
        )
    table.add_section()
    before, after = (
        sum((side.target for side in sides if side), Decimal(0))
        for sides in zip(*((row.before, row.after) for row in done.comparison.rows), strict=True)
    )
    total = done.comparison.total_difference
    closing = (_coloured(total, fmt_yuan(abs(total))), _coloured(total, wan(abs(total))))
    table.add_row("合计", "", "", "", "", fmt_yuan(before), fmt_yuan(after), *closing, style="bold")
    return table


def _roles(row: Row) -> str:
    said = [ROLES[one.role] for one in (row.before, row.after) if one]
    return " → ".join(dict.fromkeys(said))


def _score(standing: Standing | None) -> str:
    if standing is None or standing.role not in ("commercial", "excluded"):
        return "—"
    return f"{standing.score.quantize(_PLACES, ROUND_HALF_UP)}"


def _ranks(row: Row) -> str:
    ranks = [str(one.rank) if one and one.rank is not None else "—" for one in (row.before, row.after)]
    if row.climbed:
        arrow = "[green]↑[/]" if row.climbed > 0 else "[red]↓[/]"
        return f"{' → '.join(ranks)} {arrow}"
    return ranks[0] if ranks[0] == ranks[1] else " → ".join(ranks)


def _coloured(amount: Decimal, said: str) -> str:
    if not amount:
        return "0.00"
    return f"[{'green' if amount > 0 else 'red'}]{'+' if amount > 0 else '−'}{said}[/]"


def _even(even: Evenness) -> str:
    gini = "—" if even.gini is None else f"{even.gini.quantize(_PLACES, ROUND_HALF_UP)}"
    ratio = "—" if even.max_over_min is None else f"{even.max_over_min.quantize(Decimal('0.01'), ROUND_HALF_UP)}"
    return f"基尼系数 {gini}、最高/最低 {ratio}（{even.banks} 家）"


def simulated_object(done: Simulated) -> dict[str, object]:
    """One object; numbers are decimal strings, money in yuan, institutions by code."""
    compared = done.comparison
    return {
        "run": {
            "region": done.ground.region,
            "period": str(done.ground.period),
            "official": done.ground.official,
            "trial": done.trial_run,
            "rulebook": {"before": done.ground.rulebook.code, "after": done.rulebook.code},
            "total_difference": money(compared.total_difference),
        },
        "parameters": [{"path": one.path, "before": one.before, "after": one.after} for one in compared.parameters],
        "results": [_result(row) for row in compared.rows],
        "gains": [row.institution for row in compared.gains],
        "losses": [row.institution for row in compared.losses],
        "evenness": {"before": _even_object(compared.before), "after": _even_object(compared.after)},
        "drifted": list(done.drifted),
        "notes": notes(done),
    }


def _result(row: Row) -> dict[str, object]:
    return {
        "institution": row.institution,
        "name": row.label,
        "before": _standing(row.before),
        "after": _standing(row.after),
        "difference": money(row.difference),
        "climbed": row.climbed,
    }


def _standing(one: Standing | None) -> dict[str, object] | None:
    if one is None:
        return None
    share = {"score": plain(one.score), "share": plain(one.share), "rank": one.rank}
    return {"role": one.role, **share, "target": money(one.target), "binding": one.binding}


def _even_object(even: Evenness) -> dict[str, object]:
    values = {"gini": even.gini, "max_over_min": even.max_over_min}
    return {"banks": even.banks, **{key: None if one is None else plain(one) for key, one in values.items()}}


def amount_of(lever: Lever, value: Decimal) -> str:
    """A figure in the unit a person reads: 万元, per cent, or its own unit."""
    match lever.sort:
        case "money":
            return f"{wan(value)} 万元"
        case "ratio":
            return f"{plain(value * 100)}%"
    return f"{plain(value)}{f' {lever.unit}' if lever.unit else ''}"


def change_of(lever: Lever, value: Decimal) -> str:
    """A change of it: of a ratio in percentage points."""
    sign = "+" if value > 0 else "−"
    if lever.sort == "ratio":
        return f"{sign}{plain(abs(value) * 100)} 个百分点"
    return f"{sign}{amount_of(lever, abs(value))}"


def why_not(need: Need) -> str:
    """Why a figure alone does not do it."""
    lever = need.lever
    if lever.figure is None and not lever.lapses:
        return "没有可以减少的事项" if lever.unit == "件" else "本行没有这项数"
    how = "全部免去" if lever.lapses else "增至十倍、减至零"
    return f"不能：{how}之间所试各点最多只多得 {wan(need.best)} 万元"


def print_inverse_result(done: Inverse, console: Console) -> None:
    """A row for each figure; then what is assumed."""
    bank = done.standing
    title = f"{bank.short_name} 应存多得至少 {wan(done.wanted)} 万元，各数单独变动至少要变多少"
    now = f"{done.ground.region} {done.ground.period}，现应存 {fmt_yuan(bank.target)} 元，第 {bank.rank} 名"
    table = Table(title=title, caption=now, show_lines=True)
    for heading_, right in (("数", False), ("现数", True), ("至少变动", True), ("变动后", True), ("多得（元）", True)):
        table.add_column(heading_, justify="right" if right else "left", overflow="fold")
    table.add_column("牵动的指标（得分）", overflow="fold")
    for need in done.needs:
        table.add_row(*_need_row(need))
    console.print(table)
    console.print(
        f"步长：金额 1 万元，比率 0.01 个百分点，件数 1。{CAVEAT}共实算 {done.evaluated} 种。", highlight=False
    )


def _need_row(need: Need) -> tuple[str, ...]:
    lever = need.lever
    name = escape(one_line(lever.title))
    if need.change is None:
        return (name, amount_of(lever, lever.now), "—", "—", "—", why_not(need))
    moved = "；".join(f"{one.name} {points(one.points[0])} → {points(one.points[1])}" for one in need.moved)
    amounts = (amount_of(lever, lever.now), change_of(lever, need.change), amount_of(lever, need.after))
    return (name, *amounts, f"{fmt_yuan(need.gain)}\n（少一步 {fmt_yuan(need.short)}）", escape(moved))


def inverse_object(done: Inverse) -> dict[str, object]:
    """One object; `change` is null where the figure alone does not do it, `best` is then the most that was gained."""
    return {
        "region": done.ground.region,
        "period": str(done.ground.period),
        "institution": done.standing.institution,
        "target": money(done.standing.target),
        "gain": money(done.wanted),
        "needs": [_need(need) for need in done.needs],
        "evaluated": done.evaluated,
        "assumption": CAVEAT,
    }


def _need(need: Need) -> dict[str, object]:
    lever = need.lever
    can = need.change is not None
    return {
        "measure": lever.measure,
        "title": lever.title,
        "sort": lever.sort,
        "unit": lever.unit,
        "indicators": list(lever.moves),
        "now": plain(lever.now),
        "step": plain(lever.step),
        "verdict": "can" if can else "cannot",
        "change": plain(need.change) if need.change is not None else None,
        "after": plain(need.after) if can else None,
        "gain": money(need.gain) if can else None,
        "one_step_less": money(need.short) if can else None,
        "best": money(need.best),
        "rank": need.rank,
        "reason": "" if can else why_not(need),
        "moved": [
            {"indicator": one.indicator, "value": [*map(plain, one.value)], "points": [*map(plain, one.points)]}
            for one in need.moved
        ],
    }


def print_stability_result(done: Stability, console: Console) -> None:
    """Ranks, neighbours, indicators, evenness."""
    share = f"{plain(done.by * 100)}%"
    table = Table(
        title=f"{done.ground.region} {done.ground.period} · 每个权重 ±{share}（同层其余折算），共 {len(done.trials)} 种"
    )
    for title in ("机构", "名次", "变动次数", "最好", "最差", "应存（万元）", "最少", "最多"):
        table.add_column(title, justify="left" if title == "机构" else "right")
    for one in done.banks:
        amounts = (wan(one.standing.target), wan(one.least), wan(one.most))
        places = (one.standing.rank, one.moved, one.best, one.worst)
        table.add_row(escape(one.standing.short_name), *map(str, places), *amounts)
    console.print(table)
    for swap in done.swaps:
        console.print(_swap_line(swap), highlight=False)
    same = [one for one in done.indicators if one.faint]
    if same:
        for item in same:
            what = "各行得分相同" if item.same else f"得分相差不足满分的 {plain(FAINT * 100)}%"
            console.print(f"[yellow]没有区分度[/] {escape(item.name)}（{item.indicator}）：{what}", highlight=False)
    else:
        console.print(f"各指标都能分出高低（得分相差都不小于满分的 {plain(FAINT * 100)}%）", highlight=False)
    console.print(f"均匀程度：{_even(done.evenness)}", highlight=False)


def _swap_line(swap: Swap) -> str:
    pair = f"第 {swap.ahead.rank} 名{swap.ahead.short_name}与第 {swap.behind.rank} 名{swap.behind.short_name}"
    if swap.weight is None or swap.by is None:
        return f"{pair}：任何一个权重在零与两倍之间单独变动，都没有找到使两家互换的点"
    weight = swap.weight
    word = "权重" if weight.scale == "weight" else "分值"
    change = f"{'+' if swap.by > 0 else '−'}{plain(abs(swap.by) * 100)}%"
    moved = f"由 {plain(weight.value)} 改为 {plain(weight.moved(swap.by))}"
    return f"{pair}：{weight.name}的{word}{moved}（{change}），两家互换"


def stability_object(done: Stability) -> dict[str, object]:
    """One object with every trial; `by` and changes are shares of the weight itself."""
    return {
        "region": done.ground.region,
        "period": str(done.ground.period),
        "by": plain(done.by),
        "trials": [
            {
                "path": one.weight.path,
                "by": plain(one.by),
                "weight": plain(one.weight.moved(one.by)),
                "ranks": one.ranks,
            }
            for one in done.trials
        ],
        "banks": [
            {
                "institution": one.standing.institution,
                "rank": one.standing.rank,
                "moved": one.moved,
                "best": one.best,
                "worst": one.worst,
                "target": money(one.standing.target),
                "least": money(one.least),
                "most": money(one.most),
            }
            for one in done.banks
        ],
        "swaps": list(_swaps(done.swaps)),
        "indicators": [
            {
                "indicator": one.indicator,
                "name": one.name,
                "full_points": plain(one.full_points),
                "least": plain(one.least),
                "most": plain(one.most),
                "spread": None if one.spread is None else plain(one.spread),
                "discriminates": not one.faint,
            }
            for one in done.indicators
        ],
        "evenness": _even_object(done.evenness),
    }


def _swaps(swaps: Iterable[Swap]) -> Iterable[dict[str, object]]:
    for one in swaps:
        pair = {"ahead": one.ahead.institution, "behind": one.behind.institution}
        if one.weight is None or one.by is None:
            yield {**pair, "path": None, "weight": None, "by": None}
        else:
            yield {**pair, "path": one.weight.path, "weight": plain(one.weight.moved(one.by)), "by": plain(one.by)}
