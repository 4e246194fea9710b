"""What `cunfang rulebook` prints: findings, the whole text part by part, differences; as tables or one JSON object."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cunfang.period import Period
from cunfang.rulebook.flaw import LANGUAGES, Flaw, Lang
from cunfang.rulebook.inherit import FOLDER, Resolved, codes_on_hand, resolve
from cunfang.rulebook.rules import Known
from cunfang.rulebook.show import Change, Part, label, parts
from cunfang.rulebook.source import UnreadableError

_LEVELS = {
    "zh": {"error": "[bold red]错误[/]", "warning": "[yellow]警告[/]", "note": "[cyan]提示[/]"},
    "en": {"error": "[bold red]error[/]", "warning": "[yellow]warning[/]", "note": "[cyan]note[/]"},
}
_ORIGINS = {"stated": "原文", "derived": "推算", "ours": "我方", "": ""}
_STATED = ("name", "document", "effective_from", "effective_to", "parent")
_SCHEMES = {"policy": "（政策性银行）", "index": "（指数）"}
_KINDS = {"added": "[green]增加[/]", "changed": "[yellow]改动[/]", "removed": "[red]去掉[/]"}


class KnownError(Exception):
    """There is no run to take the banks' figures from."""


def known_of(region: str | None, period: Period | None, banks: int | None) -> Known:
    """What is known of the banks: how many take part and, of a quarter, what each keeps, from its newest run."""
    if region is None or period is None:
        return Known(banks=banks)
    from sqlalchemy import text

    from cunfang.cli.warehouse import WarehouseError, warehouse_url
    from cunfang.documents.loading import load_result
    from cunfang.warehouse import engine

    newest = text("""
        SELECT run_id FROM eval.run_state
        WHERE region = :region AND period = :period AND purpose = 'official'
        ORDER BY status = 'published' DESC, run_id DESC
        LIMIT 1
    """)
    try:
        with warehouse_url() as url, engine(url).connect() as connection:
            found = connection.scalar(newest, {"region": region, "period": str(period)})
            if found is None:
                raise KnownError(f"{region} {period} 没有考核批次，无从得知各行的不调整存量")
            result = load_result(connection, int(found))
    except WarehouseError as error:
        raise KnownError(str(error)) from error
    taking_part = [one for one in result.participants if one.role == "commercial"]
    total = sum((one.current for one in result.participants), Decimal(0))
    rigid = {one.short_name: one.rigid for one in taking_part}
    return Known(banks=banks or len(taking_part), total=total, rigid=rigid)


@dataclass(frozen=True)
class Listed:
    """A rule book as the list has it; `fault` where its file cannot be read."""

    code: str
    name: str = ""
    document: str = ""
    scheme: str = "commercial"
    effective_from: str = ""
    effective_to: str = ""
    parent: str = ""
    regions: tuple[str, ...] = ()
    abstract: bool = False
    fault: str = ""


def listed(folder: Path = FOLDER) -> list[Listed]:
    """Every rule book on hand."""
    return [_listed(code, folder) for code in codes_on_hand(folder)]


def _listed(code: str, folder: Path) -> Listed:
    try:
        book = resolve(code, folder)
    except UnreadableError as error:
        return Listed(code, fault=str(error).splitlines()[0])
    content = book.content.plain()
    said = {key: str(content.get(key) or "") for key in _STATED}
    regions = content.get("regions") or ()
    named = tuple(map(str, regions)) if isinstance(regions, list) else ()
    scheme = str(content.get("scheme", "commercial"))
    return Listed(code, **said, scheme=scheme, regions=named, abstract=book.abstract)


def listing_json(found: Sequence[Listed]) -> str:
    """The list as one object."""
    return _json({"rulebooks": [{**vars(one), "regions": list(one.regions)} for one in found]})


def print_listing(found: Sequence[Listed], console: Console) -> None:
    """The list as a table."""
    table = Table(box=None, header_style="bold")
    for heading in ("代码", "名称", "有效期", "上级办法", "适用地区"):
        table.add_column(heading, overflow="fold")
    for one in found:
        if one.fault:
            table.add_row(one.code, f"[red]{escape(one.fault)}[/]", "", "", "")
            continue
        kind = {"policy": "（政策性银行）", "index": "（指数）"}.get(one.scheme, "") + (
            "（底本）" if one.abstract else ""
        )
        held = f"{one.effective_from} 至 {one.effective_to}" if one.effective_to else f"{one.effective_from} 起"
        table.add_row(one.code, escape(one.name) + kind, held, one.parent, "、".join(one.regions))
    console.print(table)


def lint_json(found: Mapping[str, Sequence[Flaw]]) -> str:
    """Findings as one object, in both languages."""
    return _json({"rulebooks": {code: [_flaw(flaw) for flaw in flaws] for code, flaws in found.items()}})


def _flaw(flaw: Flaw) -> dict[str, object]:
    place = {"file": flaw.file, "line": flaw.line, "key": flaw.key}
    said = {str(lang): {"what": flaw.what(lang), "do": flaw.do(lang)} for lang in LANGUAGES}
    return {"rule": flaw.rule, "level": flaw.level, **place, **said}


def print_lint(found: Mapping[str, Sequence[Flaw]], lang: Lang, console: Console) -> None:
    """Findings by rule book: level, number, place, what is wrong, what to do."""
    for code, flaws in found.items():
        console.print(f"[bold]{escape(code)}[/]  {_summary(flaws, lang)}", highlight=False)
        for flaw in flaws:
            level = _LEVELS[lang][flaw.level]
            console.print(f"  {level} {flaw.rule}  {escape(_place(flaw, lang))}", highlight=False, soft_wrap=True)
            console.print(f"      {escape(flaw.what(lang))}", highlight=False, soft_wrap=True)
            console.print(f"      [dim]→ {escape(flaw.do(lang))}[/]", highlight=False, soft_wrap=True)


def _place(flaw: Flaw, lang: Lang) -> str:
    file = Path(flaw.file)
    shown = f"{file.parent.name}/{file.name}" if flaw.file else ""
    at = {"zh": f"第 {flaw.line} 行", "en": f"line {flaw.line}"}[lang] if flaw.line else ""
    return " ".join(part for part in (shown, at, flaw.key) if part)


def _summary(flaws: Sequence[Flaw], lang: Lang) -> str:
    if not flaws:
        return "[green]✓ 没有问题[/]" if lang == "zh" else "[green]✓ clean[/]"
    count = {level: sum(flaw.level == level for flaw in flaws) for level in ("error", "warning", "note")}
    return "  ".join(f"{_LEVELS[lang][level]} {number}" for level, number in count.items() if number)


def _part(part: Part | None) -> dict[str, object] | None:
    return None if part is None else {key: value for key, value in vars(part).items() if key != "path"}


def show_json(book: Resolved) -> str:
    """The whole as one object: each part by its path."""
    whole = {part.path: _part(part) for part in parts(book)}
    return _json({"code": book.code, "descent": [one.book for one in book.descent], "parts": whole})


def print_parts(book: Resolved, found: Sequence[Part], console: Console) -> None:
    """The whole as a table, a part to a row."""
    chain = " ← ".join(one.book for one in book.descent)
    console.print(f"[bold]{escape(book.code)}[/]  {escape(chain)}", highlight=False)
    table = Table(box=None, header_style="bold")
    for heading in ("项", "值", "条款", "出处", "来自"):
        table.add_column(heading, overflow="fold")
    for part in found:
        place = f"{part.book}:{part.line}" if part.line else part.book
        table.add_row(
            escape(label(book, part.path)), escape(part.value), escape(part.clause), _ORIGINS[part.origin], place
        )
    console.print(table)


def diff_json(before: Resolved, after: Resolved, found: Sequence[Change]) -> str:
    """The differences as one object."""
    listed_ = [
        {"path": one.path, "kind": one.kind, "before": _part(one.before), "after": _part(one.after)} for one in found
    ]
    return _json({"code": after.code, "against": before.code, "changes": listed_})


def print_changes(before: Resolved, after: Resolved, found: Sequence[Change], console: Console) -> None:
    """The differences as a table, both values with their clauses."""
    head = f"[bold]{escape(after.code)}[/] 比 [bold]{escape(before.code)}[/]：{len(found)} 处不同"
    console.print(head, highlight=False)
    table = Table(box=None, header_style="bold")
    for heading in ("", "项", before.code, after.code):
        table.add_column(heading, overflow="fold")
    for one in found:
        place = label(before if one.after is None else after, one.path)
        table.add_row(_KINDS[one.kind], escape(place), _said(one.before), _said(one.after))
    if found:
        console.print(table)


def _said(part: Part | None) -> str:
    if part is None:
        return "—"
    clause = f"\n[dim]{escape(part.clause)}（{_ORIGINS[part.origin]}）[/]" if part.clause else ""
    return escape(part.value) + clause


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2)
