"""Options that commands share, how a command ends, and where it prints."""

from __future__ import annotations

import sys
from enum import IntEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from cunfang.period import Period


class Exit(IntEnum):
    """0 done, 2 wrong usage or unreadable input, 3 stopped by findings."""

    DONE = 0
    USAGE = 2
    STOPPED = 3


def parse_period(value: str) -> Period:
    """`2025-Q4`; anything else is wrong usage."""
    try:
        return Period.parse(value)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def _region(value: str) -> str:
    if not (len(value) == 6 and value.isdecimal() and value.isascii()):
        raise typer.BadParameter(f"行政区划代码 {value!r} 应为六位数字，如 420922")
    return value


RegionOption = Annotated[str, typer.Option(callback=_region, help="行政区划代码，如 420922")]
PeriodOption = Annotated[Period, typer.Option(parser=parse_period, metavar="YYYY-Qn", help="考核期，如 2025-Q4")]
JsonOption = Annotated[bool, typer.Option("--json", help="只输出一个 JSON 对象")]
InboxOption = Annotated[
    Path, typer.Option(exists=True, file_okay=False, help="收件箱：其下为 <地区>/<考核期>/<报送>/<文件>")
]


def _optional_region(value: str | None) -> str | None:
    return _region(value) if value is not None else None


OptionalRegion = Annotated[
    str | None, typer.Option("--region", callback=_optional_region, help="行政区划代码，如 420922")
]
OptionalPeriod = Annotated[
    Period | None,
    typer.Option("--period", parser=parse_period, metavar="YYYY-Qn", help="考核期，如 2025-Q4"),
]


def console() -> Console:
    """Standard output; into a file or a pipe the tables keep a width that holds them."""
    return Console() if sys.stdout.isatty() else Console(width=132)


def fail(message: str, code: Exit) -> NoReturn:
    """Say what is wrong on stderr and end with `code`."""
    Console(stderr=True).print(f"[bold red]✗[/] {message}", highlight=False)
    raise typer.Exit(code)
