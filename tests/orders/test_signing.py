"""Who signs what, in which order: held by the database, whoever writes (S26)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from cunfang.evaluation.official import SignOffError
from cunfang.orders import signing
from cunfang.orders.draft import draft_adjustment, lay_out, paper_for_run
from cunfang.orders.load import load_order
from cunfang.orders.paper import Leg, MoveError, OrderError
from cunfang.region import SignOff
from cunfang.warehouse.sql import rows
from documents.sample_run import Sample
from signed import sign_all, wait_for_objections

CHAIN = ("finance_office", "leading_group", "finance_bureau")


@contextmanager
def undone(connection: Connection) -> Iterator[None]:
    """What the block did is taken back, so that a refusal does not end the test's transaction."""
    point = connection.begin_nested()
    try:
        yield
    finally:
        point.rollback()


def _sign(connection: Connection, order_no: str, actor: str, approved: bool = True) -> str:
    due = signing.due_step(connection, order_no)
    if due is not None and due.brings == "signed":
        wait_for_objections(connection, order_no)
    return signing.sign(connection, order_no, approved=approved, actor=actor, comment="说明")


def planned(connection: Connection, run_id: int) -> list[Leg]:
    """The transfers of a run."""
    return [Leg(**leg) for leg in rows(connection, "orders/draft_legs.sql", {"run_id": run_id})]


def _run_status(connection: Connection, run_id: int) -> str:
    status = text("SELECT status FROM eval.run_state WHERE run_id = :run_id")
    return str(connection.execute(status, {"run_id": run_id}).scalar_one())


def test_each_signature_brings_the_paper_on_and_the_last_but_one_makes_the_result_final(
    connection: Connection, sample: Sample, order_no: str
) -> None:
    assert [_sign(connection, order_no, actor) for actor in CHAIN] == ["reviewed", "signed", "signed"]

    assert signing.due_step(connection, order_no) is None
    assert _run_status(connection, sample.run_id) == "approved"
    order = load_order(connection, order_no)
    assert [(one.title, one.approver) for one in order.signatures] == [
        ("县金融办复核", "finance_office"),
        ("领导小组签批", "leading_group"),
        ("县财政局下达", "finance_bureau"),
    ]
    assert [event.status for event in order.events] == ["draft", "reviewed", "signed"]


@pytest.mark.parametrize("actor", ["leading_group", "finance_bureau", "engineer", ""])
def test_somebody_who_is_not_asked_now_cannot_sign(connection: Connection, order_no: str, actor: str) -> None:
    with undone(connection), pytest.raises(SignOffError, match=r"签批人|具名"):
        _sign(connection, order_no, actor)

    due = signing.due_step(connection, order_no)
    assert due is not None and due.step_no == 1


def test_nobody_signs_twice_even_where_the_chain_names_nobody(connection: Connection, sample: Sample) -> None:
    steps = [SignOff(brings="reviewed", title="复核"), SignOff(brings="signed", title="签批")]
    paper = paper_for_run(connection, sample.run_id, "adjustment")
    order_no = lay_out(connection, paper, planned(connection, sample.run_id), steps)
    _sign(connection, order_no, "anybody")

    with undone(connection), pytest.raises(SignOffError, match="另一人"):
        _sign(connection, order_no, "anybody")

    assert _sign(connection, order_no, "somebody_else") == "signed"


def test_the_maker_cannot_sign_nor_who_put_it_up_again(connection: Connection, sample: Sample) -> None:
    steps = [SignOff(brings="reviewed", title="复核"), SignOff(brings="signed", title="签批")]
    paper = replace(paper_for_run(connection, sample.run_id, "adjustment"), drafted_by="maker")
    order_no = lay_out(connection, paper, planned(connection, sample.run_id), steps)

    with undone(connection), pytest.raises(SignOffError, match="拟定或重新提交"):
        _sign(connection, order_no, "maker")
    _sign(connection, order_no, "checker", approved=False)
    signing.submit(connection, order_no, "clerk", "已补充说明")
    for actor in ("clerk", "maker"):
        with undone(connection), pytest.raises(SignOffError, match="拟定或重新提交"):
            _sign(connection, order_no, actor)

    assert _sign(connection, order_no, "checker") == "reviewed"


def test_a_refusal_returns_the_paper_and_a_new_round_starts_from_the_first_step(
    connection: Connection, sample: Sample, order_no: str
) -> None:
    _sign(connection, order_no, "finance_office")
    assert _sign(connection, order_no, "leading_group", approved=False) == "returned"
    assert signing.due_step(connection, order_no) is None
    with pytest.raises(SignOffError, match="returned"):
        _sign(connection, order_no, "leading_group")

    signing.submit(connection, order_no, "engineer", "按意见核对无误")

    due = signing.due_step(connection, order_no)
    assert due is not None and (due.step_no, due.round) == (1, 2)
    sign_all(connection, order_no)
    assert _run_status(connection, sample.run_id) == "approved"


def test_the_same_answer_given_twice_counts_once(connection: Connection, order_no: str) -> None:
    step = signing.due_step(connection, order_no)
    assert step is not None
    again = [
        signing.sign(connection, order_no, approved=True, actor="finance_office", comment="", step=step)
        for _ in range(2)
    ]

    assert again == ["reviewed", "reviewed"]
    due = signing.due_step(connection, order_no)
    assert due is not None and due.step_no == 2


def test_an_answer_to_a_step_that_is_over_is_refused(connection: Connection, order_no: str) -> None:
    step = signing.due_step(connection, order_no)
    sign_all(connection, order_no)

    with pytest.raises(SignOffError, match="不再待签"):
        signing.sign(connection, order_no, approved=True, actor="engineer", comment="", step=step)


def test_a_paper_taken_back_before_the_signature_rejects_its_run_and_stays_taken_back(
    connection: Connection, sample: Sample, order_no: str
) -> None:
    signing.cancel(connection, order_no, "finance_office", "数据有误")
    signing.cancel(connection, order_no, "finance_office", "数据有误")

    assert _run_status(connection, sample.run_id) == "rejected"
    with undone(connection), pytest.raises(MoveError, match="cancelled"):
        signing.submit(connection, order_no, "finance_office", "")


def test_a_run_has_one_order_and_one_that_was_decided_gets_none(
    connection: Connection, sample: Sample, order_no: str
) -> None:
    assert draft_adjustment(connection, sample.run_id) == order_no
    with pytest.raises(OrderError, match="不存在"):
        draft_adjustment(connection, 10**9)


def test_a_state_cannot_be_written_without_its_signatures(connection: Connection, order_no: str) -> None:
    event = text("""
        INSERT INTO ops.order_event (order_id, status, actor)
        SELECT order_id, :status, 'engineer' FROM ops.transfer_order WHERE order_no = :order_no
    """)
    for status, words in (("reviewed", "签批环节"), ("signed", "现状"), ("issued", "现状"), ("draft", "现状")):
        with undone(connection), pytest.raises(IntegrityError, match=words):
            connection.execute(event, {"status": status, "order_no": order_no})


@pytest.mark.parametrize(("step", "round_no"), [(2, 1), (3, 1), (None, 1), (1, 2), (1, None)])
def test_a_signature_out_of_its_turn_or_round_is_refused_by_the_database(
    connection: Connection, order_no: str, step: int | None, round_no: int | None
) -> None:
    """By who may sign now: only the place is wrong."""
    approval = text("""
        INSERT INTO ops.approval (verdict, approver, order_id, step_no, round)
        SELECT 'approved', 'finance_office', order_id, :step, :round FROM ops.transfer_order WHERE order_no = :order_no
    """)
    with undone(connection), pytest.raises(IntegrityError, match="现在轮到第 1 个签批环节（第 1 轮）"):
        connection.execute(approval, {"step": step, "round": round_no, "order_no": order_no})


def test_a_paper_gets_no_further_transfer_and_none_is_changed(connection: Connection, order_no: str) -> None:
    more = text("""
        INSERT INTO ops.transfer_leg (
            order_id, leg_no, leg_code, from_institution, to_institution, from_account, to_account, owner,
            fund_category, amount, available_from, base_balance, blocked
        )
        SELECT
            order_id, 999, 'X', from_institution, to_institution, from_account, to_account, owner, fund_category,
            amount, available_from, base_balance, blocked
        FROM ops.transfer_leg ORDER BY leg_no LIMIT 1
    """)
    with undone(connection), pytest.raises(IntegrityError, match="不再增加"):
        connection.execute(more)
    with undone(connection), pytest.raises(IntegrityError, match="append-only"):
        connection.execute(text("UPDATE ops.transfer_leg SET amount = amount + 1"))
