"""Run every measurement and write the report: medians, ratios, and what they were measured on."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import typer

from bench import gate, inbox, parse, quarter, reading
from bench.measure import Row

REPORT = Path(__file__).with_name("report.md")
MEASUREMENTS: dict[str, Callable[[int], list[Row]]] = {
    "parse": parse.measure,
    "gate": gate.measure,
    "inbox": inbox.measure,
    "quarter": quarter.measure,
    "reading": reading.measure,
}


def main(
    only: list[str] = typer.Option(list(MEASUREMENTS), help="Which measurements"),  # noqa: B008
    rounds: int = typer.Option(3, min=1, help="Rounds per measurement; the medians are reported"),
) -> None:
    """Measure; ours and the peer take turns within each round."""
    rows = [row for name in only for row in MEASUREMENTS[name](rounds)]
    lines = [
        "# Bench",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {os.cpu_count()} cores, "
        f"Airflow {version('apache-airflow')}; medians of {rounds} rounds, ours and the peer in turn.",
        "",
        "| what | ours | peer | peer is | ratio | goal |",
        "|---|---:|---:|---|---:|---:|",
        *(row.line() for row in rows),
        "",
    ]
    sys.stdout.write("\n".join(lines))
    if set(only) == set(MEASUREMENTS):
        REPORT.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
