"""`cunfang rulebook test`: every situation of a rule book, evaluated in a warehouse that is gone afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine

from cunfang.feeds.document import DocumentError
from cunfang.rulebook import RulebookError, read_rulebook
from cunfang.simulation.judge import Difference, judge
from cunfang.simulation.read import read_situation, situation_paths
from cunfang.warehouse import engine
from cunfang.warehouse.embedded import throwaway


@dataclass(frozen=True)
class Tried:
    """One situation and what became of it: where it differs, or why it could not be tried."""

    code: str
    path: Path
    name: str = ""
    differences: tuple[Difference, ...] = ()
    fault: str = ""

    @property
    def holds(self) -> bool:
        """Whether everything that it expects came out."""
        return not self.differences and not self.fault


def try_all(codes: Sequence[str], say: Callable[[str], None]) -> list[Tried]:
    """Every situation of `codes`, each in a transaction that is rolled back."""
    waiting = [(code, path) for code in codes for path in situation_paths(code)]
    if not waiting:
        return []
    say("准备临时数据库")
    with throwaway() as url:
        database = engine(url)
        try:
            return list(_tried(database, waiting, say))
        finally:
            database.dispose()


def _tried(database: Engine, waiting: Sequence[tuple[str, Path]], say: Callable[[str], None]) -> Iterator[Tried]:
    for number, (code, path) in enumerate(waiting, start=1):
        say(f"{number}/{len(waiting)} {code} {path.stem}")
        try:
            situation = read_situation(path)
            differences = tuple(judge(database, situation, read_rulebook(code)))
        except (DocumentError, RulebookError, ValueError) as error:
            yield Tried(code, path, fault=str(error))
        else:
            yield Tried(code, path, situation.name, differences)


def print_tried(tried: Sequence[Tried], bare: Sequence[str], console: Console) -> None:
    """A table of the situations, then what differs; `bare` are rule books without any."""
    table = Table("考核办法", "算例", "结果")
    for one in tried:
        said = "[green]✓ 相符[/]" if one.holds else f"[bold red]✗ {_count(one)}[/]"
        table.add_row(one.code, one.name or one.path.stem, said)
    if tried:
        console.print(table)
    for one in tried:
        if not one.holds:
            console.print(f"\n{one.path}", highlight=False, markup=False, soft_wrap=True)
            for line in (*(str(item) for item in one.differences), *one.fault.splitlines()):
                console.print(f"  {line}", highlight=False, markup=False, soft_wrap=True)
    failed = sum(not one.holds for one in tried)
    console.print(f"算例 {len(tried)} 个，相符 {len(tried) - failed} 个，不符 {failed} 个", highlight=False)
    if bare:
        console.print(f"没有算例的办法：{'、'.join(bare)}", highlight=False, markup=False)


def _count(one: Tried) -> str:
    return "读不通" if one.fault else f"{len(one.differences)} 处不符"


def to_json(tried: Sequence[Tried]) -> str:
    """The same as one JSON object."""
    cases = [
        {
            "rulebook": one.code,
            "file": str(one.path),
            "name": one.name,
            "holds": one.holds,
            "differences": [
                {"where": ".".join(map(str, item.place)), "expected": item.expected, "found": item.found}
                for item in one.differences
            ],
            "fault": one.fault,
        }
        for one in tried
    ]
    failed = sum(not one.holds for one in tried)
    return json.dumps({"cases": cases, "held": len(tried) - failed, "failed": failed}, ensure_ascii=False, indent=2)
