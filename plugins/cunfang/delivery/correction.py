"""Mail of a correction: what it changes in yuan, to those who hear of results, and to each bank its own line (S27)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from cunfang.delivery.letter import Letter, level_of, post, told
from cunfang.delivery.mail import Attachment
from cunfang.documents.correction import CorrectionView, EffectRow, correction_view
from cunfang.orders.correction import recorded
from cunfang.region import Level, Recipient, Region, Topic, load_region


def announce_correction(
    connection: Connection, run_id: int, recipients: Sequence[Recipient], workbook: bytes | None = None
) -> int:
    """Mail the statement of a correction that was priced; the number of new messages, 0 where the run is none.

    Those who hear of results are told when it is proposed and again when its paper is issued; a bank only then, and of
    its own amount. The workbook, with its sheet 变更, goes to those who get everything.
    """
    correction = recorded(connection, run_id)
    if correction is None:
        return 0
    region = load_region(correction.region)
    view = correction_view(correction)
    issued = correction.order_status == "issued"
    stage = f"{correction.against_run_id}|{correction.treatment}|{'issued' if issued else 'proposed'}"
    key = f"correction|{run_id}|{stage}"
    letter = Letter(
        kind="correction",
        key=key,
        subject=_subject(view, region.name, issued),
        title=view.title,
        template="correction",
        values={"view": view, "own": None, "issued": issued, "until": ""},
        thread=f"correction|{run_id}|",
        notice=_notice(view),
    )
    name = f"更正影响说明{view.quarter}.xlsx"
    attached = (Attachment(name, workbook),) if workbook is not None else ()
    sent = 0
    for recipient in told(recipients, Topic.RESULT):
        level = level_of(region, recipient)
        whole = replace(letter, attachments=attached if level is Level.FULL else ())
        sent += post(connection, region, whole, recipient.address, level)
    return sent + (_tell_banks(connection, region, letter, view) if issued else 0)


def announce_reviewed(connection: Connection, run_id: int, until: date) -> int:
    """Mail each bank its own line of a reviewed correction, and until when it may object; the number of new messages.

    For a true-up: its run moves no money, so a provisional result with its transfers would say what will not happen.
    """
    correction = recorded(connection, run_id)
    if correction is None:
        return 0
    region = load_region(correction.region)
    view = correction_view(correction)
    letter = Letter(
        kind="correction",
        key=f"correction|{run_id}|{correction.against_run_id}|{correction.treatment}|reviewed|{until}",
        subject="",
        title=view.title,
        template="correction",
        values={"view": view, "own": None, "issued": False, "until": f"{until:%Y-%m-%d}"},
        notice=_notice(view),
    )
    return _tell_banks(connection, region, letter, view)


def _tell_banks(connection: Connection, region: Region, letter: Letter, view: CorrectionView) -> int:
    sent = 0
    for own in view.banks:
        address = region.banks.address(own.institution)
        if own.effect != "0.00" and address is not None:
            level = region.banks.level or region.level_of(address)
            sent += post(connection, region, _of_bank(letter, view, own), address, level)
    return sent


def _notice(view: CorrectionView) -> str:
    return f"【更正影响】{view.quarter}存放考核有更正"


def _subject(view: CorrectionView, place: str, issued: bool) -> str:
    head = f"【更正影响】{view.quarter} {place}"
    if view.correction.treatment == "none":
        return f"{head} 各行应存额度不变"
    return f"{head} {view.treatment}{'（已下达）' if issued else '（待签批）'}，影响最大 {view.largest} 元"


def _of_bank(letter: Letter, view: CorrectionView, own: EffectRow) -> Letter:
    return replace(
        letter,
        key=f"{letter.key}|{own.institution}",
        thread="",
        subject=f"【更正影响】{view.quarter} {own.name} {own.effect} 元",
        values={**letter.values, "own": own},
    )
