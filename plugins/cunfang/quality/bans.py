"""What the rows of supervisory events say of one decision must agree: a ban runs from its day (S22)."""

from __future__ import annotations

from cunfang.feeds.normalise import Scalar
from cunfang.quality.basis import Basis
from cunfang.quality.row import Row


def decided_otherwise(found: list[Row], basis: Basis) -> list[Scalar]:
    """The day that an earlier row gives for the same decision, if it is another one."""
    first: dict[Scalar, Scalar] = {}
    answer: list[Scalar] = []
    for row in found:
        decision, day = row["decision"], row["decided_on"]
        known = first.setdefault(decision, day) if decision and day else day
        answer.append(known if known != day else None)
    return answer
