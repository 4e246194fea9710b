"""A transfer of ours as an event in time: what the newest run that counted it knew (N12, S31)."""

from __future__ import annotations

from typing import Any

import pytest

from cunfang.warehouse.publish import publish

ROW = "SELECT run_key, issued_on, due_on, date_key, is_excused, is_on_time, days_late FROM mart.fact_timeliness_event"


@pytest.fixture
def counted(county: Any) -> list[int]:
    """Two runs of a quarter that count one transfer; between them it came back and was given out anew, late."""
    inputs = county.everything()
    runs = [county.run(inputs), county.run(inputs)]
    for run_id, issued, due, excused in (
        (runs[0], "2025-10-09", "2025-10-16", False),
        (runs[1], "2025-11-03", "2025-11-10", True),
    ):
        county.do(
            """
            INSERT INTO eval.run_leg (run_id, leg_code, order_no, from_institution, to_institution, from_account,
                to_account, amount, issued_on, due_on, excused, timed, moved)
            VALUES (:r, 'L-1', 'T-1', 'ICBC', 'ABC', 'a', 'b', 600, :issued, :due, :excused, TRUE, FALSE)
            """,
            r=run_id, issued=issued, due=due, excused=excused,
        )  # fmt: skip
    return runs


def test_given_a_transfer_given_out_anew_then_its_event_has_the_days_and_the_excuse_of_the_newer_run(
    county: Any, counted: list[int]
) -> None:
    first, second = counted
    publish(county.connection, first)
    (before,) = county.all(ROW)
    publish(county.connection, second)
    (after,) = county.all(ROW)

    assert (str(before.issued_on), before.is_excused, before.is_on_time) == ("2025-10-09", False, False)
    assert (str(after.issued_on), str(after.due_on)) == ("2025-11-03", "2025-11-10")
    assert (after.is_excused, after.is_on_time) == (True, None)
    assert after.date_key != before.date_key and after.run_key != before.run_key


def test_given_an_event_when_published_again_then_its_row_is_not_rewritten(county: Any, counted: list[int]) -> None:
    publish(county.connection, counted[1])
    before = county.all("SELECT ctid, event_code FROM mart.fact_timeliness_event")
    publish(county.connection, counted[1])

    assert county.all("SELECT ctid, event_code FROM mart.fact_timeliness_event") == before
