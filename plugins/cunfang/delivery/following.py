"""Letters about transfers under way: overdue, not acknowledged, come back, not agreeing with balances (S13, S31).

Each function writes in the caller's transaction and gives the number of new messages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from datetime import date

from sqlalchemy import Connection, text

from cunfang.delivery.letter import AMBER, Letter, level_of, post, told
from cunfang.delivery.transfers import Group, Transfer, total, transfers
from cunfang.orders.track import Item
from cunfang.region import Region, Topic, load_region
from cunfang.warehouse.calendar import due_date

LATE = ("overdue",)
UNSEEN = ("issued",)
AWAITED = "TRK-M002"
"""There is no balance yet to hold a receipt against."""
BY_HAND = {
    "cancelled": (
        "【撤销划转】{code} 不再办理",
        "{code} 由办公室撤销，不再办理：{reason}。",
        "尚未划出的请停止办理；已经划出的，请立即补报执行回执，并与{office}联系。",
    ),
    "issued": (
        "【重新下达】{code} 期限重新计算",
        "{code} 重新下达，期限重新计算：{reason}。",
        "请付款行按新的期限（含当日）办理，并在“银行回报”的执行回执中按编号填报；办不成的请回报该编号和原因。",
    ),
}
"""What the office does with a single transfer that banks must hear of: subject, line, what to do."""


def chase_overdue(connection: Connection, region: str, today: date) -> int:
    """Chase each paying bank for its overdue transfers, and tell the office of all of them; once a day (S13)."""
    late = transfers(connection, region, states=LATE)
    sent = _to_payers(
        connection,
        region,
        late,
        kind="overdue",
        today=today,
        subject="【催办】{count} 笔划转已逾期，共 {sum} 万元",
        lines=("以下划转已过办理期限，截至 {today} 没有收到执行回执。",),
        advice="请立即办理，并在“银行回报”的执行回执中按编号填报执行时间、金额和交易流水号；已办妥的请补报回执；"
        "办不成的请回报该编号和原因。",
    )
    if late:
        names = "、".join(dict.fromkeys(leg.from_name for leg in late))
        note = _note(
            load_region(region),
            kind="overdue",
            key=f"overdue|{region}||{today}",
            subject=f"【逾期未办】{len(late)} 笔划转逾期，共 {total(late)} 万元",
            lines=(f"截至 {today:%Y-%m-%d}，{names} 有划转逾期未办，已分别催办。",),
            advice="须改期、撤销的，由办公室登记（cunfang order）；注明“因下达迟延不计逾期”的，不计入该行及时率。",
            legs=late,
        )
        sent += _office(connection, region, note)
    return sent


def chase_unacknowledged(connection: Connection, region: str, today: date, workdays: int = 1) -> int:
    """Ask each paying bank that has said nothing `workdays` working days after the issue whether it has the order."""
    unseen = [
        leg
        for leg in transfers(connection, region, states=UNSEEN)
        if leg.issued_on is not None and today > due_date(connection, leg.issued_on, workdays)
    ]
    return _to_payers(
        connection,
        region,
        unseen,
        kind="unacknowledged",
        today=today,
        subject="【请回报收悉】{count} 笔划转，共 {sum} 万元",
        lines=("以下划转下达后尚未收到贵行的回报。",),
        advice="请回报收悉，并按各笔期限办理；没有收到通知的，请与{office}联系。",
    )


def announce_returned_legs(connection: Connection, region: str, codes: Collection[str]) -> int:
    """Tell the office which transfers banks could not make, and why (S13)."""
    legs = [leg for leg in transfers(connection, region, states=("returned",)) if leg.leg_code in codes]
    if not legs:
        return 0
    note = _note(
        load_region(region),
        kind="leg_returned",
        key=f"leg_returned|{_digest(leg.leg_code + leg.status_reason for leg in legs)}",
        subject=f"【划转退回】{len(legs)} 笔划转办不成，共 {total(legs)} 万元",
        lines=(
            "以下划转由银行退回：",
            *(f"{leg.leg_code} {leg.from_name}：{leg.status_reason or '未写明原因'}。" for leg in legs),
        ),
        advice="账号有误或账户未开的，更正名录、开户后重新下达该笔；不再办理的，撤销该笔（cunfang order）。",
        legs=legs,
    )
    return _office(connection, region, note)


def announce_by_hand(connection: Connection, region: str, leg_code: str) -> int:
    """Tell both banks of a transfer, and those who hear of orders, that the office cancelled it or gave it out anew."""
    (leg,) = [leg for leg in transfers(connection, region) if leg.leg_code == leg_code]
    place = load_region(region)
    values = {"code": leg_code, "reason": leg.status_reason or "未写明理由", "office": place.office}
    subject, line, advice = (words.format(**values) for words in BY_HAND[leg.status])
    moves = text("""
        SELECT count(*) FROM ops.leg_event AS e
        INNER JOIN ops.transfer_leg AS l ON e.order_id = l.order_id AND e.leg_no = l.leg_no
        WHERE l.leg_code = :leg_code
    """)
    nth = connection.execute(moves, {"leg_code": leg_code}).scalar_one()
    note = _note(
        place,
        kind="by_hand",
        key=f"by_hand|{leg_code}|{leg.status}|{nth}",
        subject=subject,
        lines=(line,),
        advice=advice,
        legs=(leg,),
    )
    sent = _office(connection, region, note)
    for institution in dict.fromkeys((leg.from_institution, leg.to_institution)):
        address = place.banks.address(institution) if institution else None
        if address is not None:
            sent += post(connection, place, note, address, place.banks.level or place.level_of(address))
    return sent


def announce_items(connection: Connection, region: str, items: Sequence[Item]) -> int:
    """Tell the office what receipts and balances do not agree on; the same items are told once (S13).

    What only waits for the next balances is left out: nobody has anything to do about it yet.
    """
    items = [item for item in items if item.check_id != AWAITED]
    if not items:
        return 0
    about = _digest(f"{item.check_id}{item.leg_code}{item.message}" for item in items)
    note = _note(
        load_region(region),
        kind="reconcile",
        key=f"reconcile|{region}|{about}",
        subject=f"【对账不符】{len(items)} 项待核对",
        lines=("以下各项，执行回执与余额不一致，划转暂不确认：", *(_line(item) for item in items)),
        advice="逐项核对；报错的一方更正后重新报送，系统随即重新核对。",
    )
    return _office(connection, region, note)


def _line(item: Item) -> str:
    place = " ".join(part for part in (item.leg_code, item.institution, item.account) if part)
    return f"[{item.check_id}] {place}：{item.message}。{item.advice}"


def _to_payers(
    connection: Connection,
    region: str,
    legs: Sequence[Transfer],
    *,
    kind: str,
    today: date,
    subject: str,
    lines: Iterable[str],
    advice: str,
) -> int:
    """One letter a day to each paying bank about its own transfers."""
    place = load_region(region)
    said = tuple(lines)
    sent = 0
    for institution in dict.fromkeys(leg.from_institution for leg in legs):
        address = place.banks.address(institution)
        own = [leg for leg in legs if leg.from_institution == institution]
        if address is None:
            continue
        values = {"count": len(own), "sum": total(own), "today": f"{today:%Y-%m-%d}"}
        note = _note(
            place,
            kind=kind,
            key=f"{kind}|{region}|{institution}|{today}",
            subject=subject.format(**values),
            lines=(f"{own[0].from_name}：" + "".join(said).format(**values),),
            advice=advice.format(office=place.office),
            legs=own,
        )
        sent += post(connection, place, note, address, place.banks.level or place.level_of(address))
    return sent


def _note(
    region: Region,
    *,
    kind: str,
    key: str,
    subject: str,
    lines: Iterable[str],
    advice: str,
    legs: Sequence[Transfer] = (),
) -> Letter:
    numbers = "、".join(dict.fromkeys(leg.order_no for leg in legs)) or region.name
    what, _, said = subject.removeprefix("【").partition("】")
    return Letter(
        kind=kind,
        key=key,
        subject=subject,
        title=f"{region.name} {what}：{said}",
        template="order_note",
        values={
            "order_no": numbers,
            "lines": tuple(lines),
            "advice": advice,
            "groups": (Group("涉及的划转", tuple(legs)),),
        },
        colour=AMBER,
        notice=f"【{what}】{numbers} 有事待办",
    )


def _office(connection: Connection, region: str, letter: Letter) -> int:
    place = load_region(region)
    sent = 0
    for recipient in told(place.recipients, Topic.ORDERS):
        sent += post(connection, place, letter, recipient.address, level_of(place, recipient))
    return sent


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("|".join(sorted(parts)).encode()).hexdigest()[:16]
