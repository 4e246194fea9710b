"""Waived quarters (暂停考核的考核期): no run, and a row that says so; the shares published last stay in force (S14)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text

from cunfang.period import Period
from cunfang.warehouse.sql import rows


@dataclass(frozen=True)
class Waiver:
    """The decision by which a quarter is not evaluated, and the published run whose shares stay in force, if any."""

    region: str
    period: Period
    decision: str
    reason: str
    decided_on: date
    submission_id: int
    record_no: int
    run_in_force: int | None
    in_force_period: str | None

    @property
    def stays(self) -> str:
        """What is in force meanwhile."""
        if self.run_in_force:
            return f"沿用 {self.in_force_period} 公布的分配（批次 {self.run_in_force}）"
        return "此前没有公布过的分配，各行存款维持不变"

    @property
    def message(self) -> str:
        """What is said of it."""
        return (
            f"{self.region} {self.period} 按决定 {self.decision} 暂停考核，{self.stays}；各项报送照常，供以后各期使用"
        )


class WaivedError(Exception):
    """An official evaluation was asked for a quarter that is waived; nothing was computed."""

    def __init__(self, waiver: Waiver) -> None:
        super().__init__(waiver.message)
        self.waiver = waiver


def waived(connection: Connection, region: str, period: Period) -> Waiver | None:
    """The decision in the standing registers that waives the quarter; None where none does.

    A quarter whose result is published is not waived any more, whatever a register says.
    """
    asked = {"region": region, "period": str(period), "last_day": period.end}
    found = rows(connection, "core/waiver.sql", asked)
    return Waiver(region, period, **found[0]) if found else None


def note(connection: Connection, waiver: Waiver) -> bool:
    """Keep that the quarter was waived, once per decision; False where it is kept already. In the audit chain."""
    kept = connection.execute(
        text("""
            INSERT INTO ops.waiver (region, period, decision, submission_id, record_no, run_in_force)
            VALUES (:region, :period, :decision, :submission_id, :record_no, :run_in_force)
            ON CONFLICT (region, period, decision) DO NOTHING RETURNING waiver_id
        """),
        {
            "region": waiver.region,
            "period": str(waiver.period),
            "decision": waiver.decision,
            "submission_id": waiver.submission_id,
            "record_no": waiver.record_no,
            "run_in_force": waiver.run_in_force,
        },
    )
    return kept.one_or_none() is not None
