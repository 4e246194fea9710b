"""What a run made of a county, in the sections and by the names that a situation uses."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, text

from cunfang.finding import Finding
from cunfang.simulation.situation import NONE, WORDS, Place


@dataclass(frozen=True)
class Outcome:
    """Numbers (yuan, ratios, points; None where there is none) and words by place, and what was noted."""

    numbers: dict[Place, Decimal | None]
    words: dict[Place, str]
    noted: tuple[Finding, ...] = ()


_NUMBERS = {
    "values": "SELECT indicator, institution, value FROM eval.indicator_value WHERE run_id = :run",
    "points": "SELECT indicator, institution, points FROM eval.points WHERE run_id = :run",
    "score": "SELECT institution, score FROM eval.score WHERE run_id = :run",
    "share": "SELECT institution, share FROM eval.score WHERE run_id = :run",
    "rank": "SELECT institution, rank FROM eval.score WHERE run_id = :run",
    "target": "SELECT institution, target FROM eval.allocation WHERE run_id = :run",
    "supplement": "SELECT institution, sum(amount) FROM eval.supplement WHERE run_id = :run GROUP BY institution",
    "support": "SELECT institution, amount FROM eval.policy_support WHERE run_id = :run",
}
_WORDS = {
    "classes": "SELECT indicator, institution, class FROM eval.indicator_value WHERE run_id = :run",
    "flags": """
        SELECT v.indicator, v.institution, concat_ws('；', nullif(v.flag, ''), nullif(p.flag, ''))
        FROM eval.indicator_value AS v
        LEFT JOIN eval.points AS p USING (run_id, indicator, institution)
        WHERE v.run_id = :run
    """,
    "roles": "SELECT institution, role FROM eval.participant WHERE run_id = :run",
    "excluded": "SELECT institution, reason FROM eval.participant WHERE run_id = :run AND role <> 'commercial'",
}
# A group of indicators has the points of its leaves.
_GROUPS = """
    WITH RECURSIVE below AS (
        SELECT i.indicator AS top, i.indicator
        FROM eval.run AS r
        INNER JOIN eval.indicator AS i USING (rulebook_id)
        WHERE r.run_id = :run AND NOT i.leaf
        UNION ALL
        SELECT b.top, i.indicator
        FROM below AS b
        INNER JOIN eval.run AS r ON r.run_id = :run
        INNER JOIN eval.indicator AS i ON r.rulebook_id = i.rulebook_id AND b.indicator = i.parent
    )
    SELECT b.top, p.institution, sum(p.points)
    FROM below AS b
    INNER JOIN eval.points AS p ON p.run_id = :run AND b.indicator = p.indicator
    GROUP BY b.top, p.institution
"""
_FALLING = "SELECT year, institution, falling FROM eval.four_falling WHERE run_id = :run"


def outcome(connection: Connection, run_id: int, noted: list[Finding]) -> Outcome:
    """Everything of the run that a situation can speak of."""

    def rows(query: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in connection.execute(text(query), {"run": run_id})]

    numbers: dict[Place, Decimal | None] = {}
    for section, query in (*_NUMBERS.items(), ("points", _GROUPS)):
        for *place, value in rows(query):
            numbers[(section, *place)] = None if value is None else Decimal(value)
    words: dict[Place, str] = {}
    for section, query in _WORDS.items():
        words |= {(section, *place): word or "" for *place, word in rows(query)}
    for year, bank, falling in rows(_FALLING):
        words["falling", str(year), bank] = WORDS[falling]
    return Outcome(defaultdict(lambda: None, numbers), defaultdict(lambda: NONE, words), tuple(noted))
