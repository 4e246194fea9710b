"""What `cunfang check` says: tables for a person, one JSON object for a program."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cunfang.cli.check import Checked
from cunfang.documents.canonical import canonical_rows
from cunfang.documents.words import KLASSES, one_line
from cunfang.finding import Finding
from cunfang.quality.suspension import NOTE


def to_json(checked: Sequence[Checked]) -> str:
    """One object for one file, a list for several; rows in canonical columns, `cells` beside them."""
    said = [_said(one) for one in checked]
    return json.dumps(said[0] if len(said) == 1 else said, ensure_ascii=False, indent=2)


def _said(checked: Checked) -> dict[str, object]:
    reading = checked.reading
    contract = checked.contract
    rows, cells = canonical_rows(contract, reading.records, checked.typed) if contract else ([], [])
    return {
        "file": str(checked.path),
        "feed": contract.feed if contract else "",
        "region": reading.region,
        "period": str(checked.period) if checked.period else "",
        "layout": reading.layout,
        "rows": rows,
        "cells": cells,
        "findings": [_finding(item) for item in checked.findings],
        "unchecked": {one.reason: list(one.checks) for one in checked.unchecked},
    }


def _finding(finding: Finding) -> dict[str, str]:
    return {
        "check": finding.check,
        "class": str(finding.klass),
        "sheet": finding.sheet,
        "cell": finding.cell,
        "column": finding.column,
        "message": finding.message,
        "advice": finding.advice,
    }


def print_checked(checked: Checked, console: Console) -> None:
    """What the file is, what is wrong in it, what was not looked at, and whether it can be delivered."""
    _say(console, _head(checked), "bold")
    if checked.findings:
        console.print(_table(checked.findings))
    for one in checked.unchecked:
        _say(console, f"未校验：{one.reason}的 {len(one.checks)} 条规则（{'、'.join(one.checks)}）", "dim")
    style, sentence = _verdict(checked)
    _say(console, sentence, style)


def _head(checked: Checked) -> str:
    contract, reading = checked.contract, checked.reading
    feed = f"{contract.name}（{contract.feed}）" if contract else "报送不明"
    period = str(checked.period) if checked.period else "考核期不明"
    layout = f"表样 {reading.layout}，" if reading.layout else ""
    return f"{checked.path.name}：{feed} {reading.region} {period}，{layout}读到 {len(reading.records)} 行"


def _table(findings: Sequence[Finding]) -> Table:
    table = Table(expand=False, show_lines=True)
    table.add_column("校验编号", no_wrap=True)
    for heading, share in (("何处", 2), ("问题", 4), ("怎么办", 4)):
        table.add_column(heading, ratio=share, overflow="fold")
    for finding in findings:
        style = "red" if finding.blocking else "yellow"
        where = " › ".join(part for part in (finding.sheet, finding.cell or finding.column) if part)
        cells = (finding.check, where or "整个文件", finding.message, finding.advice)
        table.add_row(*(Text(one_line(cell), style if cell == finding.check else "") for cell in cells))
    return table


def _verdict(checked: Checked) -> tuple[str, str]:
    blocking = sum(item.blocking for item in checked.findings)
    asked = sum(not item.blocking and item.check != NOTE for item in checked.findings)
    counts = "、".join(
        f"{KLASSES[klass]} {count}"
        for klass in KLASSES
        if (count := sum(item.klass == klass for item in checked.findings))
    )
    if blocking:
        more = f"，另有 {asked} 处须更正或说明" if asked else ""
        return "bold red", f"✗ 不能报送：{blocking} 处必须更正{more}（{counts}）。更正后请再校验一次。"
    if asked:
        return "bold yellow", f"✓ 可以报送，但有 {asked} 处须更正或说明（{counts}）。"
    return "bold green", "✓ 可以报送：已校验的规则没有发现问题。"


def _say(console: Console, sentence: str, style: str) -> None:
    console.print(Text(one_line(sentence), style))
