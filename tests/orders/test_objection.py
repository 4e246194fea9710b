"""The banks' time to object (S27): opened by the review, closed by the calendar, held open by what is not answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date

import pytest
from sqlalchemy import Connection, text

from cunfang.orders.objection import window
from cunfang.orders.paper import OrderError
from cunfang.orders.signing import due_step, sign
from cunfang.warehouse.calendar import load_calendar
from orders.conftest import set_today

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
    assert [found.is_over(day) for day in (OPENED, CLOSES, AFTER)] == [False, False, True]
    assert not found.over
    set_today(connection, str(AFTER))
    assert window(connection, reviewed).over


def test_given_an_objection_in_time_then_it_holds_the_paper_until_it_is_answered(
    connection: Connection, reviewed: str
) -> None:
    register(connection, 1, {"objection": "Y1"})
    held = window(connection, reviewed)
    assert [one.objection for one in held.open_objections] == ["Y1"] and not held.is_over(AFTER)
    assert "答复之前不进入签批" in held.open_objections[0].advice

    answer = {"objection": "Y1", "outcome": "rejected", "answered_on": "2026-01-23", "answer": "口径不同"}
    register(connection, 2, answer)
    assert window(connection, reviewed).is_over(AFTER)


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


def test_given_an_objection_about_another_quarter_then_this_paper_is_not_held_up(
    connection: Connection, reviewed: str
) -> None:
    register(connection, 1, {"objection": "Y1", "about_period": "2025-Q3"})
    assert window(connection, reviewed).is_over(AFTER)


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
