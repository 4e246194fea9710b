"""Letters about orders: a signature is due or refused, the provisional result, the issue, what did not go out.

Each function writes in the caller's transaction and gives the number of new messages (S12, S26, S27).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from cunfang.delivery.letter import AMBER, BLUE, Letter, level_of, post, told
from cunfang.delivery.recall import ground_lines
from cunfang.delivery.transfers import Group, Transfer, exact, groups, replaced, total, transfers
from cunfang.documents import words
from cunfang.documents.loading import load_result
from cunfang.documents.result import RunResult
from cunfang.documents.view import BankRow, ResultView, result_view
from cunfang.orders.issue import Drift
from cunfang.orders.load import Order, OrderHead
from cunfang.orders.paper import Step, in_words
from cunfang.orders.recall import load_recall
from cunfang.period import Period
from cunfang.region import Recipient, Region, Topic, load_region

KINDS = {"adjustment": "存款调整", "recall": "存款收回", "true_up": "补差"}


@dataclass(frozen=True)
class OwnPoint:
    """One indicator as its own bank reads it."""

    name: str
    value: str
    points: str
    full_points: str
    flag: str
    basis: str


def signers_of(region: Region, step: Step) -> list[Recipient]:
    """Who is written to when `step` is due: the roles of its users, or those who hear of orders."""
    named = [recipient for recipient in region.recipients if recipient.user and recipient.user in step.by]
    return named or told(region.recipients, Topic.ORDERS)


def announce_due(connection: Connection, head: OrderHead, step: Step, since: date, today: date | None = None) -> int:
    """Tell those whose turn it is that a signature is due; with `today` as a reminder, once a day (S26)."""
    region = load_region(head.region)
    thread = f"sign|{head.order_no}|{head.round}|{step.step_no}|"
    waited = f"，自 {since:%Y-%m-%d} 起待签" if today else ""
    letter = _note(
        head,
        kind="sign",
        key=f"{thread}{today or ''}",
        subject=f"【{'催签' if today else '待签批'}】{words.quarter(Period.parse(head.period))} {KINDS[head.kind]} "
        f"{head.order_no} {step.title}",
        lines=(
            f"指令 {head.order_no}（{KINDS[head.kind]}）的“{step.title}”轮到贵单位{waited}。",
            *_amount(connection, head),
        ),
        advice=f"由 {'、'.join(step.by) or '任一具名用户'} 登录系统，在“待处理操作”（Required Actions）中批准或退回，"
        "写明意见；各环节须由不同的人签。",
        thread=thread,
    )
    return _send(connection, region, letter, signers_of(region, step))


def announce_refused(
    connection: Connection, head: OrderHead, step_no: int, actor: str, reason: str, *, still_due: bool
) -> int:
    """Tell the office that a signature did not count, and why; the step stays open where it is `still_due` (S26)."""
    open_ = ("仍然待签", "请由该环节的签批人本人登录签批；签批人与拟定人、前一环节签批人须为不同的人。")
    over = ("已不再待签", f"不必再签；指令的经过见 cunfang order show {head.order_no}。")
    state, advice = open_ if still_due else over
    letter = _note(
        head,
        kind="sign_refused",
        key=f"sign_refused|{head.order_no}|{head.round}|{step_no}|{actor}",
        subject=f"【签批无效】{head.order_no} {actor} 的签批未被接受",
        lines=(
            f"{actor or '不具名用户'} 对指令 {head.order_no} 的签批未被接受：{in_words(reason)}。",
            f"该环节{state}，这一签没有记录。",
        ),
        advice=advice,
        colour=AMBER,
    )
    return _office(connection, head, letter)


def announce_returned(connection: Connection, order: Order) -> int:
    """Tell the office that a signer sent the paper back, and with which words."""
    head = order.head
    said = next((item for item in order.signatures if item.verdict == "rejected"), None)
    who = f"“{said.title}”（{said.approver}）" if said else "签批人"
    letter = _note(
        head,
        kind="order_returned",
        key=f"order_returned|{head.order_no}|{head.round}",
        subject=f"【签批退回】{head.order_no} 被退回",
        lines=(
            f"{who}退回了指令 {head.order_no}（{KINDS[head.kind]}）。",
            f"意见：{(said.comment if said else '') or head.status_reason or '未写明'}。",
        ),
        advice="数据有误的，更正后重新报送，系统另行考核、另拟指令；仍按原指令办理的，执行 "
        f"cunfang order submit {head.order_no}，自第一环节起重新签批；不再办理的，执行 cunfang order cancel。",
        colour=AMBER,
    )
    return _office(connection, head, letter)


def announce_drift(connection: Connection, order: Order, drifts: Sequence[Drift]) -> int:
    """Tell the office that nothing was issued as balances have moved: then, now, and what to do (S12)."""
    head = order.head
    accounts = {drift.account for drift in drifts}
    legs = [leg for leg in transfers(connection, head.region, head.order_no) if leg.from_account in accounts]
    letter = _note(
        head,
        kind="order_drift",
        key=f"order_drift|{head.order_no}|{head.round}",
        subject=f"【未能下达】{head.order_no} 有 {len(drifts)} 个账户余额变动，退回拟稿",
        lines=(
            f"指令 {head.order_no} 签批齐备，下达前重新读取余额，以下账户与拟定时不符，没有下达任何一笔：",
            *(
                f"{drift.institution} {drift.account}：拟定时 {drift.base_balance:,.2f} 元，{drift.as_of:%Y-%m-%d} "
                f"余额 {drift.balance:,.2f} 元，应划 {drift.ordered:,.2f} 元，变动 {drift.drift:,.2f} 元"
                f"（允许 {drift.allowed:,.2f} 元）{drift.promised}。"
                for drift in drifts
            ),
        ),
        advice=_after_drift(head),
        legs=(Group("涉及的划转", tuple(legs)),),
        colour=AMBER,
    )
    return _office(connection, head, letter)


def _after_drift(head: OrderHead) -> str:
    if head.kind == "recall":
        return "请核对账户。本份收回撤销；该行还有余额的，已按现在的余额重新拟定，另信提请签批，不再收回的签批时退回。"
    return (
        "请核对上述账户：余额报错的，更正后重新报送，系统重新考核、另拟指令；余额恢复后，系统在下一工作日早上重新提请签批；"
        "其他指令还要从该户划出的，两者只能办一件，撤销不办的那一笔（cunfang order cancel 划转编号）；"
        f"不再办理的，执行 cunfang order cancel {head.order_no}。"
    )


def announce_provisional(connection: Connection, head: OrderHead, until: date) -> int:
    """Tell each bank the reviewed result: its own figures whole, of the others rank and score, and until when it may
    object (S27).
    """
    if head.run_id is None:
        return 0
    result = load_result(connection, head.run_id)
    region, view = load_region(head.region), result_view(result)
    ranking = sorted((bank for bank in view.banks if bank.rank != "—"), key=lambda bank: int(bank.rank))
    sent = 0
    for bank in view.banks:
        address = region.banks.address(bank.institution)
        if address is None:
            continue
        letter = Letter(
            kind="provisional",
            # The time to object opens once: a paper that is signed anew says nothing new.
            key=f"provisional|{head.order_no}|{bank.institution}",
            subject=f"【初步结果】{view.quarter} {bank.name} 考核结果，{until:%Y-%m-%d} 前可提异议",
            title=f"{region.name} {view.quarter}考核初步结果",
            template="provisional",
            values={
                "view": view,
                "bank": bank,
                "points": _own_points(result, view, bank.institution),
                "ranking": ranking,
                "until": f"{until:%Y-%m-%d}",
            },
            freshness=view.freshness,
        )
        sent += post(connection, region, letter, address, region.banks.level or region.level_of(address))
    return sent


def announce_issue(connection: Connection, head: OrderHead) -> int:
    """Send each bank its own transfers with codes, accounts and days, and those of earlier orders that this one calls
    off; those who hear of orders get all (S12).

    Recalls have letters of their own (`delivery.recall`).
    """
    legs, gone = transfers(connection, head.region, head.order_no), replaced(connection, head.region, head.order_no)
    region = load_region(head.region)
    view = result_view(load_result(connection, head.run_id)) if head.run_id is not None else None
    shares = {bank.institution: bank for bank in view.banks} if view else {}
    sent = 0
    for institution, name in sorted(_parties((*legs, *gone)).items()):
        address = region.banks.address(institution)
        if address is not None:
            own, past = ([leg for leg in some if leg.concerns(institution)] for some in (legs, gone))
            letter = _issue_letter(head, region, own, past, (institution, name), shares.get(institution), view)
            sent += post(connection, region, letter, address, region.banks.level or region.level_of(address))
    for recipient in told(region.recipients, Topic.ORDERS) if legs or gone else ():
        letter = _issue_letter(head, region, legs, gone, None, None, view)
        sent += post(connection, region, letter, recipient.address, level_of(region, recipient))
    return sent


def _parties(legs: Iterable[Transfer]) -> dict[str, str]:
    """The banks that pay or receive, with their names."""
    names: dict[str, str] = {}
    for leg in legs:
        names[leg.from_institution] = leg.from_name
        if leg.to_institution:
            names[leg.to_institution] = leg.to_name
    return names


def _issue_letter(
    head: OrderHead,
    region: Region,
    legs: Sequence[Transfer],
    gone: Sequence[Transfer],
    bank: tuple[str, str] | None,
    share: BankRow | None,
    view: ResultView | None,
) -> Letter:
    institution, name = bank or ("", "")
    live = [leg for leg in legs if not leg.blocked]
    pays = [leg for leg in live if leg.from_institution == institution]
    receives = [leg for leg in live if leg.to_institution == institution]
    quarter, kind = words.quarter(Period.parse(head.period)), KINDS[head.kind]
    return Letter(
        kind="orders",
        key=f"orders|{head.order_no}|{institution}",
        subject=f"【{kind}】{quarter} {name or region.name} {_moving(legs, pays, receives, gone)}",
        title=f"{region.name} {quarter}{kind}通知",
        template="orders",
        values={
            "quarter": quarter,
            "kind": kind,
            "order_no": head.order_no,
            "bank": name,
            "share": share,
            "sum": exact(live),
            "out": exact(pays) if pays else "",
            "into": exact(receives) if receives else "",
            "blocked_sum": exact(leg for leg in legs if leg.blocked) if len(live) < len(legs) else "",
            "gone_sum": exact(gone) if gone else "",
            "groups": (*groups(legs, institution or None), Group("不再办理的划转", tuple(gone))),
        },
        freshness=view.freshness if view else "",
        notice=f"【{kind}】{quarter} 指令 {head.order_no} 已经下达",
    )


def _moving(
    legs: Sequence[Transfer], pays: Sequence[Transfer], receives: Sequence[Transfer], gone: Sequence[Transfer]
) -> str:
    """What an order moves, as its subject says it: for a bank what goes out and comes in, for the office all."""
    live = [leg for leg in legs if not leg.blocked]
    if pays or receives:
        said = (("调出", pays), ("调入", receives))
        return "，".join(f"{word} {total(some)} 万元" for word, some in said if some)
    if live:
        return f"划转 {total(live)} 万元"
    return f"受阻 {total(legs)} 万元，不下达" if legs else f"{len(gone)} 笔划转不再办理"


def _own_points(result: RunResult, view: ResultView, institution: str) -> tuple[OwnPoint, ...]:
    scored = {point.institution for point in result.points}
    columns = [bank.institution for bank in result.participants if bank.institution in scored]
    if institution not in columns:
        return ()
    place = columns.index(institution)
    return tuple(
        OwnPoint(row.name, cell.value, cell.points, row.full_points, cell.flag, cell.basis)
        for row in view.points
        for cell in (row.cells[place],)
        if cell.value != "—"
    )


def _amount(connection: Connection, head: OrderHead) -> tuple[str, ...]:
    legs = transfers(connection, head.region, head.order_no)
    live = [leg for leg in legs if not leg.blocked]
    lines = [f"划转 {len(live)} 笔，合计 {exact(live)}；受阻 {len(legs) - len(live)} 笔。"] if legs else []
    if head.kind == "recall":
        lines += [f"起因：{line}" for line in ground_lines(connection, load_recall(connection, head.order_no))]
    lines += [f"上一轮：{head.status_reason}。"] if head.round > 1 and head.status_reason else []
    return tuple(lines)


def _note(
    head: OrderHead,
    *,
    kind: str,
    key: str,
    subject: str,
    lines: Iterable[str],
    advice: str,
    legs: tuple[Group, ...] = (),
    colour: str = BLUE,
    thread: str = "",
) -> Letter:
    return Letter(
        kind=kind,
        key=key,
        subject=subject,
        title=f"{load_region(head.region).name} 指令 {head.order_no}",
        template="order_note",
        values={"order_no": head.order_no, "lines": tuple(lines), "advice": advice, "groups": legs},
        colour=colour,
        thread=thread,
    )


def _office(connection: Connection, head: OrderHead, letter: Letter) -> int:
    region = load_region(head.region)
    return _send(connection, region, letter, told(region.recipients, Topic.ORDERS))


def _send(connection: Connection, region: Region, letter: Letter, recipients: Iterable[Recipient]) -> int:
    sent = 0
    for recipient in recipients:
        sent += post(connection, region, letter, recipient.address, level_of(region, recipient))
    return sent
