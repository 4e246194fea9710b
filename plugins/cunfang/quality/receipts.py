"""What a bank's receipt is held against: the transfer that it names, as the office issued it (S13)."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from difflib import get_close_matches

from cunfang.feeds.normalise import Scalar
from cunfang.quality.basis import Basis, Transfer
from cunfang.quality.row import Row

_NOT_ISSUED = {"planned": "尚未下达", "blocked": "受阻，未下达", "cancelled": "已撤销"}
EXECUTED = "executed"


def executed_on(row: Row, basis: Basis) -> date | None:
    """The day that a receipt speaks of."""
    at = row["executed_at"]
    return at.date() if isinstance(at, datetime) else at if isinstance(at, date) else None


def unknown(row: Row, basis: Basis) -> Scalar:
    """For a code that nobody gave out, the nearest one that somebody did.

    Money that moved before the region's first order here belongs to orders on paper, whose codes nobody can look up.
    """
    if basis.ordered is None or row["leg"] is None or row["leg"] in basis.ordered.legs:
        return None
    day = executed_on(row, basis)
    if day is not None and day < basis.ordered.since:
        return None
    return (get_close_matches(str(row["leg"]), basis.ordered.legs, 1) or ["没有相近的编号"])[0]


def not_issued(row: Row, basis: Basis) -> Scalar:
    """Why a transfer is not to be made; taking note of one that was taken back since is no fault."""
    leg = _leg(row, basis)
    if leg is None or (leg.status == "cancelled" and _outcome(row) != EXECUTED):
        return None
    return _NOT_ISSUED.get(leg.status)


def of_others(row: Row, basis: Basis) -> Scalar:
    """Payer and payee of a transfer that the reporting bank has no part in."""
    leg = _leg(row, basis)
    if leg is None or row["institution"] is None or row["institution"] in leg.parties:
        return None
    return f"{leg.payer} 付给 {leg.payee or '待分配账户'}"


def amount_due(row: Row, basis: Basis) -> Scalar:
    """What the transfer amounts to in yuan, where the bank has a part in it."""
    leg = _own(row, basis)
    return leg.amount if leg else None


def issued_on(row: Row, basis: Basis) -> Scalar:
    """The day that the transfer was first issued, where the bank has a part in it."""
    leg = _own(row, basis)
    return leg.issued_on if leg else None


def doubled(found: list[Row], basis: Basis) -> list[Scalar]:
    """How often a transfer is reported with one outcome: on the second and further rows of an issued one."""
    seen: Counter[tuple[str, Scalar, str]] = Counter()
    answer: list[Scalar] = []
    for row in found:
        if _leg(row, basis) is None:
            answer.append(None)
            continue
        key = str(row["institution"]), row["leg"], _outcome(row)
        seen[key] += 1
        answer.append(seen[key] if seen[key] > 1 else None)
    return answer


def _outcome(row: Row) -> str:
    return str(row["outcome"] or EXECUTED)


def _leg(row: Row, basis: Basis) -> Transfer | None:
    return basis.ordered.legs.get(str(row["leg"])) if basis.ordered else None


def _own(row: Row, basis: Basis) -> Transfer | None:
    leg = _leg(row, basis)
    return leg if leg and row["institution"] in leg.parties else None
