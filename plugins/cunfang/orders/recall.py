"""Recall (收回): a red warning or a disqualification proposes to take a bank's money back; persons decide (S21, S22).

What is laid out here is a paper like any other: it is signed by the region's chain and nothing moves before its issue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, text

from cunfang.evaluation.official import rulebook_of
from cunfang.orders.draft import lay_out
from cunfang.orders.load import Order, load_order
from cunfang.orders.paper import SYSTEM, Leg, OrderError, Paper, Terms, paper_of, write_event
from cunfang.region import load_region
from cunfang.rulebook import Rulebook
from cunfang.warehouse.calendar import today
from cunfang.warehouse.sql import rows

RIGID = "须另行办理"
"""Why an account is only listed: its money may not be moved by an order of ours (S02)."""
NO_POOL = "需开立待分配账户"
"""Why a transfer is blocked: no account of its owner and category may hold the money until it is placed (S05)."""
TOO_LATE = "工作日历未及到期日"
"""Why a transfer is blocked: it would be due on a day of which nobody knows yet whether offices work (N12)."""
AT_MATURITY = "到期划转"
"""What the reason of a transfer ends with that waits until a time deposit matures."""
REDRAWN = "按最新余额重新拟定"
"""Why a recall is cancelled that is laid out anew: nobody has refused it, even where no money was left to recall."""
BAN_NOTICE_DAYS = 30
"""How long before a ban ends the office is told (S22)."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Ground:
    """One cause as it stands today. `later`: it came up after the paper was laid out.

    A warning that does not stand any more has a better newest figure; a ban runs to the day before `ban_end`, the end
    of its union with overlapping ones, and `own_end` is where this decision alone would end it.
    """

    cause: str
    kind: str
    standing: bool
    later: bool
    warning_id: int | None
    newest_as_of: date | None
    newest_value: Decimal | None
    newest_level: str | None
    decision: str
    decided_on: date | None
    note: str
    own_end: date | None
    ban_end: date | None
    predecessor: str


@dataclass(frozen=True)
class Incoming:
    """A transfer that is still on its way into the bank."""

    leg_code: str
    amount: Decimal
    due_on: date


@dataclass(frozen=True)
class BanEnd:
    """A ban that is about to end: from `ends_on` the bank takes part again. Each decision with its day (S22)."""

    institution: str
    bank: str
    ends_on: date
    decisions: tuple[str, ...]
    days: tuple[date, ...]
    predecessors: tuple[str, ...]


@dataclass(frozen=True)
class Recall:
    """A recall as those who sign read it: the order, why, and what is still coming in."""

    order: Order
    grounds: tuple[Ground, ...]
    incoming: tuple[Incoming, ...]

    @property
    def withdrawn(self) -> bool:
        """Whether nothing that it was proposed for stands any more: for the signers to refuse."""
        return not any(ground.standing for ground in self.grounds)


def propose(connection: Connection, region: str, *, rulebook: Rulebook | None = None, actor: str = SYSTEM) -> list[str]:
    """Lay out a recall for every bank with a standing cause that no recall was proposed for; the new order numbers.

    Safe to repeat. A bank with a recall under way gets no second one: what comes up meanwhile shows in that one's text
    (`load_recall`), and is proposed by itself only when that one is done and it still stands. What was refused is not
    proposed again for the same cause. What was carried out is, what a later order planned anew, and what had nothing
    left when it was laid out anew: as soon as the bank has money again that can move. A bank without money is passed
    over. `rulebook`: instead of the region's own; OrderError when there is none.
    """
    policy = _policy(connection, region, rulebook)
    connection.execute(
        text("SELECT pg_advisory_xact_lock(hashtext('cunfang.recall'), hashtext(:region))"), {"region": region}
    )
    causes = _causes(connection, region, policy)
    made = []
    for bank, found in groupby(causes, key=lambda row: str(row["institution"])):
        standing = list(found)
        if any(row["open_order"] for row in standing) or all(row["told"] == "cancelled" for row in standing):
            continue
        fresh = any(row["told"] is None for row in standing)
        order_no = _lay(connection, region, policy, bank, standing, actor, must_move=not fresh)
        made += [order_no] if order_no else []
    return made


def redraft(connection: Connection, order_no: str, actor: str, *, rulebook: Rulebook | None = None) -> str | None:
    """Lay a recall out anew from today's balances in place of one that was not issued; None where nothing is left.

    For a paper that the issue sent back because balances had moved (S12), or that a signer returned: it is cancelled
    either way. OrderError when it is no recall, or was issued or cancelled.
    """
    old = paper_of(connection, order_no, lock=True)
    if old.kind != "recall":
        raise OrderError(
            f"指令 {order_no} 不是收回，不能重新拟定：余额报错的，更正后重新考核、另拟一份；余额恢复的，再签一轮；"
            "退回的，重新提交（submit）；不再办理的，撤销（cancel）"
        )
    if old.status in ("issued", "cancelled"):
        anew = successor(connection, order_no)
        raise OrderError(
            f"收回 {order_no} 的现状是 {old.status}，不能重新拟定：只有尚未下达、没有撤销的可以"
            + (f"；取代它的是 {anew}" if anew else "")
        )
    policy = _policy(connection, old.region, rulebook)
    told = [{**row, "period": old.period} for row in _told(connection, old.order_id)]
    write_event(connection, old.order_id, "cancelled", actor, REDRAWN)
    return _lay(connection, old.region, policy, old.institution, told, actor, supersedes=old.order_id)


def successor(connection: Connection, order_no: str) -> str | None:
    """The recall that was laid out in place of this one and is not issued yet; None where there is none."""
    query = text("""
        SELECT n.order_no FROM ops.transfer_order AS o
        INNER JOIN ops.order_paper AS n ON o.order_id = n.supersedes AND n.kind = 'recall'
        WHERE o.order_no = :order_no AND n.status NOT IN ('issued', 'cancelled')
    """)
    found = connection.scalar(query, {"order_no": order_no})
    return None if found is None else str(found)


def load_recall(connection: Connection, order_no: str, *, rulebook: Rulebook | None = None) -> Recall:
    """The recall with its grounds as they stand today; OrderError when there is no such recall."""
    order = load_order(connection, order_no)
    bank = order.head.institution
    if bank is None:
        raise OrderError(f"指令 {order_no} 不是收回")
    region = order.head.region
    policy = _policy(connection, region, rulebook)
    told = _told(connection, int(paper_of(connection, order_no).order_id))
    known = {row["cause"] for row in told}
    later = [
        row
        for row in _causes(connection, region, policy)
        if row["institution"] == bank and row["cause"] not in known and row["open_order"] == order_no
    ]
    listed = [*told, *later]
    asked = {
        **_place(connection, region, policy),
        "causes": [row["cause"] for row in listed],
        "warnings": [row["warning_id"] for row in listed],
        "submissions": [row["submission_id"] for row in listed],
        "records": [row["record_no"] for row in listed],
        "later": [row in later for row in listed],
    }
    incoming = rows(connection, "orders/recall_incoming.sql", {"region": region, "institution": bank})
    return Recall(
        order=order,
        grounds=tuple(Ground(**row) for row in rows(connection, "orders/recall_grounds.sql", asked)),
        incoming=tuple(Incoming(**row) for row in incoming),
    )


def ban_ends(connection: Connection, region: str, day: date, *, rulebook: Rulebook | None = None) -> tuple[BanEnd, ...]:
    """Bans in force on `day` that end within `BAN_NOTICE_DAYS` days; overlapping ones are one and end together."""
    asked = {
        **_place(connection, region, _policy(connection, region, rulebook)),
        "today": day,
        "notice": BAN_NOTICE_DAYS,
    }
    return tuple(
        BanEnd(
            institution=row["institution"],
            bank=row["bank"],
            ends_on=row["ends_on"],
            decisions=tuple(row["decisions"]),
            days=tuple(row["days"]),
            predecessors=tuple(row["predecessors"]),
        )
        for row in rows(connection, "orders/recall_ban_ends.sql", asked)
    )


def _policy(connection: Connection, region: str, rulebook: Rulebook | None) -> Rulebook:
    policy = rulebook or rulebook_of(region, today(connection))
    if policy is None:
        raise OrderError(
            f"地区 {region} 没有指定考核办法，无从知道取消资格的年限和收回的期限：请在地区配置中写明 rulebook"
        )
    return policy


def _place(connection: Connection, region: str, policy: Rulebook) -> Row:
    years = policy.participation.disqualification_years.value
    return {"region": region, "today": today(connection), "years": years}


def _causes(connection: Connection, region: str, policy: Rulebook) -> list[Row]:
    asked = {**_place(connection, region, policy), "redrawn": REDRAWN, "system": SYSTEM}
    return rows(connection, "orders/recall_causes.sql", asked)


def _told(connection: Connection, order_id: int) -> list[Row]:
    told = text("""
        SELECT cause, warning_id, submission_id, record_no FROM ops.recall_cause
        WHERE order_id = :order_id ORDER BY warning_id IS NOT NULL, cause
    """)
    return [dict(row) for row in connection.execute(told, {"order_id": order_id}).mappings()]


def _lay(
    connection: Connection,
    region: str,
    policy: Rulebook,
    bank: str,
    causes: Sequence[Row],
    actor: str,
    *,
    supersedes: int | None = None,
    must_move: bool = False,
) -> str | None:
    """The paper, its transfers and its causes; None where the bank holds nothing, or nothing that can move."""
    asked = {"region": region, "institution": bank, "today": today(connection)}
    limits = {"shunned": _shunned(connection, region, policy), "workdays": policy.orders.recall_workdays.value}
    found = rows(connection, "orders/recall_legs.sql", {**asked, **limits})
    if not found or (must_move and all(row["blocked"] for row in found)):
        return None
    after = policy.orders
    paper = Paper(
        region=region,
        period=max(row["period"] for row in causes),
        kind="recall",
        base_date=found[0]["base_date"],
        terms=Terms(after.max_drift.value, after.recall_workdays.value, after.issue_workdays.value, 0),
        institution=bank,
        cause=_numbered(connection, region, bank, _first(causes)),
        supersedes=supersedes,
        drafted_by=actor,
    )
    legs = [Leg(**{key: value for key, value in row.items() if key != "base_date"}) for row in found]
    order_no = lay_out(connection, paper, legs, load_region(region).sign_offs)
    keep = text("""
        INSERT INTO ops.recall_cause (order_id, region, institution, cause, warning_id, submission_id, record_no)
        VALUES (:order_id, :region, :institution, :cause, :warning_id, :submission_id, :record_no)
    """)
    mine = {"order_id": paper_of(connection, order_no).order_id, "region": region, "institution": bank}
    for row in causes:
        said = {key: row[key] for key in ("cause", "warning_id", "submission_id", "record_no")}
        connection.execute(keep, {**mine, **said})
    return order_no


def _first(causes: Sequence[Row]) -> str:
    """The cause that a paper goes by: one that no recall was proposed for, where there is one."""
    return str(min(causes, key=lambda row: row.get("told") is not None)["cause"])


def _numbered(connection: Connection, region: str, bank: str, cause: str) -> str:
    """`cause`, or `cause #2` for the second paper about it: unique per bank."""
    counted = text("""
        SELECT count(*) FROM ops.transfer_order
        WHERE
            region = :region AND kind = 'recall' AND institution = :bank
            AND (cause = :cause OR starts_with(cause, :cause || ' #'))
    """)
    earlier = connection.execute(counted, {"region": region, "bank": bank, "cause": cause}).scalar_one()
    return f"{cause} #{earlier + 1}" if earlier else cause


def _shunned(connection: Connection, region: str, policy: Rulebook) -> list[str]:
    """Banks that no recalled money goes to: banned, red, or being recalled from themselves."""
    recalled = text("""
        SELECT institution FROM ops.order_state
        WHERE region = :region AND kind = 'recall' AND standing NOT IN ('confirmed', 'cancelled')
    """)
    others = connection.scalars(recalled, {"region": region})
    return sorted({*(row["institution"] for row in _causes(connection, region, policy)), *others})
