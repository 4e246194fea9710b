"""Where a delivery stands, in a sentence that its provider understands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, Engine, text

from cunfang.intake.deciding import receipt
from cunfang.intake.submissions import Submission, load

Word = Literal["registered", "read", "checked", "accepted", "rejected", "superseded"]


@dataclass(frozen=True)
class State:
    """`receipt` is the receipt number of a delivery that was accepted, be it superseded since; else empty."""

    submission_id: int
    word: Word
    sentence: str
    receipt: str = ""


def state(engine: Engine, submission_id: int) -> State:
    """Where the delivery stands now; an unknown number is a LookupError."""
    with engine.connect() as connection:
        return _state(connection, load(connection, submission_id))


def _state(connection: Connection, one: Submission) -> State:
    what = f"{one.contract.name}（{one.file_name}）{one.period} 第 {one.sequence} 次报送"
    match one.status:
        case "registered":
            return State(one.submission_id, "registered", f"{what}已收到并登记，等待读取；无须操作。")
        case "read":
            return State(one.submission_id, "read", f"{what}已读取，等待校验；所引用的名册齐备后自动校验。")
        case "checked":
            return State(one.submission_id, "checked", f"{what}已校验，等待决定是否接受；无须操作。")
        case "rejected":
            return State(
                one.submission_id, "rejected", f"{one.contract.name}（{one.file_name}）{one.period} {one.detail}"
            )
    number = receipt(one)
    newer = _newer(connection, one)
    if newer is not None:
        by = f"已由第 {newer.sequence} 次报送（回执号 {receipt(newer)}）替代，以后者为准"
        return State(one.submission_id, "superseded", f"{what}曾被接受（回执号 {number}），{by}。", number)
    return State(one.submission_id, "accepted", f"{what}已接受，回执号 {number}。{_open(connection, one)}", number)


def _newer(connection: Connection, one: Submission) -> Submission | None:
    """The accepted version that replaced this one; none where each file counts, or where a file may hold a part."""
    if one.contract.several:
        return None
    standing = text(
        "SELECT submission_id FROM raw.standing_submission"
        " WHERE (region, period, feed, reporter) = (:region, :period, :feed, :reporter)"
    )
    place = {"region": one.region, "period": str(one.period), "feed": one.feed, "reporter": one.reporter}
    number = connection.scalar(standing, place)
    return None if number in (None, one.submission_id) else load(connection, int(number))


def _open(connection: Connection, one: Submission) -> str:
    """What an accepted delivery still owes: a correction or a reason for each of these checks."""
    asked = text(
        "SELECT check_id FROM ops.finding_state WHERE submission_id = :id AND NOT is_explained ORDER BY finding_id"
    )
    checks = list(connection.execute(asked, {"id": one.submission_id}).scalars())
    if not checks:
        return ""
    shown = "、".join(dict.fromkeys(checks))
    return f"其中 {len(checks)} 处（{shown}）请更正后重新报送，或填“校验说明”写明理由。"
