"""The banks' time to object (S27): opened by the review, closed by the calendar, held open by what is not answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date

import pytest
from sqlalchemy import Connection, TextClause, text
from sqlalchemy.exc import IntegrityError

from cunfang.evaluation.official import SignOffError
from cunfang.orders.objection import window
from cunfang.orders.paper import OrderError
from cunfang.orders.signing import due_step, sign
from cunfang.warehouse.calendar import load_calendar
from cunfang.workday import UnknownYearError
from orders.conftest import set_today
from orders.test_signing import undone

REGION, ABOUT = "420922", "2025-Q4"
OPENED, CLOSES, AFTER = date(2026, 1, 20), date(2026, 1, 27), date(2026, 1, 28)


@pytest.fixture
def reviewed(connection: Connection, order_no: str) -> str:
    """The order, reviewed on 20 January 2026, a Tuesday."""
    load_calendar(connection)
    sign(connection, order_no, approved=True, actor="finance_office", comment="")
    return order_no


def register(connection: Connection, number: int, *objections: Mapping[str, object]) -> None:
    """The register of objections, accepted for the `number`-th time."""
    submission = connection.execute(
        text("""
            INSERT INTO raw.submission (region, period, feed, sequence, provider, sha256, file_name, file_size)
            VALUES (:region, :period, 'objections', :number, '金融办', lpad(:digest, 64, '0'), '异议.csv', 1)
            RETURNING submission_id
        """),
        {"region": REGION, "period": ABOUT, "number": number, "digest": f"{number}"},
    ).scalar_one()
    usual = {"institution": "ABC", "about_period": ABOUT, "matter": "漏计贷款", "raised_on": "2026-01-22"}
    rows = [
        {"submission_id": submission, "record_no": n, "region": REGION, **usual, **one}
        for n, one in enumerate(objections, start=1)
    ]
    connection.execute(
        text("INSERT INTO core.objection SELECT * FROM jsonb_populate_recordset(NULL::core.objection, :rows)"),
        {"rows": json.dumps(rows)},
    )
    event = text("INSERT INTO raw.submission_event (submission_id, status) VALUES (:id, 'accepted')")
    connection.execute(event, {"id": submission})


def over_on(connection: Connection, order_no: str, day: date) -> bool:
    set_today(connection, str(day))
    return window(connection, order_no).over


def test_given_a_paper_that_nobody_reviewed_then_its_window_is_not_open(connection: Connection, order_no: str) -> None:
    found = window(connection, order_no)

    assert (found.opened_on, found.closes_on, found.over) == (None, None, False)
    with pytest.raises(OrderError, match="尚未复核"):
        _ = found.until
    with pytest.raises(OrderError, match="没有指令"):
        window(connection, "420922-1999Q1-T01")


def test_given_a_reviewed_paper_then_the_window_closes_five_working_days_later(
    connection: Connection, reviewed: str
) -> None:
    found = window(connection, reviewed)

    assert (found.opened_on, found.until) == (OPENED, CLOSES)
    assert [over_on(connection, reviewed, day) for day in (OPENED, CLOSES, AFTER)] == [False, False, True]


def test_given_an_objection_in_time_then_it_holds_the_paper_until_it_is_answered(
    connection: Connection, reviewed: str
) -> None:
    register(connection, 1, {"objection": "Y1"})
    held = window(connection, reviewed)
    assert [one.objection for one in held.open_objections] == ["Y1"]
    assert not over_on(connection, reviewed, AFTER)
    assert "答复之前不进入签批" in held.open_objections[0].advice

    answer = {"objection": "Y1", "outcome": "rejected", "answered_on": "2026-01-23", "answer": "口径不同"}
    register(connection, 2, answer)
    assert over_on(connection, reviewed, AFTER)


def test_given_an_objection_that_is_upheld_then_a_correction_through_the_feeds_is_asked_for(
    connection: Connection, reviewed: str
) -> None:
    register(
        connection,
        1,
        {"objection": "Y1", "outcome": "upheld", "answered_on": "2026-01-23", "answer": "确有漏计"},
    )
    [one] = window(connection, reviewed).upheld
    assert "更正报送" in one.advice and "取代本指令" in one.advice


def test_given_an_objection_after_the_window_then_it_is_shown_as_late_and_holds_nothing_up(
    connection: Connection, reviewed: str
) -> None:
    register(connection, 1, {"objection": "Y1", "raised_on": str(AFTER)}, {"objection": "Y2", "raised_on": str(CLOSES)})
    found = window(connection, reviewed)
    assert ([one.objection for one in found.late], [one.objection for one in found.open_objections]) == (["Y1"], ["Y2"])
    shown = connection.execute(text("SELECT objection, state, late FROM ops.objection_state ORDER BY objection")).all()
    assert [tuple(row) for row in shown] == [("Y1", "late", True), ("Y2", "open", False)]


@pytest.mark.parametrize("elsewhere", [{"about_period": "2025-Q3"}, {"region": "420923"}], ids=["quarter", "region"])
def test_given_an_objection_about_another_quarter_or_region_then_this_paper_is_not_held_up(
    connection: Connection, reviewed: str, elsewhere: dict[str, object]
) -> None:
    register(connection, 1, {"objection": "Y1", **elsewhere})
    assert over_on(connection, reviewed, AFTER)


def test_given_the_paper_goes_back_and_is_reviewed_anew_then_the_window_is_that_of_its_first_review(
    connection: Connection, reviewed: str
) -> None:
    set_today(connection, "2026-02-04")
    step = due_step(connection, reviewed)
    assert step is not None
    order_id = connection.scalar(text("SELECT order_id FROM ops.transfer_order WHERE order_no = :no"), {"no": reviewed})
    back = text("INSERT INTO ops.order_event (order_id, status, actor) VALUES (:id, 'draft', 'cunfang')")
    connection.execute(back, {"id": order_id})
    sign(connection, reviewed, approved=True, actor="finance_office", comment="")

    found = window(connection, reviewed)
    assert (found.opened_on, found.over) == (OPENED, True)


SIGNATURE = text("""
    INSERT INTO ops.approval (verdict, approver, order_id, step_no, round)
    SELECT :verdict, 'leading_group', order_id, 2, 1 FROM ops.transfer_order WHERE order_no = :order_no
""")
ROLES = pytest.mark.parametrize("role", ["owner", "cunfang_pipeline"])


def by_hand(connection: Connection, role: str, order_no: str, statement: TextClause = SIGNATURE) -> None:
    """The leading group's signature by SQL, past the library."""
    if role != "owner":
        connection.execute(text(f"SET LOCAL ROLE {role}"))
    connection.execute(statement, {"verdict": "approved", "order_no": order_no})
    connection.execute(text("RESET ROLE"))


@ROLES
def test_given_the_window_is_open_when_somebody_signs_by_sql_then_the_database_names_its_last_day(
    connection: Connection, reviewed: str, role: str
) -> None:
    for day in (OPENED, CLOSES):
        set_today(connection, str(day))
        with undone(connection), pytest.raises(IntegrityError, match=f"异议期至 {CLOSES} 为止，期满之前不签"):
            by_hand(connection, role, reviewed)

    set_today(connection, str(AFTER))
    by_hand(connection, role, reviewed)
    assert connection.scalar(text("SELECT count(*) FROM ops.approval WHERE step_no = 2")) == 1


@ROLES
def test_given_an_objection_without_an_answer_when_somebody_signs_by_sql_then_it_is_named(
    connection: Connection, reviewed: str, role: str
) -> None:
    register(connection, 1, {"objection": "Y1"}, {"objection": "Y2", "raised_on": str(AFTER)})
    set_today(connection, str(AFTER))
    with undone(connection), pytest.raises(IntegrityError, match=r"1 项异议没有答复（Y1）.*2026-01-27 为止"):
        by_hand(connection, role, reviewed)

    register(connection, 2, {"objection": "Y1", "outcome": "rejected", "answered_on": "2026-01-23", "answer": "不符"})
    by_hand(connection, role, reviewed)


def test_given_an_objection_that_comes_between_signature_and_state_then_the_result_is_not_final(
    connection: Connection, reviewed: str
) -> None:
    set_today(connection, str(AFTER))
    by_hand(connection, "owner", reviewed)
    register(connection, 1, {"objection": "Y1"})

    final = text("""
        INSERT INTO ops.order_event (order_id, status, actor)
        SELECT order_id, 'signed', 'leading_group' FROM ops.transfer_order WHERE order_no = :order_no
    """)
    with pytest.raises(IntegrityError, match=r"1 项异议没有答复（Y1）"):
        by_hand(connection, "cunfang_pipeline", reviewed, final)


def test_given_the_window_is_open_then_the_library_says_the_same_and_a_refusal_may_be_given(
    connection: Connection, reviewed: str
) -> None:
    with undone(connection), pytest.raises(SignOffError, match=f"异议期至 {CLOSES} 为止"):
        sign(connection, reviewed, approved=True, actor="leading_group")

    assert sign(connection, reviewed, approved=False, actor="leading_group", comment="数据有误") == "returned"


def test_given_a_review_dated_back_by_hand_then_the_database_writes_its_own_moment(
    connection: Connection, order_no: str
) -> None:
    sign_by_hand = text("""
        INSERT INTO ops.approval (verdict, approver, order_id, step_no, round, decided_at)
        SELECT :verdict, 'finance_office', order_id, 1, 1, '2025-12-01' FROM ops.transfer_order
        WHERE order_no = :order_no
    """)
    by_hand(connection, "cunfang_pipeline", order_no, sign_by_hand)
    review = text("""
        INSERT INTO ops.order_event (order_id, status, actor, happened_at)
        SELECT order_id, 'reviewed', 'finance_office', '2025-12-01' FROM ops.transfer_order
        WHERE order_no = :order_no
    """)
    by_hand(connection, "cunfang_pipeline", order_no, review)

    assert window(connection, order_no).opened_on == OPENED
    dates = "SELECT CAST(decided_at AT TIME ZONE 'Asia/Shanghai' AS date) FROM ops.approval WHERE step_no = 1"
    assert connection.scalar(text(dates)) == OPENED


def test_given_a_calendar_that_ends_in_the_window_then_nobody_signs_and_it_is_said_why(
    connection: Connection, reviewed: str
) -> None:
    connection.execute(text("DELETE FROM core.workday WHERE day > '2026-01-22'"))
    with pytest.raises(UnknownYearError, match="工作日历尚未载入"):
        window(connection, reviewed)
    with pytest.raises(IntegrityError, match="工作日历尚未载入"):
        by_hand(connection, "owner", reviewed)
