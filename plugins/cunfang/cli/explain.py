"""`cunfang explain`: how one bank's amount came to be, back to the cells it was computed from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.tree import Tree
from sqlalchemy import text

from cunfang.cli.render import money, plain, planned
from cunfang.documents.loading import load_result
from cunfang.documents.result import Indicator, Participant, RunResult, Source
from cunfang.documents.terminal import ROLES
from cunfang.documents.words import BINDINGS, late, percent, plan, wan
from cunfang.institution import name_form
from cunfang.money import fmt_yuan
from cunfang.period import Period
from cunfang.warehouse import engine


class ExplainError(Exception):
    """There is no such run or bank."""


@dataclass(frozen=True)
class Explanation:
    """One bank in one run."""

    result: RunResult
    participant: Participant


def explain_institution(url: str, region: str, period: Period, name: str, run_id: int | None = None) -> Explanation:
    """Load the run in force (or `run_id`) and find the bank by code or name."""
    chosen = text("""
        SELECT run_id FROM eval.run_state
        WHERE
            region = :region AND period = :period
            AND (run_id = :run_id OR (CAST(:run_id AS bigint) IS NULL AND purpose = 'official'))
        ORDER BY status = 'published' DESC, run_id DESC
        LIMIT 1
    """)
    with engine(url).connect() as connection:
        found = connection.scalar(chosen, {"region": region, "period": str(period), "run_id": run_id})
        if found is None:
            raise ExplainError(f"{region} {period} 没有考核批次{f' {run_id}' if run_id else ''}")
        result = load_result(connection, int(found))
    engine(url).dispose()
    wanted = name_form(name)
    for item in result.participants:
        called = (item.institution, item.name, item.short_name, item.label, *item.predecessors.split("、"))
        if wanted in map(name_form, called):
            return Explanation(result, item)
    known = "、".join(f"{item.short_name}（{item.institution}）" for item in result.participants)
    raise ExplainError(f"批次 {result.run_id} 中没有机构 {name!r}；有：{known}")


def print_explanation(explanation: Explanation, console: Console) -> None:
    """The ladder from score to amount, each indicator with its inputs, then the accounts held."""
    result, bank = explanation.result, explanation.participant
    console.print(
        f"[bold]{escape(bank.name)}[/]（{_called(bank)}）{result.region_name} {result.period}\n"
        f"批次 {result.run_id}，{result.status}，考核办法 {escape(result.rulebook.name)}，"
        f"输入散列 {result.input_hash[:12]}",
        highlight=False,
    )
    if bank.reason:
        console.print(f"依据：{escape(bank.reason)}", highlight=False)
    for item in result.late:
        console.print(f"[yellow]{late(item)}[/]", highlight=False)
    console.print(_ladder(result, bank))
    if said := plan(result.plan):
        console.print(f"本批次{said}", highlight=False)
    console.print(_points(result, bank))
    console.print(_holdings(result, bank))


def _called(bank: Participant) -> str:
    before = f"原{bank.predecessors}，" if bank.predecessors else ""
    return f"{before}{bank.institution}，{ROLES[bank.role]}"


def _ladder(result: RunResult, bank: Participant) -> Table:
    """From T to what moves, one rung a line: score → share → raw → bounded → rounded (beyond 2)."""
    table = Table(title="额度从何而来", show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    table.add_row("总量 T", fmt_yuan(result.total), result.derivation)
    table.add_row("先行列支", fmt_yuan(result.set_aside), "政策性银行、一事一议、不参加分配的存量")
    table.add_row("可分配总量 T′", fmt_yuan(result.distributable), "总量 − 先行列支")
    for rung in _shared(result, bank) if bank.role == "commercial" else _aside(bank):
        table.add_row(*rung)
    if bank.true_up_left:
        table.add_row("补差结转", fmt_yuan(bank.true_up_left), "因上下限没有落实的补差，下季计入")
    table.add_row("现存", fmt_yuan(bank.current), "基准日余额，加此后已执行的划转")
    table.add_row("调整", fmt_yuan(bank.delta), bank.remark)
    return table


def _shared(result: RunResult, bank: Participant) -> Iterator[tuple[str, str, str]]:
    """The rungs of a bank that takes part, with the constraint that holds it and by whose word."""
    yield "① 总得分", f"{bank.score:.4f}", f"第 {bank.rank} 名" if bank.rank else ""
    yield "② 分配比例", f"{bank.share:.6%}", "得分 ÷ 参加分配各行得分之和"
    if bank.stated:
        yield "　 规定额", fmt_yuan(bank.stated), "基数、名次定额、加减的存款额，不随得分变动"
    if bank.weight != bank.score:
        yield "　 权数", plain(bank.weight), "按办法代替得分参加分配的数"
    yield "③ 按比例", fmt_yuan(bank.raw_target), "不计上下限时的额度"
    yield "　 下限", fmt_yuan(bank.floor), "不调整存量" if bank.floor == bank.rigid else "最低额度"
    yield "　 上限", "不设" if bank.cap is None else fmt_yuan(bank.cap), ""
    yield "④ 有界", fmt_yuan(bank.bounded_target), _held_by(bank)
    change = bank.target - bank.bounded_target
    yield "⑤ 应存额度", fmt_yuan(bank.target), f"取整 {change:+,.2f} 元：最大余数法，末位到分" if change else "无须取整"


def _aside(bank: Participant) -> Iterator[tuple[str, str, str]]:
    """The rungs of a bank whose amount comes before all shares."""
    yield "不调整存量", fmt_yuan(bank.rigid), "计入总量"
    yield "应存额度", fmt_yuan(bank.target), _held_by(bank)


def _held_by(bank: Participant) -> str:
    """The binding constraint with the decision and the clause: `起作用的约束：集中度上限（第八条）`."""
    ground = "；".join(filter(None, (bank.decision, bank.clause)))
    return f"起作用的约束：{BINDINGS[bank.binding]}" + (f"（{ground}）" if ground else "")


def _points(result: RunResult, bank: Participant) -> Tree:
    tree = Tree("得分明细")
    names = {item.indicator: item for item in result.indicators}
    for point in (item for item in result.points if item.institution == bank.institution):
        indicator = names[point.indicator]
        note = f"（{'；'.join(filter(None, (point.basis, point.flag)))}）" if point.basis or point.flag else ""
        branch = tree.add(
            f"{escape(indicator.name)}  {point.points:.4f} / {plain(indicator.full_points)} 分  "
            f"值 {_value(indicator, point.value)}{escape(note)}  [dim]{escape(indicator.clause)}[/]"
        )
        for source in result.sources:
            if (source.indicator, source.institution) == (point.indicator, bank.institution):
                branch.add(_source(source))
    return tree


def _value(indicator: Indicator, value: Decimal) -> str:
    if indicator.ratio:
        return percent(value)
    return f"{fmt_yuan(value)} 元" if indicator.money else plain(value)


def _source(source: Source) -> str:
    if source.side == "event":
        done = f"{source.as_of} 完成，{'按时' if source.value else '逾期'}" if source.as_of else "未完成"
        return f"{escape(source.part)} 应于 {source.window_from} 完成，{done} ← {escape(str(source.place))}"
    part = f" {source.part}" if source.part else ""
    unit = f" {source.unit}" if source.unit else ""
    read = f"{escape(source.title)}{escape(part)}：原文“{escape(source.text)}{unit}”{escape(source.correction)}"
    return f"{read} ← {escape(str(source.place))}"


def _holdings(result: RunResult, bank: Participant) -> Table:
    table = Table(title="账户余额", caption="金额：万元")
    for heading in ("账户", "所有者", "资金类别", "余额", "可调整", "依据", "出处"):
        table.add_column(heading, justify="right" if heading == "余额" else "left")
    for item in result.holdings:
        if item.institution == bank.institution:
            moves = "可划转" if item.available else ("未到期" if item.adjustable else "不调整")
            table.add_row(
                item.account,
                item.owner,
                item.fund_category_name,
                wan(item.balance),
                moves,
                item.basis,
                " ".join(filter(None, (str(item.place), item.correction))),
            )
    return table


def to_json(explanation: Explanation) -> str:
    """The same as one JSON object; numbers are decimal strings, money in yuan."""
    result, bank = explanation.result, explanation.participant
    mine = [item for item in result.points if item.institution == bank.institution]
    content = {
        "run": {"id": result.run_id, "region": result.region, "period": str(result.period), "status": result.status},
        "institution": bank.institution,
        "role": bank.role,
        "reason": bank.reason,
        "ladder": {
            "total": money(result.total),
            "distributable": money(result.distributable),
            "score": plain(bank.score),
            "share": plain(bank.share),
            "true_up": money(bank.true_up),
            "true_up_left": money(bank.true_up_left),
            "raw": plain(bank.raw_target),
            "bounded": plain(bank.bounded_target),
            "stated": money(bank.stated),
            "weight": plain(bank.weight),
            "floor": money(bank.floor),
            "cap": None if bank.cap is None else money(bank.cap),
            "binding": bank.binding,
            "binding_name": BINDINGS[bank.binding],
            "decision": bank.decision,
            "clause": bank.clause,
            "rigid": money(bank.rigid),
            "rounding": plain(bank.target - bank.bounded_target),
            "target": money(bank.target),
            "current": money(bank.current),
            "delta": money(bank.delta),
        },
        "plan": planned(result.plan),
        "points": [
            {
                "indicator": point.indicator,
                "value": plain(point.value),
                "points": plain(point.points),
                "flag": point.flag,
                "inputs": [
                    {
                        "measure": source.measure,
                        "text": source.text,
                        "unit": source.unit,
                        "correction": source.correction,
                        "value": plain(source.value),
                        "file": source.place.file,
                        "sheet": source.place.sheet,
                        "cell": source.place.cell,
                    }
                    for source in result.sources
                    if (source.indicator, source.institution) == (point.indicator, bank.institution)
                ],
            }
            for point in mine
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=2)
