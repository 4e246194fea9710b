"""The office's register of objections (S27), and decisions to skip a quarter that come too late (S14)."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from cunfang.period import Period
from intake.county import REGION, County
from intake.test_documents import GOOD, HEAD, faults, scan

COLUMNS = "objection,institution,about_period,matter,raised_on,outcome,answered_on,answer\n"
OPEN = "Y1,工行,2025-Q4,漏计贷款,2026-01-22,,,\n"
Q1 = Period(2026, 1)


def deliver(county: County, rows: str) -> str:
    county.deliver("objections", COLUMNS + rows, period=Q1)
    [status] = county.walk("objections").values()
    return status


def test_given_an_objection_and_then_its_answer_then_the_last_registration_counts(registered: County) -> None:
    assert deliver(registered, OPEN) == "accepted"
    assert deliver(registered, "Y1,工行,2025-Q4,漏计贷款,2026-01-22,不成立,2026-01-23,口径不同\n") == "accepted"

    shown = registered.rows("SELECT objection, institution, about_period, state FROM ops.objection_state")
    assert shown == [("Y1", "ICBC", "2025-Q4", "rejected")]


def test_given_a_later_register_without_the_objection_then_it_does_not_vanish(registered: County) -> None:
    deliver(registered, OPEN)
    deliver(registered, OPEN.replace("Y1", "Y2"))

    assert registered.rows("SELECT objection FROM ops.objection_state ORDER BY 1") == [("Y1",), ("Y2",)]


@pytest.mark.parametrize(
    ("row", "check"),
    [
        ("Y1,工行,2025-Q4,漏计,2026-01-22,成立,,\n", "OBJ-V010"),
        ("Y1,工行,2025-Q4,漏计,2026-01-22,成立,2026-01-21,属实\n", "OBJ-V011"),
        ("Y1,工行,2025-Q4,漏计,2025-12-31,,,\n", "OBJ-V012"),
        ("Y1,丙行,2025-Q4,漏计,2026-01-22,,,\n", "OBJ-V003"),
        (OPEN + OPEN, "OBJ-V002"),
    ],
)
def test_given_an_objection_that_cannot_be_so_then_it_is_refused(registered: County, row: str, check: str) -> None:
    assert deliver(registered, row) == "rejected"
    assert {found for (found,) in registered.rows("SELECT check_id FROM ops.finding WHERE class = 'validity'")} == {
        check
    }


def test_given_a_published_quarter_when_a_decision_waives_it_then_the_register_is_refused(registered: County) -> None:
    with registered.db.begin() as connection:
        connection.execute(
            text("""
                WITH book AS (
                    INSERT INTO eval.rulebook (
                        code, content_hash, name, document, effective_from, full_scale, quota_mode, rounding_unit,
                        min_leg, disqualification_years, content
                    ) VALUES ('x', 'x', 'x', 'x', '2025-01-01', 100, 'stock', 1, 0, 3, '{}') RETURNING rulebook_id
                ), run AS (
                    INSERT INTO eval.run (region, period, as_of, year_start, rulebook_id, input_hash, purpose)
                    SELECT :region, '2025-Q3', '2025-09-30', '2025-01-01', rulebook_id, 'x', 'official' FROM book
                    RETURNING run_id
                )
                INSERT INTO eval.run_event (run_id, status, actor) SELECT run_id, 'published', 'cunfang' FROM run
            """),
            {"region": REGION},
        )
    scan(registered)
    year = GOOD.replace("carve_out,工行,,1000000.00", "waive_period,,,").replace("2025-12-01", "2025-07-01")
    registered.deliver("decisions", HEAD + year)
    assert list(registered.walk("decisions").values()) == ["rejected"]
    assert faults(registered) == {"DEC-V021"}

    registered.deliver("decisions", HEAD + year.replace("2025-07-01", "2025-12-01"))
    assert list(registered.walk("decisions").values()) == ["accepted"]
