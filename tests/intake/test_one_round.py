"""A file that reading refuses hears of all its other faults in the same round."""

from __future__ import annotations

from intake.county import CREDIT_COLUMNS, County

ROWS = (
    "工行,2025-12-31,1000000000.00,500000000.00,1,1,1,1,1,1,500000000.01,1,1\n"
    "无名行,2025-12-31,.8,700000000.00,,,,,,,,,\n"
)


def faults(county: County, content: str) -> tuple[str, set[str]]:
    county.deliver("pboc_credit", content)
    [(number, status)] = county.walk("pboc_credit").items()
    found = county.rows("SELECT check_id FROM ops.finding WHERE submission_id = :id", id=number)
    return status, {check for (check,) in found}


def test_given_an_unknown_column_when_checked_then_the_other_columns_are_judged_as_well(registered: County) -> None:
    header = CREDIT_COLUMNS + ",surprise\n"
    status, found = faults(registered, header + ROWS.replace("\n", ",7\n"))
    assert status == "rejected"
    assert {"FILE-S009", "PBC-V010", "FILE-V003"} <= found


def test_given_a_missing_column_when_checked_then_its_emptiness_is_not_said_again_by_row(registered: County) -> None:
    header = CREDIT_COLUMNS.replace(",loans,", ",") + "\n"
    rows = ROWS.replace("500000000.00,", "").replace("700000000.00,", "").replace(".8", "1000000000.00")
    status, found = faults(registered, header + rows)
    assert status == "rejected"
    assert {"FILE-S008", "PBC-V003"} <= found
    assert "PBC-V001" not in found
    assert registered.rows("SELECT count(*) FROM ops.quarantine") == [(0,)]


def test_given_a_file_refused_in_reading_when_it_is_checked_twice_then_nothing_is_added(registered: County) -> None:
    faults(registered, CREDIT_COLUMNS + ",surprise\n" + ROWS.replace("\n", ",7\n"))
    before = registered.counts()
    assert registered.walk("pboc_credit") == {}
    assert registered.counts() == before
