"""Run the measurements and write their parts of the report: medians, ratios, and what they were measured on."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import typer

from bench import gate, inbox, parse, placing, quarter, reading, scoring
from bench.measure import Row

REPORT = Path(__file__).with_name("report.md")
MEASUREMENTS: dict[str, Callable[[int], list[Row]]] = {
    "parse": parse.measure,
    "gate": gate.measure,
    "inbox": inbox.measure,
    "quarter": quarter.measure,
    "reading": reading.measure,
    "scoring": scoring.measure,
    "placing": placing.measure,
}


def main(
    only: list[str] = typer.Option(list(MEASUREMENTS), help="Which measurements"),  # noqa: B008
    rounds: int = typer.Option(3, min=1, help="Rounds per measurement; the medians are reported"),
) -> None:
    """Measure; ours and the peer take turns within each round. The report keeps what was not measured this time."""
    sections = _sections(REPORT.read_text(encoding="utf-8") if REPORT.exists() else "")
    for name in only:
        sections[name] = _section(MEASUREMENTS[name](rounds), rounds)
        sys.stdout.write(f"## {name}\n\n{sections[name]}\n\n")
    body = "\n\n".join(f"## {name}\n\n{sections[name]}" for name in MEASUREMENTS if name in sections)
    REPORT.write_text(f"# Bench\n\n{body}\n", encoding="utf-8")


def _section(rows: list[Row], rounds: int) -> str:
    lines = [
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {os.cpu_count()} cores, "
        f"Airflow {version('apache-airflow')}; medians of {rounds} rounds, ours and the peer in turn.",
        "",
        "| what | ours | peer | peer is | ratio | goal |",
        "|---|---:|---:|---|---:|---:|",
        *(row.line() for row in rows),
    ]
    return "\n".join(lines)


def _sections(report: str) -> dict[str, str]:
    """Measurement → its part of an earlier report."""
    parts = (part.partition("\n") for part in f"\n{report}".split("\n## ")[1:])
    return {name.strip(): text.strip() for name, _, text in parts}


if __name__ == "__main__":
    typer.run(main)
