"""An evaluation's outcome as one JSON object, or as tables for a person."""

from __future__ import annotations

import json
from collections import defaultdict
from decimal import Decimal

from rich.console import Console
from rich.table import Table

from cunfang.cli.evaluate import Outcome, Submitted
from cunfang.documents.result import RunResult
from cunfang.money import FEN, fmt_wan

ROLES = {"commercial": "商业银行", "policy": "政策性", "carved_out": "一事一议", "excluded": "不参加分配"}
BINDINGS = {"none": "", "floor": "不调整存量", "cap": "上限", "fixed": "列支"}


def plain(value: Decimal) -> str:
    """A number exactly, without exponent or trailing zeros."""
    written = format(value, "f")
    return written.rstrip("0").rstrip(".") if "." in written else written


def money(value: Decimal) -> str:
    """Yuan to the fen."""
    return format(value.quantize(FEN), "f")


def to_json(outcome: Outcome) -> str:
    """One object; numbers are decimal strings, money in yuan, institutions by code."""
    result = outcome.result
    content = {
        "run": {
            "region": outcome.region,
            "period": str(outcome.period),
            "rulebook": outcome.rulebook.code,
            "total": money(result.total) if result else None,
        },
        "results": _results(result) if result else [],
        "points": _points(result) if result else [],
        "legs": _legs(result, "planned") if result else [],
        "blocked": _legs(result, "blocked") if result else [],
        "warnings": [
            {
                "institution": item.institution,
                "metric": item.metric,
                "value": plain(item.value),
                "limit": plain(item.limit),
                "level": item.level,
            }
            for item in outcome.warnings
        ],
        "findings": [_finding(item) for item in outcome.findings],
    }
    return json.dumps(content, ensure_ascii=False, indent=2)


def _results(result: RunResult) -> list[dict[str, str]]:
    return [
        {
            "institution": item.institution,
            "role": item.role,
            "score": plain(item.score),
            "share": plain(item.share),
            "current": money(item.current),
            "rigid": money(item.rigid),
            "target": money(item.target),
            "delta": money(item.delta),
        }
        for item in result.participants
    ]


def _points(result: RunResult) -> list[dict[str, str]]:
    return [
        {
            "institution": item.institution,
            "indicator": item.indicator,
            "value": plain(item.value),
            "points": plain(item.points),
        }
        for item in result.points
    ]


def _legs(result: RunResult, status: str) -> list[dict[str, str]]:
    """Legs between banks, summed over the accounts of one owner and category."""
    summed: dict[tuple[str, str, str, str], Decimal] = defaultdict(Decimal)
    for leg in result.legs:
        if leg.status == status:
            summed[leg.from_institution, leg.to_institution, leg.owner, leg.fund_category] += leg.amount
    keys = ("from", "to", "owner", "fund_category")
    return [{**dict(zip(keys, pair, strict=True)), "amount": money(amount)} for pair, amount in summed.items()]


def _finding(item: Submitted) -> dict[str, str]:
    finding = item.finding
    return {
        "check": finding.check,
        "class": str(finding.klass),
        "submission": item.submission,
        "where": finding.where,
        "message": finding.message,
    }


def print_outcome(outcome: Outcome, console: Console) -> None:
    """Scores, shares, amounts, legs, warnings and findings as tables; amounts in 万元."""
    if outcome.result is not None:
        print_result(outcome.result, console)
    for item in outcome.warnings:
        said = f"{item.level}  {item.short_name} {item.metric_name} {item.value:.2%}（限值 {item.limit:.2%}）"
        console.print(said, highlight=False)
    _print_findings(outcome, console)


def print_result(result: RunResult, console: Console) -> None:
    """The run's table and its legs."""
    table = Table(title=f"{result.region_name} {result.period} · {result.rulebook.name}", caption="金额：万元")
    for heading in ("机构", "类别", "得分", "比例", "现存", "不调整", "应存", "调整", "约束"):
        table.add_column(heading, justify="left" if heading in {"机构", "类别", "约束"} else "right", no_wrap=True)
    for item in result.participants:
        scored = item.role in {"commercial", "excluded"}
        table.add_row(
            item.short_name,
            ROLES[item.role],
            f"{item.score:.4f}" if scored else "—",
            f"{item.share:.2%}" if item.role == "commercial" else "—",
            *(fmt_wan(value) for value in (item.current, item.rigid, item.target)),
            f"[{'green' if item.delta > 0 else 'red'}]{fmt_wan(item.delta)}[/]" if item.delta else "0.00",
            BINDINGS[item.binding],
        )
    table.add_section()
    current = sum((item.current for item in result.participants), Decimal(0))
    rigid = sum((item.rigid for item in result.participants), Decimal(0))
    table.add_row("合计", "", "", "", fmt_wan(current), fmt_wan(rigid), fmt_wan(result.total), "", "")
    console.print(table)
    if result.legs:
        console.print(_legs_table(result))


def _legs_table(result: RunResult) -> Table:
    table = Table(title="划转明细", caption="金额：万元；受阻的须先开户，不改道")
    for heading in ("序", "调出", "调入", "所有者", "资金类别", "金额", "状态"):
        table.add_column(heading, justify="right" if heading in {"序", "金额"} else "left", no_wrap=True)
    for leg in result.legs:
        table.add_row(
            str(leg.leg_no),
            result.short_name(leg.from_institution),
            result.short_name(leg.to_institution),
            leg.owner,
            leg.fund_category_name,
            fmt_wan(leg.amount),
            leg.reason or "待划转",
        )
    return table


def _print_findings(outcome: Outcome, console: Console) -> None:
    if outcome.result is None:
        console.print("[bold red]考核停在以下问题：[/]")
    for item in outcome.findings:
        finding = item.finding
        style = "red" if finding.blocking else "yellow"
        console.print(f"[{style}]{finding.check}[/] {finding.message}", highlight=False)
        console.print(f"    {finding.where or item.submission}  → {finding.advice}", highlight=False, style="dim")
