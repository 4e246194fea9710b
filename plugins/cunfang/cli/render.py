"""An evaluation's outcome as one JSON object, or as tables for a person."""

from __future__ import annotations

import json
from collections import defaultdict
from decimal import Decimal

from rich.console import Console

from cunfang.cli.evaluate import Outcome, Submitted
from cunfang.documents.result import RunResult, TransferPlan, Warning_
from cunfang.documents.terminal import legs_table, result_table, warning_lines
from cunfang.documents.words import plan
from cunfang.finding import Finding, Klass
from cunfang.money import FEN


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
        "legs": _legs(result, "planned", "scheduled") if result else [],
        "plan": planned(result.plan) if result else None,
        "warnings": [_warning(item) for item in outcome.warnings],
        "findings": [_finding(item) for item in (*outcome.findings, *_blocked(result))],
    }
    return json.dumps(content, ensure_ascii=False, indent=2)


def planned(found: TransferPlan | None) -> dict[str, object] | None:
    """How many transfers the run makes and what was proved of them (N10); `text` says it as the workbook does.

    They go from account to account: `legs` of the result sums those of one owner and category.
    """
    if found is None:
        return None
    return {"legs": found.legs, "lower_bound": found.lower_bound, "proved": found.proved, "text": plan(found)}


def _warning(item: Warning_) -> dict[str, str | None]:
    """Of a figure: metric, value, limit; of an event: its code, kind, severity and document; the others are null."""
    figure, event = item.figure, item.event
    return {
        "institution": item.institution,
        "metric": item.metric if figure else None,
        "value": plain(figure.value) if figure else None,
        "limit": plain(figure.limit) if figure else None,
        "limit_type": figure.type if figure else None,
        "event": event.code if event else None,
        "kind": event.kind if event else None,
        "severity": event.severity if event else None,
        "decision": event.decision if event else None,
        "until": str(event.until) if event and event.until else None,
        "as_of": str(item.as_of),
        "metric_scope": item.scope,
        "level": item.level,
        "reason": item.reason,
    }


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


def _legs(result: RunResult, *states: str) -> list[dict[str, str | None]]:
    """Legs between banks, summed over the accounts of one owner, category and first day (none: at once)."""
    summed: dict[tuple[str | None, ...], Decimal] = defaultdict(Decimal)
    for leg in result.legs:
        if leg.status in states:
            day = f"{leg.available_from}" if leg.available_from else None
            summed[leg.from_institution, leg.to_institution, leg.owner, leg.fund_category, day] += leg.amount
    keys = ("from", "to", "owner", "fund_category", "available_from")
    return [{**dict(zip(keys, pair, strict=True)), "amount": money(amount)} for pair, amount in summed.items()]


def _blocked(result: RunResult | None) -> list[Submitted]:
    """A leg without an account to receive it is no leg; it is reported, with what would free it (S03)."""
    return [
        Submitted(
            "",
            Finding(
                "EVA-M090",
                Klass.MACRO,
                f"{leg['from']} 应划往 {leg['to']} 的 {leg['amount']} 元未能安排：{leg['to']} 没有“{leg['owner']}”"
                f"同一资金类别（{leg['fund_category']}）的账户",
                "请先在收款行开立同一单位、同一资金类别的账户；系统不改道",
            ),
        )
        for leg in (_legs(result, "blocked") if result else [])
    ]


def _finding(item: Submitted) -> dict[str, str]:
    """What is wrong and what to do in one message, as a person would read it out."""
    finding = item.finding
    return {
        "check": finding.check,
        "class": str(finding.klass),
        "submission": item.submission,
        "where": finding.where,
        "message": f"{finding.message.rstrip('。')}。{finding.advice}",
    }


def print_outcome(outcome: Outcome, console: Console) -> None:
    """Scores, shares, amounts, legs, warnings and findings as tables; amounts in 万元."""
    if outcome.result is not None:
        console.print(result_table(outcome.result))
        if outcome.result.legs:
            console.print(legs_table(outcome.result))
    for line in warning_lines(outcome.warnings):
        console.print(line, highlight=False)
    _print_findings(outcome, console)


def _print_findings(outcome: Outcome, console: Console) -> None:
    if outcome.result is None:
        console.print("[bold red]考核停在以下问题：[/]")
    for item in outcome.findings:
        finding = item.finding
        style = "red" if finding.blocking else "yellow"
        console.print(f"[{style}]{finding.check}[/] {finding.message}", highlight=False)
        console.print(f"    {finding.where or item.submission}  → {finding.advice}", highlight=False, style="dim")
