"""Service: timeliness of transfers, and outlets (feeds `timeliness_events`, `indicators`; S08, N12). Made up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from dawu import calendar
from dawu.banks import present
from dawu.table import Table

TIMELINESS_COLUMNS: Final = "event kind institution issued_at due_at done_at amount leg"
INDICATOR_COLUMNS: Final = "institution measure as_of value unit"
COMMERCIAL: Final = ("ICBC", "ABC", "BOC", "CCB", "PSBC", "DWRCB")
ADJUSTED: Final = ("ABC", "BOC", "CCB")
FEN: Final = Decimal("0.01")
LATE: Final = {(1, "BOC", "nontax_transfer"): 1, (2, "CCB", "dispatch"): 3, (3, "PSBC", "nontax_transfer"): 2,
               (4, "CCB", "dispatch"): 5, (4, "PSBC", "nontax_transfer"): 2, (4, "ABC", "adjustment"): 1}  # fmt: skip
"""(quarter, bank, kind) → working days beyond the due day."""

NEVER_DONE: Final = (4, "BOC", "dispatch")


@dataclass(frozen=True)
class Kind:
    """A kind of event: about which day of the quarter it is issued, working days allowed, amounts in 万元."""

    code: str
    day: int
    allowed: int
    least: int
    most: int


KINDS: Final = (
    Kind("nontax_transfer", 20, 1, 60, 480),
    Kind("dispatch", 45, 2, 300, 1800),
    Kind("adjustment", 33, 3, 500, 2600),
)


def timeliness(quarter: int) -> Table:
    """What each bank was asked to do in the quarter and when it did it; adjustments are those of the quarter before."""
    lines = enumerate(_lines(quarter), start=1)
    return Table.of(TIMELINESS_COLUMNS, ((f"SJ{calendar.YEAR}Q{quarter}-{n:03d}", *line) for n, line in lines))


def _lines(quarter: int) -> Iterator[tuple[str | Decimal | date | None, ...]]:
    dice = calendar.dice(f"timeliness/{quarter}")
    for kind in KINDS:
        banks = COMMERCIAL if kind.code != "adjustment" else ADJUSTED if quarter > 1 else ()
        for n, bank in enumerate(banks, start=1):
            issued = calendar.add_workdays(calendar.start(quarter) + timedelta(days=kind.day), dice.randint(1, 5))
            due = calendar.add_workdays(issued, kind.allowed)
            key = (quarter, bank, kind.code)
            on_time = calendar.add_workdays(issued, dice.randint(0, kind.allowed))
            done = calendar.add_workdays(due, LATE[key]) if key in LATE else on_time
            yield (
                kind.code, bank, issued,
                None if kind.code == "nontax_transfer" else due,
                None if key == NEVER_DONE else done,
                (Decimal(dice.randint(kind.least * 1_000_000, kind.most * 1_000_000)) / 100).quantize(FEN),
                f"SL{calendar.period(quarter - 1)}-{n:02d}" if kind.code == "adjustment" else None,
            )  # fmt: skip


def outlets(quarter: int) -> Table:
    """Business outlets; 43 in all, as seed 000 prints, once the new bank has opened."""
    day = calendar.end(quarter)
    return Table.of(INDICATOR_COLUMNS, ((bank.code, "outlets", day, bank.outlets, "个") for bank in present(quarter)))
