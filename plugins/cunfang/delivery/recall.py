"""Letters about recalls: the proposal to those who decide, the recall to the banks, the end of a ban (S21, S22).

Each function writes in the caller's transaction and gives the number of new messages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from cunfang.delivery.letter import AMBER, Letter, level_of, post, told
from cunfang.delivery.transfers import Group, Transfer, total, transfers
from cunfang.documents import words
from cunfang.documents.loading import load_warnings
from cunfang.documents.view import EventRow, WarningRow, warning_row
from cunfang.orders.recall import AT_MATURITY, NO_POOL, RIGID, TOO_LATE, BanEnd, Ground, Recall, ban_ends, load_recall
from cunfang.period import Period
from cunfang.region import Level, Recipient, Region, Topic, load_region
from cunfang.rulebook import Rulebook

RED = "#C00000"


@dataclass(frozen=True)
class Money:
    """One line of what becomes of a bank's money."""

    what: str
    count: int
    wan: str
    how: str


def announce_proposal(connection: Connection, order_no: str, *, rulebook: Rulebook | None = None) -> int:
    """Tell those who sign and those who hear of red warnings what is proposed and why; anew when a ground changes."""
    recall = load_recall(connection, order_no, rulebook=rulebook)
    head = recall.order.head
    region = load_region(head.region)
    legs = transfers(connection, head.region, order_no)
    lines = ground_lines(connection, recall)
    bank = legs[0].from_name
    live = [leg for leg in legs if not leg.blocked]
    asked = f" {total(live)} 万元是否收回" if live else f"是否收回：{total(legs)} 万元都须另行办理"
    about = hashlib.sha256(repr(lines).encode()).hexdigest()[:16]
    thread = f"recall|{order_no}|"
    letter = Letter(
        kind="recall_proposal",
        key=f"{thread}{about}",
        subject=f"【收回待决】{bank} 存款{asked}（{order_no}）",
        title=f"{region.name} 提议收回{bank}存款",
        template="recall_proposal",
        values={
            "order_no": order_no,
            "bank": bank,
            "grounds": lines,
            "withdrawn": recall.withdrawn,
            "money": _money(legs),
            "groups": _groups(legs),
            "incoming": [f"{leg.leg_code}　{words.wan(leg.amount)} 万元，{leg.due_on} 前" for leg in recall.incoming],
            "chain": "".join(f"“{step.title}”" for step in recall.order.signatures),
            "base_date": f"{head.base_date:%Y-%m-%d}",
        },
        colour=RED,
        freshness=f"余额截至 {head.base_date:%Y-%m-%d}",
        thread=thread,
        notice=f"【收回待决】有一项收回存款的提议（{order_no}）",
    )
    return _send(connection, region, letter, _deciders(region, recall))


def announce_recall(connection: Connection, order_no: str, *, rulebook: Rulebook | None = None) -> int:
    """After the issue: the bank is told what to pay and by when, the banks with pool accounts what they will receive,
    and those who hear of orders all of it with what has to be dealt with apart.
    """
    recall = load_recall(connection, order_no, rulebook=rulebook)
    head = recall.order.head
    region = load_region(head.region)
    legs = transfers(connection, head.region, order_no)
    live = [leg for leg in legs if not leg.blocked]
    paying = legs[0]
    sent = 0
    for institution, name in dict.fromkeys((leg.to_institution, leg.to_name) for leg in live):
        mine = [leg for leg in live if leg.to_institution == institution]
        sent += _to_bank(connection, region, _letter(region, recall, mine, "receives", name), institution)
    if live:
        out = _letter(region, recall, live, "pays", paying.from_name, ground_lines(connection, recall))
        sent += _to_bank(connection, region, out, paying.from_institution)
    office = _letter(region, recall, legs, "office", paying.from_name, ground_lines(connection, recall))
    return sent + _send(connection, region, office, told(region.recipients, Topic.ORDERS))


def ban_notices(connection: Connection, region: str, today: date, *, rulebook: Rulebook | None = None) -> int:
    """Say 30 days before a ban ends that the bank will take part again, once for each end (S22)."""
    place = load_region(region)
    hearing = [one for one in place.recipients if one.hears(Topic.RED) or one.hears(Topic.ORDERS)]
    sent = 0
    for ban in ban_ends(connection, region, today, rulebook=rulebook):
        sent += _send(connection, place, _ban_letter(place, ban, today), hearing)
    return sent


def ground_lines(connection: Connection, recall: Recall) -> tuple[str, ...]:
    """Each ground of a recall in a sentence, as it stands today: for letters, and for what the signers are shown."""
    ids = [ground.warning_id for ground in recall.grounds if ground.warning_id is not None]
    found = {item.warning_id: warning_row(item) for item in load_warnings(connection, ids)}
    lines = []
    for ground in recall.grounds:
        row = found.get(ground.warning_id) if ground.warning_id is not None else None
        text = _warning_line(ground, row) if row else _ban_line(ground)
        lines.append(("（拟定之后）" if ground.later else "") + text)
    return tuple(lines)


def _warning_line(ground: Ground, row: WarningRow) -> str:
    if row.event:
        return _event_line(ground, row, row.event)
    said = f"红色预警：{row.as_of} {row.metric} {row.value}，要求{row.demand}（{row.scope}），{row.reason}"
    if ground.newest_value is None or (f"{ground.newest_as_of:%Y-%m-%d}" == row.as_of and ground.standing):
        return f"{said}。"
    newest = f"{ground.newest_as_of:%Y-%m-%d} 为 {words.short_percent(ground.newest_value)}"
    state = "仍为红色" if ground.standing else f"已转为{ground.newest_level}色" if ground.newest_level else "已无预警"
    return f"{said}；最新一期 {newest}，{state}。"


def _event_line(ground: Ground, row: WarningRow, event: EventRow) -> str:
    note = f"，{event.note}" if event.note else ""
    said = f"红色预警：{row.as_of} {row.metric}（{row.value}），{event.document}{note}（{row.scope}），{row.reason}"
    if ground.standing:
        return f"{said}。"
    state = f"已转为{ground.newest_level}色" if ground.newest_level else "已更正、办结或过期，已无预警"
    return f"{said}；该事件{state}。"


def _ban_line(ground: Ground) -> str:
    whose = f"（{ground.predecessor}所受，由本行承继）" if ground.predecessor else ""
    said = f"取消资格：{ground.decision or '决定'}，{ground.decided_on:%Y-%m-%d} 作出{whose}"
    if ground.ban_end is None or not ground.standing:
        return f"{said}，已不在取消资格期内。"
    if ground.own_end == ground.ban_end:
        return f"{said}，三年，{ground.own_end:%Y-%m-%d} 起恢复。"
    return f"{said}，三年至 {ground.own_end:%Y-%m-%d}，与其他决定重叠，合并计算，{ground.ban_end:%Y-%m-%d} 起恢复。"


def _money(legs: Iterable[Transfer]) -> tuple[Money, ...]:
    listed = list(legs)
    live = [leg for leg in listed if not leg.blocked]
    later = [leg for leg in live if leg.reason.endswith(AT_MATURITY)]
    parts = (
        ("下达后即可划转", "转入待分配账户", [leg for leg in live if leg not in later]),
        ("定期存款到期划转", "到期后转入待分配账户", later),
        (NO_POOL, "请财政局在其他银行以同一单位、同一资金类别开立", [leg for leg in listed if leg.reason == NO_POOL]),
        (TOO_LATE, "放假安排公布、工作日历更新之后由系统另行提请", [leg for leg in listed if leg.reason == TOO_LATE]),
        (RIGID, "不在本指令划转之列，请主管单位另行办理", [leg for leg in listed if leg.reason == RIGID]),
    )
    return tuple(Money(what, len(chosen), total(chosen), how) for what, how, chosen in parts if chosen)


def _groups(legs: Iterable[Transfer]) -> tuple[Group, ...]:
    """What moves; what is only listed is told apart by why."""
    listed = list(legs)
    blocked = [leg for leg in listed if leg.blocked]
    return (
        Group("划转明细", tuple(leg for leg in listed if not leg.blocked)),
        Group(NO_POOL, tuple(leg for leg in blocked if leg.reason == NO_POOL)),
        Group(TOO_LATE, tuple(leg for leg in blocked if leg.reason == TOO_LATE)),
        Group(RIGID, tuple(leg for leg in blocked if leg.reason not in (NO_POOL, TOO_LATE))),
    )


def _letter(
    region: Region, recall: Recall, legs: list[Transfer], part: str, bank: str, grounds: tuple[str, ...] = ()
) -> Letter:
    """The issued recall as one reader sees it: the bank that `pays`, one that `receives`, or the `office`."""
    head = recall.order.head
    live = [leg for leg in legs if not leg.blocked]
    first = min((leg.due_on for leg in live if leg.due_on), default=None)
    word = {"pays": "收回通知", "receives": "待分配资金划入", "office": "收回已下达"}[part]
    title = {"pays": "收回存款通知", "receives": "待分配资金划入通知", "office": f"收回{bank}存款的指令已下达"}[part]
    return Letter(
        kind="recall",
        key=f"recall|{head.order_no}|{part}|{bank}",
        subject=f"【{word}】{bank} {total(live)} 万元"
        + (f"，{first:%Y-%m-%d} 前办理" if first and part == "pays" else "")
        + f"（{head.order_no}）",
        title=f"{region.name} {title}",
        template="recall",
        values={
            "part": part,
            "order_no": head.order_no,
            "bank": bank,
            "payer": next((leg.from_name for leg in legs), bank),
            "sum": total(live),
            "first": f"{first:%Y-%m-%d}" if first else "",
            "grounds": grounds,
            "money": _money(legs),
            "groups": _groups(legs),
        },
        colour=RED if part == "pays" else AMBER,
        freshness=f"余额截至 {head.base_date:%Y-%m-%d}",
        thread=f"recall|{head.order_no}|",
        notice=f"【{word}】指令 {head.order_no} 已经下达",
    )


def _ban_letter(region: Region, ban: BanEnd, today: date) -> Letter:
    again = words.quarter(Period.containing(ban.ends_on))
    rows = zip(ban.decisions, ban.days, ban.predecessors, strict=True)
    return Letter(
        kind="ban_end",
        key=f"ban_end|{region.code}|{ban.institution}|{ban.ends_on}",
        subject=f"【取消资格将满】{ban.bank} {ban.ends_on:%Y-%m-%d} 起恢复参加考核",
        title=f"{region.name} {ban.bank}取消财政存款资格将满",
        template="recall_ban_end",
        values={
            "bank": ban.bank,
            "ends_on": f"{ban.ends_on:%Y-%m-%d}",
            "days": (ban.ends_on - today).days,
            "again": again,
            "decisions": [
                f"{decision}，{day:%Y-%m-%d} 作出" + (f"（{former}所受）" if former else "")
                for decision, day, former in rows
            ],
        },
        colour=AMBER,
        notice=f"【取消资格将满】有一家机构 {ban.ends_on:%Y-%m-%d} 起恢复参加考核",
    )


def _deciders(region: Region, recall: Recall) -> list[Recipient]:
    """Those under whose name a signature of the paper is due, and those who hear of red warnings."""
    users = {user for step in recall.order.signatures for user in step.by}
    return [one for one in region.recipients if (one.user and one.user in users) or one.hears(Topic.RED)]


def _to_bank(connection: Connection, region: Region, letter: Letter, institution: str) -> int:
    address = region.banks.address(institution)
    if address is None:
        return 0
    level: Level = region.banks.level or region.level_of(address)
    return post(connection, region, letter, address, level)


def _send(connection: Connection, region: Region, letter: Letter, recipients: Iterable[Recipient]) -> int:
    return sum(post(connection, region, letter, one.address, level_of(region, one)) for one in recipients)
