"""Reconcile: what two sources say of the same money is held together before it is evaluated (design §1, N16)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from cunfang.finding import Finding, Klass
from cunfang.money import fmt_yuan
from cunfang.period import Period
from cunfang.quality.suite import EXPECTATIONS
from cunfang.quality.ties import Tie, ties
from cunfang.warehouse.sql import rows, run


def reconcile(connection: Connection, region: str, period: Period, folder: Path = EXPECTATIONS) -> list[Finding]:
    """The ties of `folder` that do not hold between what stands for `region` in `period`, as macro findings.

    A side that was not delivered is no fault: banks' returns are asked for, not required.
    """
    judged = {tie.check: tie for tie in ties(folder) if tie.holds(period)}
    place = {"region": region, "period": str(period)}
    run(connection, "eval/03_figures.sql", {**place, "as_of": period.end})
    listed = json.dumps([_row(tie) for tie in judged.values()])
    broken = rows(connection, "eval/04_ties.sql", {**place, "ties": listed})
    connection.execute(text("DROP TABLE figure"))
    return [_finding(judged[row["check_id"]], row, period) for row in broken]


def _row(tie: Tie) -> dict[str, str]:
    return {
        "check_id": tie.check,
        "left_name": tie.left,
        "relation": tie.relation,
        "right_name": tie.right,
        "tolerance": str(tie.tolerance),
        "relative": str(tie.relative),
    }


def _finding(tie: Tie, row: dict[str, Any], period: Period) -> Finding:
    """`file`, `sheet` and `cell` are those of the left side, which the message names together with the right one."""
    left, right = row["left_value"], row["right_value"]
    facts = {
        "institution": row["institution_name"],
        "subject": row["subject"],
        "as_of": period.end,
        "left": fmt_yuan(left),
        "right": "" if right is None else fmt_yuan(right),
        "difference": "" if right is None else fmt_yuan(abs(left - right)),
        "left_place": row["left_place"],
        "right_place": row["right_place"],
    }
    return Finding(
        tie.check,
        Klass.MACRO,
        tie.message.format_map(facts),
        tie.advice.format_map(facts),
        file=row["file_name"] or "",
        sheet=row["sheet"] or "",
        cell=row["cell"] or "",
        column=row["column_name"] or "",
    )
