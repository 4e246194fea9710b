"""What somebody writes past the library, with the pipeline's rights, the database refuses in words (S12, S13, S26)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from cunfang.evaluation.official import SignOffError
from cunfang.orders import signing
from cunfang.orders.draft import lay_out, paper_for_run
from cunfang.orders.issue import issue_within
from cunfang.orders.load import load_order
from cunfang.orders.paper import MoveError
from cunfang.region import SignOff
from documents.sample_run import Sample
from orders.conftest import set_today
from orders.test_signing import planned, undone
from signed import sign_all

EVENT = "INSERT INTO ops.order_event (order_id, status, actor) SELECT max(order_id), '{}', 'x' FROM ops.transfer_order"
CHAIN = [SignOff(brings="reviewed", title="复核"), SignOff(brings="signed", title="签批")]
LEG = """
    INSERT INTO ops.leg_event (order_id, leg_no, status, actor, {columns})
    SELECT order_id, leg_no, '{status}', 'x', {values} FROM ops.transfer_leg WHERE leg_code = :code
"""


@contextmanager
def pipeline(connection: Connection) -> Iterator[None]:
    """With the pipeline's rights; what the block did is taken back."""
    with undone(connection):
        connection.execute(text("SET LOCAL ROLE cunfang_pipeline"))
        yield


@pytest.fixture
def leg(connection: Connection, order_no: str) -> str:
    """A transfer of an issued order, of demand money."""
    sign_all(connection, order_no)
    issue_within(connection, order_no)
    return next(leg.leg_code for leg in load_order(connection, order_no).legs if leg.status == "issued")


def moved(connection: Connection, leg: str, status: str, columns: str = "reason", values: str = "''") -> None:
    connection.execute(text(LEG.format(status=status, columns=columns, values=values)), {"code": leg})


@pytest.mark.parametrize("status", ["issued", "draft", "signed", "cancelled", "returned"])
def test_an_issued_paper_goes_nowhere(connection: Connection, leg: str, status: str) -> None:
    with pipeline(connection), pytest.raises(IntegrityError, match="现状是 issued"):
        connection.execute(text(EVENT.format(status)))
    assert leg


@pytest.mark.parametrize(
    ("status", "columns", "values", "words"),
    [
        ("executed", "executed_at", "'2026-01-19'", "须在下达之日"),
        ("executed", "executed_at", "'2026-01-21'", "须在下达之日"),
        ("executed", "executed_at, submission_id, record_no", "'2026-01-20', 1, 1", "不是这一笔"),
        ("acknowledged", "submission_id", "1", "不是这一笔"),
        ("confirmed", "reason", "''", "不能变为 confirmed"),
        ("issued", "due_on", "'2026-02-02'", "不能变为 issued"),
    ],
)
def test_a_transfer_moves_on_evidence_that_makes_sense(
    connection: Connection, leg: str, status: str, columns: str, values: str, words: str
) -> None:
    with pipeline(connection), pytest.raises(IntegrityError, match=words):
        moved(connection, leg, status, columns, values)


def test_a_transfer_is_not_due_before_it_may_be_made(connection: Connection, leg: str) -> None:
    moved(connection, leg, "returned")
    with pipeline(connection), pytest.raises(IntegrityError, match="早于可以划转之日"):
        moved(connection, leg, "issued", "due_on", "'2026-01-19'")


@pytest.mark.parametrize("amount", ["0", "-1", "'NaN'", "'Infinity'", "1e17"])
def test_an_amount_is_a_figure(connection: Connection, order_no: str, amount: str) -> None:
    """NaN is greater than nought, and equal to a receipt of NaN."""
    copied = text(f"""
        INSERT INTO ops.transfer_leg
        SELECT order_id, 999, 'X', from_institution, to_institution, from_account, to_account, owner, fund_category,
            {amount}, available_from, base_balance, blocked, reason
        FROM ops.transfer_leg LIMIT 1
    """)
    with pipeline(connection):
        connection.execute(text("RESET ROLE"))
        connection.execute(text("ALTER TABLE ops.transfer_leg DISABLE TRIGGER laid_out_whole"))
        connection.execute(text("SET LOCAL ROLE cunfang_pipeline"))
        with pytest.raises(DBAPIError, match=r"transfer_leg|numeric field overflow|infinite"):
            connection.execute(copied)
    assert order_no


@pytest.mark.parametrize(
    ("columns", "values"), [("max_drift", "'NaN'"), ("max_drift", "'Infinity'"), ("drafted_by", "' '")]
)
def test_the_terms_of_a_paper_are_figures_and_somebody_drafts_it(
    connection: Connection, order_no: str, columns: str, values: str
) -> None:
    terms = {"max_drift": "0.05", "drafted_by": "'x'", columns: values}
    with pipeline(connection), pytest.raises(IntegrityError, match="transfer_order"):
        connection.execute(
            text(f"""
                INSERT INTO ops.transfer_order (order_no, region, period, kind, institution, cause, base_date,
                    max_drift, execute_workdays, issue_workdays, objection_workdays, drafted_by)
                SELECT 'X', region, period, 'recall', 'ICBC', 'x', base_date, {terms["max_drift"]}, 1, 1, 0,
                    {terms["drafted_by"]}
                FROM ops.transfer_order WHERE order_no = :order_no
            """),
            {"order_no": order_no},
        )


def _paper(connection: Connection, order_no: str, region: str, change: str, chain: str) -> None:
    """A second paper like `order_no`, for `region`, with a changed transfer and a chain of one's own choice."""
    connection.execute(
        text("""
            INSERT INTO ops.transfer_order (order_no, region, period, kind, run_id, institution, cause, base_date,
                max_drift, execute_workdays, issue_workdays, objection_workdays, drafted_by)
            SELECT 'X', :region, period, 'recall', NULL, 'ICBC', 'x', base_date, max_drift, 1, 1, 0, 'x'
            FROM ops.transfer_order WHERE order_no = :order_no
        """),
        {"order_no": order_no, "region": region},
    )
    connection.execute(
        text(f"""
            INSERT INTO ops.transfer_leg
            SELECT o.order_id, l.leg_no, 'X-' || l.leg_no, l.from_institution, l.to_institution, l.from_account,
                {change}, l.owner, l.fund_category, l.amount, l.available_from, l.base_balance, FALSE, ''
            FROM ops.transfer_order AS o, ops.transfer_leg AS l
            INNER JOIN ops.transfer_order AS p USING (order_id)
            WHERE o.order_no = 'X' AND p.order_no = :order_no AND NOT l.blocked ORDER BY l.leg_no LIMIT 1
        """),
        {"order_no": order_no},
    )
    steps = text("""
        INSERT INTO ops.sign_step
        SELECT order_id, s.place, s.status, s.status, '{}' FROM ops.transfer_order,
            unnest(CAST(:chain AS text[])) WITH ORDINALITY AS s (status, place)
        WHERE order_no = 'X'
    """)
    connection.execute(steps, {"chain": chain})
    connection.execute(text(EVENT.format("draft")))


WHOLE = "{reviewed,signed}"


@pytest.mark.parametrize(
    ("region", "change", "chain", "words"),
    [
        ("420923", "l.to_account", WHOLE, "不在该地区的账户名录中"),
        ("420922", "'6228000000000000001'", WHOLE, "6228000000000000001.*不在该地区的账户名录中"),
        ("420922", "l.to_account", "{}", "没有完整的签批环节"),
        ("420922", "l.to_account", "{reviewed}", "没有完整的签批环节"),
        ("420922", "l.to_account", "{signed,reviewed}", "没有完整的签批环节"),
    ],
)
def test_a_paper_is_between_accounts_of_its_region_and_is_to_be_signed(
    connection: Connection, order_no: str, region: str, change: str, chain: str, words: str
) -> None:
    with pipeline(connection), pytest.raises(IntegrityError, match=words):
        _paper(connection, order_no, region, change, chain)


def test_such_a_paper_within_the_register_is_laid_out(connection: Connection, order_no: str) -> None:
    with pipeline(connection):
        _paper(connection, order_no, "420922", "l.to_account", WHOLE)
        assert signing.due_step(connection, "X") is not None


@pytest.mark.parametrize(
    ("leave", "add", "words"), [(1, "0", "缺少"), (0, "0.01", "多出"), (0, "-0.01", "多出")], ids=["less", "more", "-"]
)
def test_an_adjustment_is_what_its_run_says(
    connection: Connection, sample: Sample, leave: int, add: str, words: str
) -> None:
    first, *others = planned(connection, sample.run_id)
    legs = others if leave else [replace(first, amount=first.amount + Decimal(add)), *others]
    with pipeline(connection), pytest.raises(MoveError, match=words):
        lay_out(connection, paper_for_run(connection, sample.run_id, "adjustment"), legs, CHAIN)


@pytest.mark.parametrize("name", ["Clerk", "clerk ", "ｃｌｅｒｋ", "cl\u200berk", "CUNFANG", " ", "cunfang"])
def test_another_spelling_is_no_second_person(connection: Connection, sample: Sample, name: str) -> None:
    paper = replace(paper_for_run(connection, sample.run_id, "adjustment"), drafted_by="clerk")
    order_no = lay_out(connection, paper, planned(connection, sample.run_id), CHAIN)
    with pytest.raises(SignOffError, match=r"不能自己签批|具名用户"):
        signing.sign(connection, order_no, approved=True, actor=name)


def test_who_ever_put_it_up_again_does_not_sign_in_a_later_round_either(connection: Connection, order_no: str) -> None:
    signing.sign(connection, order_no, approved=False, actor="finance_office", comment="有误")
    signing.submit(connection, order_no, "finance_office", "已核对")
    connection.execute(text(EVENT.format("returned")))
    signing.submit(connection, order_no, "engineer", "已核对")
    with pytest.raises(SignOffError, match="不能自己签批"):
        signing.sign(connection, order_no, approved=True, actor="finance_office")


TABLES = ("transfer_order", "transfer_leg", "sign_step", "order_event", "leg_event", "approval")


@pytest.mark.parametrize("table", TABLES)
def test_nothing_is_changed_or_taken_out(connection: Connection, leg: str, table: str) -> None:
    for statement in ("DELETE FROM ops.{}", "TRUNCATE ops.{} CASCADE", "UPDATE ops.{} SET order_id = DEFAULT"):
        with pipeline(connection), pytest.raises(DBAPIError, match=r"permission denied|append-only"):
            connection.execute(text(statement.format(table)))
    assert leg


def test_a_very_long_reason_is_kept_whole(connection: Connection, leg: str) -> None:
    reason = "理由" * 50_000
    set_today(connection, "2026-01-21")
    moved(connection, leg, "returned", "reason", f"'{reason}'")
    kept = next(one for one in load_order(connection, leg[:17]).legs if one.leg_code == leg)
    assert kept.status_reason == reason
