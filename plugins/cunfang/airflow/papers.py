"""What the tasks of `evaluate`, `sign` and `issue` do with an order: draft, lay before, keep a verdict, go on, issue.

Each is one transaction and safe to repeat.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text

from cunfang.airflow.partition import order_key
from cunfang.delivery import orders as letters
from cunfang.delivery.announce import announce_result
from cunfang.delivery.correction import announce_correction, announce_reviewed
from cunfang.delivery.recall import announce_proposal, announce_recall, ground_lines
from cunfang.delivery.transfers import transfers
from cunfang.documents.files import draft_files, run_folder, summary
from cunfang.documents.loading import load_result
from cunfang.documents.workbook import result_workbook
from cunfang.evaluation.due import overtaken
from cunfang.evaluation.official import SignOffError
from cunfang.orders import issue as issuing
from cunfang.orders.correction import paper_of as order_of
from cunfang.orders.correction import recorded, take_up
from cunfang.orders.load import Order, OrderHead, Signature, load_order
from cunfang.orders.objection import window
from cunfang.orders.paper import SYSTEM, Step, in_words, paper_of
from cunfang.orders.recall import load_recall, redraft, successor
from cunfang.orders.request import Alive, put_up
from cunfang.orders.signing import due_step, sign
from cunfang.region import load_region
from cunfang.settings import Settings, settings


@dataclass(frozen=True)
class After:
    """Where an order stands after a signature. `follows`: `signature`, `issue`, or nothing."""

    region: str
    period: str
    order_no: str
    status: str
    follows: str


def draft_order(engine: Engine, run_id: int) -> str | None:
    """Lay out the paper of a run; None where nothing is to be signed. What a correction changes is mailed.

    A run that a correction overtook while it was under way gets none, or it would take the place of the newer one's.
    """
    with engine.begin() as connection:
        place = text("SELECT region || '|' || period FROM eval.run WHERE run_id = :run_id")
        lock = text("SELECT pg_advisory_xact_lock(hashtext('cunfang.draft_order'), hashtext(:place))")
        connection.execute(lock, {"place": connection.scalar(place, {"run_id": run_id})})
        if overtaken(connection, run_id):
            return None
        order_no = order_of(connection, run_id)
        _tell_correction(connection, run_id)
        return order_no


def _tell_correction(connection: Connection, run_id: int) -> None:
    if recorded(connection, run_id) is not None:
        recipients = load_region(load_result(connection, run_id).region).recipients
        announce_correction(connection, run_id, recipients, result_workbook(connection, run_id))


def take_due(engine: Engine, order_no: str, dag_run: str, alive: Alive) -> Step | None:
    """Take the due signature upon `dag_run`; None where none is due, AskedAlreadyError while another run asks.

    A result that was reviewed is told to the banks with the day until which they may object (S27).
    """
    with engine.begin() as connection:
        step = put_up(connection, order_no, dag_run, alive)
        if step is not None and step.brings == "signed":
            _tell_provisional(connection, load_order(connection, order_no).head)
        return step


def _tell_provisional(connection: Connection, head: OrderHead) -> None:
    if head.run_id is None:
        return
    until = window(connection, head.order_no).until
    if head.kind == "true_up":
        announce_reviewed(connection, head.run_id, until)
    else:
        letters.announce_provisional(connection, head, until)


def may_become_final(engine: Engine, order_no: str) -> bool:
    """Whether the step that makes the result final may be put up: the time to object is over, every objection decided.

    True as well when that step is no longer due, so that nobody waits for a paper that left the chain (S27).
    """
    with engine.connect() as connection:
        step = due_step(connection, order_no)
        return step is None or step.brings != "signed" or window(connection, order_no).over


def lay_before(engine: Engine, order_no: str) -> tuple[str, str]:
    """Write to those whose signature is due; the text that they read, and the order's partition key."""
    with engine.begin() as connection:
        order = load_order(connection, order_no)
        step = due_step(connection, order_no)
        # The proposal of a recall has told the signers of its first step already.
        if step is not None and (order.head.kind, step.step_no, step.round) != ("recall", 1, 1):
            letters.announce_due(connection, order.head, step, order.head.status_at.date())
        return page(connection, order, settings()), order_key(order.head.region, order.head.period, order_no)


def page(connection: Connection, order: Order, place: Settings) -> str:
    """The order as a signer reads it (Markdown): what, why, who signed before, each transfer, where the files lie."""
    head = order.head
    signed = [f"* {item.title}：{_signed(item)}" for item in order.signatures]
    legs = transfers(connection, head.region, head.order_no)
    rows = [
        f"| {leg.leg_code} | {leg.from_name} {leg.from_tail} | {leg.to_name} {leg.to_tail} | {leg.category} "
        f"| {leg.yuan} | {leg.reason or ('受阻' if leg.blocked else '')} |"
        for leg in legs
    ]
    headings = ["| 编号 | 转出 | 转入 | 类别 | 元 | 说明 |", "|---|---|---|---|---:|---|"]
    table = [*headings, *rows] if rows else ["没有划转。"]
    sections = [
        f"**{load_region(head.region).name} {letters.KINDS[head.kind]}指令 {head.order_no}**，第 {head.round} 轮签批。",
        *_grounds(connection, head),
        f"上一轮退回拟稿：{head.status_reason}" if head.round > 1 and head.status_reason else "",
        *_objections(connection, head),
        "\n".join(signed),
        "\n".join(table),
        "",
    ]
    if head.run_id is not None:
        sections.append(summary(load_result(connection, head.run_id), run_folder(place, head.run_id)))
    return "\n\n".join(section for section in sections if section)


def _grounds(connection: Connection, head: OrderHead) -> list[str]:
    if head.kind != "recall":
        return []
    recall = load_recall(connection, head.order_no)
    lines = [f"* {line}" for line in ground_lines(connection, recall)]
    withdrawn = "**所列起因均已不成立，请退回。**" if recall.withdrawn else ""
    coming = [f"* 在途划入 {leg.leg_code}：{leg.amount:,.2f} 元，{leg.due_on} 前" for leg in recall.incoming]
    return ["起因：\n\n" + "\n".join(lines), withdrawn, "\n".join(coming)]


def _objections(connection: Connection, head: OrderHead) -> list[str]:
    lines = [
        f"* {one.objection} {one.institution}：{one.matter}。{one.answer}{'' if one.answer else one.advice}"
        for one in window(connection, head.order_no).objections
    ]
    return ["异议：\n\n" + "\n".join(lines)] if lines else []


def _signed(item: Signature) -> str:
    if item.approver is None:
        return f"待签（{'、'.join(item.by) or '任一具名用户'}）"
    verdict = "同意" if item.verdict == "approved" else "退回"
    return f"{item.approver} {verdict}，{item.decided_at:%Y-%m-%d %H:%M}{'，' + item.comment if item.comment else ''}"


def verdict_on(engine: Engine, *, order_no: str, step_no: int, round: int) -> tuple[Step | None, str | None]:
    """The step where it is still due, and the verdict where it was given in that round already; neither otherwise."""
    with engine.connect() as connection:
        step = due_step(connection, order_no)
        if step is not None and (step.step_no, step.round) == (step_no, round):
            return step, None
        given = text("""
            SELECT a.verdict FROM ops.approval AS a
            INNER JOIN ops.transfer_order AS o ON a.order_id = o.order_id
            WHERE o.order_no = :order_no AND a.step_no = :step_no AND a.round = :round
        """)
        return None, connection.scalar(given, {"order_no": order_no, "step_no": step_no, "round": round})


def keep_verdict(
    engine: Engine, *, order_no: str, step_no: int, round: int, approved: bool, actor: str, comment: str
) -> str:
    """Keep what was answered; the paper's state after it. A refused signature is mailed to the office and raised."""
    asked = Step(step_no, round, "", "", ())
    try:
        with engine.begin() as connection:
            return sign(connection, order_no, approved=approved, actor=actor, comment=comment, step=asked)
    except SignOffError as refused:
        with engine.begin() as connection:
            head, due = load_order(connection, order_no).head, due_step(connection, order_no)
            still_due = due is not None and (due.step_no, due.round) == (step_no, round)
            letters.announce_refused(connection, head, step_no, actor, str(refused), still_due=still_due)
        raise


def after_signature(engine: Engine, order_no: str) -> After:
    """Say what the order's state asks to be said, and what follows: the next signature, the issue, or nothing."""
    with engine.begin() as connection:
        order = load_order(connection, order_no)
        head, step = order.head, due_step(connection, order_no)
        if head.status == "returned":
            letters.announce_returned(connection, order)
    follows = "signature" if step else "issue" if head.status == "signed" else ""
    return After(head.region, head.period, order_no, head.status, follows)


def issue_or_hand_back(engine: Engine, order_no: str) -> str:
    """Issue the order; why not, where it was not: balances that moved go to the office by mail (S12).

    A recall is laid out anew in the same transaction: what it takes is all there is, so there is nothing to choose
    before its signers are asked again (`laid_anew`).
    """
    try:
        with engine.begin() as connection:
            drifts = issuing.issue_within(connection, order_no).drifts
            if not drifts:
                return ""
            order = load_order(connection, order_no)
            letters.announce_drift(connection, order, drifts)
            anew = redraft(connection, order_no, SYSTEM) if order.head.kind == "recall" else None
            if anew is not None:
                announce_proposal(connection, anew)
    except SignOffError as refused:
        return in_words(str(refused))
    return f"指令 {order_no} 没有下达，退回拟稿：" + "；".join(drift.reason for drift in drifts)


def laid_anew(engine: Engine, order_no: str) -> str | None:
    """The partition key of the recall that took this one's place and waits for its signers; None without one."""
    with engine.connect() as connection:
        anew = successor(connection, order_no)
        if anew is None:
            return None
        paper = paper_of(connection, anew)
        return order_key(str(paper.region), str(paper.period), anew)


def redo_files(engine: Engine, place: Settings, order_no: str) -> None:
    """Write the workbook and the page of the order's run anew; a recall has none."""
    with engine.connect() as connection:
        run_id = paper_of(connection, order_no).run_id
    if run_id is not None:
        draft_files(engine, place, int(str(run_id)))


def announce_issue(engine: Engine, order_no: str) -> None:
    """The result with its workbook to those who hear of results; each bank and the finance bureau the transfers."""
    with engine.begin() as connection:
        head = load_order(connection, order_no).head
        if head.kind == "recall":
            announce_recall(connection, order_no)
            return
        if head.run_id is not None and head.kind == "adjustment":
            recipients = load_region(head.region).recipients
            announce_result(connection, head.run_id, recipients, result_workbook(connection, head.run_id))
        if head.run_id is not None:
            _tell_correction(connection, head.run_id)
        letters.announce_issue(connection, head)


def corrections_after(engine: Engine, order_no: str) -> list[str]:
    """Partition keys of the true-ups that are drafted because the issue overtook a correction."""
    with engine.begin() as connection:
        region = str(paper_of(connection, order_no).region)
        made = [paper_of(connection, taken) for taken in take_up(connection, region)]
        return [order_key(str(paper.region), str(paper.period), str(paper.order_no)) for paper in made]
