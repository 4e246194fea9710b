"""What is said, to whom, in how much detail: results, warnings, rejections, reminders, questions, all into the outbox.

Each function writes in the caller's transaction and gives the number of new messages; the same thing said twice to the
same mailbox is one message.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Connection

from cunfang.delivery.answers import announce_receipt, announce_rejection
from cunfang.delivery.lateness import announce_late_rule, remind_late
from cunfang.delivery.letter import AMBER, SHOWN_FINDINGS, Letter, level_of, post, told
from cunfang.delivery.mail import Attachment
from cunfang.documents import words
from cunfang.documents.loading import load_result, load_warnings
from cunfang.documents.result import RunResult, Warning_
from cunfang.documents.view import result_view, warning_row
from cunfang.finding import Finding
from cunfang.period import Period
from cunfang.region import Level, Recipient, Topic, load_region

__all__ = [
    "announce_late_rule",
    "announce_questions",
    "announce_receipt",
    "announce_rejection",
    "announce_result",
    "announce_warnings",
    "remind_late",
]
COLOURS = {"红": "#C00000", "橙": "#D9600A", "黄": "#A67C00"}


def announce_result(connection: Connection, run_id: int, recipients: Sequence[Recipient], workbook: bytes) -> int:
    """Mail the result of a run to those who hear of results; the workbook goes to those who get everything (S27)."""
    result = load_result(connection, run_id)
    region = load_region(result.region)
    view = result_view(result)
    sent = 0
    for recipient in told(recipients, Topic.RESULT):
        level = level_of(region, recipient)
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
        sent += post(connection, region, letter, recipient.address, level)
    return sent


def announce_warnings(connection: Connection, warning_ids: Sequence[int], recipients: Sequence[Recipient]) -> int:
    """Mail red and orange warnings one by one, and all of them in a digest where yellow ones are among them (S20)."""
    warnings = load_warnings(connection, warning_ids)
    sent = 0
    for warning in warnings:
        topic = {"红": Topic.RED, "橙": Topic.ORANGE}.get(warning.level)
        region = load_region(warning.region)
        for recipient in told(recipients, topic) if topic else ():
            level = level_of(region, recipient)
            sent += post(connection, region, _warning_letter(warning, level), recipient.address, level)
    for code in dict.fromkeys(item.region for item in warnings):
        mine = [item for item in warnings if item.region == code]
        if any(item.level == "黄" for item in mine):
            letter = _digest(mine)
            region = load_region(code)
            for recipient in told(recipients, Topic.DIGEST):
                sent += post(connection, region, letter, recipient.address, level_of(region, recipient))
    return sent


def _warning_letter(warning: Warning_, level: Level) -> Letter:
    row = warning_row(warning)
    head = f"【{row.level}色预警】{row.quarter}"
    subject = f"{head} {row.bank} {row.metric} {row.value}（{row.measure}）"
    if level is Level.NOTICE:
        subject = f"{head} 有新的预警，请登录系统查看"
    thread = f"warning|{warning.region}|{warning.period}|{warning.institution}|{warning.about}|"
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
    about = sorted(f"{w.period}|{w.institution}|{w.about}|{w.as_of}|{w.level}" for w in warnings)
    return Letter(
        kind="digest",
        key=f"digest|{warnings[0].region}|{hashlib.sha256(repr(about).encode()).hexdigest()[:16]}",
        subject=subject,
        title=subject,
        template="digest",
        values={"warnings": rows, "counts": counts},
        colour=COLOURS["黄"],
    )


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
    for recipient in told(recipients, Topic.QUESTION):
        sent += post(connection, place, letter, recipient.address, level_of(place, recipient))
    return sent


def _quarter_word(result: RunResult) -> str:
    return words.quarter(result.period).partition("年")[2]
