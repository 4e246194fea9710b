"""Explain: what stands and nobody has corrected or explained, as questions; and which quarters an answer touches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import Connection, Engine, text

from cunfang.feeds.contract import contracts
from cunfang.finding import Finding, Klass
from cunfang.intake.submissions import load
from cunfang.period import Period
from cunfang.warehouse import sql

EXPLANATIONS = "explanations"
CHECK = "EVA-Q001"
SHOWN = 10
"""Findings of one file that a question lists by name."""


@dataclass(frozen=True)
class Unexplained:
    """A quality or macro finding without a reason. `feed` and `file` are empty for the evaluation's own.

    `outdated`: there is a reason, but for a finding that read otherwise.
    """

    feed: str
    check: str
    file: str
    place: str
    message: str
    outdated: bool


def unexplained(connection: Connection, region: str, period: Period, run_id: int | None = None) -> list[Unexplained]:
    """Findings of what stands for `period`, and of the run `run_id`, that ask for a reason; by feed and file."""
    rows = sql.rows(connection, "core/unexplained.sql", {"region": region, "period": str(period), "run_id": run_id})
    return [
        Unexplained(
            row["feed"],
            row["check_id"],
            row["file_name"],
            " › ".join(part for part in (row["sheet"], row["cell"] or row["column_name"]) if part),
            row["message"],
            row["is_outdated"],
        )
        for row in rows
    ]


def questions(region: str, period: Period, found: Iterable[Unexplained]) -> list[Finding]:
    """One question per file, with the check numbers, the cells, and how to answer."""
    return [
        _question(region, period, list(group)) for _, group in groupby(found, key=lambda item: (item.feed, item.file))
    ]


def _question(region: str, period: Period, found: Sequence[Unexplained]) -> Finding:
    first = found[0]
    known = contracts().get(first.feed)
    whose = f"{known.name if known else first.feed}（{first.feed}）" if first.feed else "考核"
    listed = "；".join(
        " ".join(part for part in (item.check, item.place, item.message.rstrip("。"), _changed(item)) if part)
        for item in found[:SHOWN]
    )
    more = f"；另有 {len(found) - SHOWN} 处" if len(found) > SHOWN else ""
    checks = "、".join(dict.fromkeys(item.check for item in found))
    command = f"cunfang answer --region {region} --period {period}" + (f" --feed {first.feed}" if first.feed else "")
    correct = "请核对：有错的，更正后重新报送；无误的，" if first.feed else "请核对；无误的，"
    advice = (
        f"{correct}写明理由：填“校验说明”表，放入 收件箱/{region}/{period}/{EXPLANATIONS}/，"
        f"或用 {command} --check {first.check} --reason 理由 --by 岗位"
    )
    message = f"{whose}有 {len(found)} 处发现没有更正，也没有说明（{checks}）：{listed}{more}"
    return Finding(CHECK, Klass.QUALITY, message, advice, file=first.file)


def _changed(item: Unexplained) -> str:
    return "（已有的说明针对的是另一数值，请重新说明）" if item.outdated else ""


def explained_periods(engine: Engine, submission_id: int) -> list[tuple[str, str]]:
    """Region and period of each delivered quarter that a submission of explanations speaks of; none for other feeds."""
    with engine.connect() as connection:
        submission = load(connection, submission_id)
        if submission.feed != EXPLANATIONS:
            return []
        spoken = text("""
            SELECT DISTINCT s.region, s.period
            FROM core.explanation_given AS g
            INNER JOIN raw.submission AS s ON g.region = s.region AND s.period BETWEEN g.period AND g.valid_until
            WHERE g.submission_id = :id
            ORDER BY s.region, s.period
        """)
        return [(row.region, row.period) for row in connection.execute(spoken, {"id": submission_id})]
