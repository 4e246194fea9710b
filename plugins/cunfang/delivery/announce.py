"""What is said, to whom, in how much detail: results, orders, warnings, rejections, reminders, questions, all
into the outbox.

Each function writes in the caller's transaction and gives the number of new messages; the same thing said twice to the
same mailbox is one message.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from cunfang.delivery.mail import Attachment, Mail, compose, message_id_of
from cunfang.delivery.outbox import enqueue
from cunfang.documents import words
from cunfang.documents.result import RunResult, Warning_, load_findings, load_result, load_warnings
from cunfang.documents.templates import render
from cunfang.documents.view import BankRow, LegRow, ResultView, result_view, warning_row
from cunfang.feeds.contract import contracts
from cunfang.finding import Finding, Klass
from cunfang.period import Period
from cunfang.region import Level, Recipient, Region, Topic, load_region
from cunfang.settings import settings
from cunfang.warehouse import sql

OFFICE_TIME = ZoneInfo("Asia/Shanghai")
SHOWN_FINDINGS = 50
BLUE, AMBER = "#2f5d8a", "#8a5a00"
COLOURS = {"红": "#C00000", "橙": "#D9600A", "黄": "#A67C00"}
LATE_RULES = {
    "wait": "未收到前，本期考核暂缓。",
    "use_previous": "逾期仍未收到的，按规定使用上期数据，并在结果中注明。",
    "exclude": "逾期仍未收到的，按规定不计入本期。",
}


@dataclass(frozen=True)
class Letter:
    """One message before it is addressed: `key` says what it is about, `thread` which earlier messages it continues."""

    kind: str
    key: str
    subject: str
    title: str
    template: str
    values: dict[str, object]
    colour: str = BLUE
    freshness: str = ""
    attachments: tuple[Attachment, ...] = ()
    thread: str = ""


@dataclass(frozen=True)
class LegGroup:
    """Transfers under one heading of an order."""

    title: str
    legs: tuple[LegRow, ...]


def announce_result(connection: Connection, run_id: int, recipients: Sequence[Recipient], workbook: bytes) -> int:
    """Mail the result of a run to those who hear of results; the workbook goes to those who get everything (S27)."""
    result = load_result(connection, run_id)
    region = load_region(result.region)
    view = result_view(result)
    sent = 0
    for recipient in _told(recipients, Topic.RESULT):
        level = _level(region, recipient)
        files = (Attachment(f"存放考核结果{result.period.year}年{_quarter_word(result)}.xlsx", workbook),)
        letter = Letter(
            kind="result",
            key=f"result|{run_id}",
            subject=f"【考核结果】{view.quarter} {region.name} 政府性资金存放（第 {result.freshness.run_no} 次运行）",
            title=view.title,
            template="result",
            values={"view": view},
            freshness="" if level is Level.NOTICE else view.freshness,
            attachments=files if level is Level.FULL else (),
        )
        sent += _post(connection, region, letter, recipient.address, level)
    return sent


def announce_orders(connection: Connection, run_id: int, recipients: Sequence[Recipient]) -> int:
    """Mail each paying or receiving bank its own transfers, and those who hear of orders all of them (S12)."""
    result = load_result(connection, run_id)
    region = load_region(result.region)
    view = result_view(result)
    if not view.legs:
        return 0
    sent = 0
    for bank in view.banks:
        address = region.banks.address(bank.institution)
        own = [leg for leg in view.legs if bank.institution in (leg.from_institution, leg.to_institution)]
        if own and address is not None:
            subject = f"【存款调整】{view.quarter} {bank.name} {bank.direction} {bank.planned} 万元"
            letter = _order(result, view, subject, _groups(own, bank), bank)
            sent += _post(connection, region, letter, address, region.banks.level or region.level_of(address))
    subject = f"【存款调整】{view.quarter} {region.name} 划转 {view.planned_sum} 万元"
    for recipient in _told(recipients, Topic.ORDERS):
        letter = _order(result, view, subject, _groups(view.legs, None), None)
        sent += _post(connection, region, letter, recipient.address, _level(region, recipient))
    return sent


def _order(
    result: RunResult, view: ResultView, subject: str, groups: tuple[LegGroup, ...], bank: BankRow | None
) -> Letter:
    return Letter(
        kind="orders",
        key=f"orders|{result.run_id}|{bank.institution if bank else ''}",
        subject=subject,
        title=f"{result.region_name} {view.quarter}存款调整通知",
        template="orders",
        values={"view": view, "bank": bank, "groups": groups},
        freshness=view.freshness,
    )


def _groups(legs: Iterable[LegRow], bank: BankRow | None) -> tuple[LegGroup, ...]:
    """Transfers by what is to be done with them."""
    chosen = tuple(legs)
    blocked = LegGroup("受阻，须先开立账户", tuple(leg for leg in chosen if leg.blocked))
    planned = [leg for leg in chosen if not leg.blocked]
    if bank is None:
        return LegGroup("划转明细", tuple(planned)), blocked
    out = tuple(leg for leg in planned if leg.from_institution == bank.institution)
    into = tuple(leg for leg in planned if leg.to_institution == bank.institution)
    return LegGroup("划出", out), LegGroup("划入", into), blocked


def announce_warnings(connection: Connection, warning_ids: Sequence[int], recipients: Sequence[Recipient]) -> int:
    """Mail red and orange warnings one by one, and all of them in a digest where yellow ones are among them (S20)."""
    warnings = load_warnings(connection, warning_ids)
    sent = 0
    for warning in warnings:
        topic = {"红": Topic.RED, "橙": Topic.ORANGE}.get(warning.level)
        region = load_region(warning.region)
        for recipient in _told(recipients, topic) if topic else ():
            level = _level(region, recipient)
            sent += _post(connection, region, _warning_letter(warning, level), recipient.address, level)
    for code in dict.fromkeys(item.region for item in warnings):
        mine = [item for item in warnings if item.region == code]
        if any(item.level == "黄" for item in mine):
            letter = _digest(mine)
            region = load_region(code)
            for recipient in _told(recipients, Topic.DIGEST):
                sent += _post(connection, region, letter, recipient.address, _level(region, recipient))
    return sent


def _warning_letter(warning: Warning_, level: Level) -> Letter:
    row = warning_row(warning)
    head = f"【{row.level}色预警】{row.quarter}"
    subject = f"{head} {row.bank} {row.metric} {row.value}（限值{row.limit}）"
    if level is Level.NOTICE:
        subject = f"{head} 有新的预警，请登录系统查看"
    thread = f"warning|{warning.region}|{warning.period}|{warning.institution}|{warning.metric}|"
    return Letter(
        kind="warning",
        key=f"{thread}{warning.as_of}|{warning.level}",
        subject=subject,
        title=subject,
        template="warning",
        values={"warning": row},
        colour=row.colour,
        freshness="" if level is Level.NOTICE else f"数据截至 {row.as_of}",
        thread=thread,
    )


def _digest(warnings: Sequence[Warning_]) -> Letter:
    rows = [warning_row(item) for item in warnings]
    counts = {level: Counter(row.level for row in rows)[level] for level in COLOURS}
    subject = "【预警日报】" + " ".join(f"{level}{count}" for level, count in counts.items())
    about = sorted(f"{w.period}|{w.institution}|{w.metric}|{w.as_of}|{w.level}" for w in warnings)
    return Letter(
        kind="digest",
        key=f"digest|{warnings[0].region}|{hashlib.sha256(repr(about).encode()).hexdigest()[:16]}",
        subject=subject,
        title=subject,
        template="digest",
        values={"warnings": rows, "counts": counts},
        colour=COLOURS["黄"],
    )


def announce_rejection(connection: Connection, submission_id: int, recipients: Sequence[Recipient]) -> int:
    """Tell the provider, and those who follow up, what is wrong with a delivery, where, and what to do (S25)."""
    submission = sql.rows(connection, "documents/submission.sql", {"submission_id": submission_id})[0]
    region = load_region(submission["region"])
    provider = region.provider(submission["feed"])
    findings = [
        item for item in load_findings(connection, submission_id) if Klass(item.klass).blocking
    ] or load_findings(connection, submission_id)
    quarter, feed_name = words.quarter(Period.parse(submission["period"])), words.feed_name(submission["feed"])
    letter = Letter(
        kind="rejection",
        key=f"rejection|{submission_id}",
        subject=f"【退回更正】{quarter} {feed_name} {len(findings)} 处须更正",
        title=f"{region.name} {quarter}“{feed_name}”退回更正",
        template="rejection",
        values={
            "provider": provider.office if provider else submission["provider"],
            "feed_name": feed_name,
            "sequence": submission["sequence"],
            "file": submission["file"],
            "registered": f"{submission['registered_at']:%Y-%m-%d %H:%M}",
            "findings": findings[:SHOWN_FINDINGS],
            "more": max(len(findings) - SHOWN_FINDINGS, 0),
        },
        colour=AMBER,
    )
    # The provider reads of its own file, so it is told everything.
    sent = _post(connection, region, letter, provider.address, Level.FULL) if provider else 0
    for recipient in _told(recipients, Topic.REJECTION):
        sent += _post(connection, region, letter, recipient.address, _level(region, recipient))
    return sent


def remind_late(connection: Connection, region: str, period: str, feed: str, *, due: date, today: date) -> int:
    """Remind the provider of a feed past its due day, and those who follow up; once per day and mailbox (S25)."""
    place = load_region(region)
    provider = place.provider(feed)
    agreed = contracts().get(feed)
    quarter, feed_name = words.quarter(Period.parse(period)), words.feed_name(feed)
    days = (today - due).days
    letter = Letter(
        kind="late",
        key=f"late|{region}|{period}|{feed}|{today}",
        subject=f"【催报】{quarter} {feed_name} 已逾期 {days} 天",
        title=f"{place.name} {quarter}“{feed_name}”催报",
        template="late",
        values={
            "provider": provider.office if provider else agreed.provider if agreed else feed,
            "feed_name": feed_name,
            "quarter": quarter,
            "due": f"{due:%Y-%m-%d}",
            "today": f"{today:%Y-%m-%d}",
            "days": days,
            "consequence": LATE_RULES[agreed.late] if agreed else "",
        },
        colour=AMBER,
        thread=f"late|{region}|{period}|{feed}|",
    )
    sent = _post(connection, place, letter, provider.address, Level.FULL) if provider else 0
    for recipient in place.told(Topic.LATE):
        sent += _post(connection, place, letter, recipient.address, _level(place, recipient))
    return sent


def announce_questions(
    connection: Connection, region: str, period: str, findings: Sequence[Finding], recipients: Sequence[Recipient]
) -> int:
    """Tell those who answer what an evaluation stopped at and what to do; the same questions are put once (N8)."""
    place = load_region(region)
    questions = [item for item in findings if item.blocking] or list(findings)
    quarter = words.quarter(Period.parse(period))
    about = sorted((item.check, item.message, item.advice, item.where) for item in questions)
    thread = f"question|{region}|{period}|"
    letter = Letter(
        kind="question",
        key=f"{thread}{hashlib.sha256(repr(about).encode()).hexdigest()[:16]}",
        subject=f"【考核待决】{quarter} {place.name} {len(questions)} 个问题",
        title=f"{place.name} {quarter}考核停下待决",
        template="question",
        values={
            "quarter": quarter,
            "count": len(questions),
            "questions": questions[:SHOWN_FINDINGS],
            "more": max(len(questions) - SHOWN_FINDINGS, 0),
        },
        colour=AMBER,
        thread=thread,
    )
    sent = 0
    for recipient in _told(recipients, Topic.QUESTION):
        sent += _post(connection, place, letter, recipient.address, _level(place, recipient))
    return sent


def _told(recipients: Iterable[Recipient], topic: Topic) -> list[Recipient]:
    return [recipient for recipient in recipients if recipient.hears(topic)]


def _level(region: Region, recipient: Recipient) -> Level:
    return recipient.level or region.level_of(recipient.address)


def _quarter_word(result: RunResult) -> str:
    return words.quarter(result.period).partition("年")[2]


def _post(connection: Connection, region: Region, letter: Letter, address: str, level: Level) -> int:
    """Address, render and enqueue one letter; 1 when it is new."""
    sender = settings().mail_from
    key = f"{letter.key}|{address}"
    values = {
        **letter.values,
        "subject": letter.subject,
        "title": letter.title,
        "level": level.value,
        "colour": letter.colour,
        "freshness": letter.freshness,
        "office": region.office,
        "sample": region.sample,
    }
    first = _thread_start(connection, letter.thread, address) if letter.thread else None
    mail = Mail(
        sender=sender,
        recipient=address,
        subject=letter.subject,
        text=render(f"mail/{letter.template}.txt.j2", **values),
        html=render(f"mail/{letter.template}.html.j2", **values),
        message_id=message_id_of(key, sender),
        date=datetime.now(OFFICE_TIME),
        in_reply_to=message_id_of(first, sender) if first and first != key else "",
        attachments=letter.attachments,
    )
    return int(enqueue(connection, letter.kind, key, address, letter.subject, compose(mail)))


def _thread_start(connection: Connection, thread: str, address: str) -> str | None:
    parameters = {"recipient": address, "prefix": thread}
    found: str | None = sql.run(connection, "ops/outbox_thread.sql", parameters).scalar()
    return found
