"""Correct: an entry changes what it names while the source still reads so, says so, and changes nothing else."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from cunfang import intake
from cunfang.feeds.document import DocumentError
from cunfang.finding import Finding
from cunfang.intake import correcting
from intake.county import FILES, Q3, Q4, REGION, County

PAGE = """
region: "{region}"
corrections:
  - id: 农行存款
    feed: pboc_credit
    period: 2025-Q4
    {place}
    column: deposits
    expect: "{expect}"
    value: "1999999999.99"
    why: 统计股来电，少记一笔
    said_by: 人民银行统计股
    on: 2026-01-12
"""
ROW, TWO_BILLION = "where: {institution: 中国农业银行}", "2000000000.00"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of corrections, this test's own."""
    made = tmp_path / "corrections"
    made.mkdir()
    monkeypatch.setattr(correcting, "CORRECTIONS", made)
    return made


def write(folder: Path, place: str = ROW, expect: str = TWO_BILLION, region: str = REGION) -> None:
    (folder / f"{REGION}.yaml").write_text(PAGE.format(place=place, expect=expect, region=region), encoding="utf-8")


def deliver(county: County, content: str | None = None, name: str = "") -> tuple[list[str], list[Finding]]:
    county.deliver("pboc_credit", content, name)
    [(number, status)] = county.walk("pboc_credit").items()
    found = [entry.finding for entry in intake.reported(county.db, submission_id=number)]
    return [status], [item for item in found if item.check.startswith("FILE-Q02")]


def deposits(county: County) -> list[Decimal]:
    return [row[0] for row in county.rows("SELECT deposits FROM core.credit ORDER BY institution, submission_id")]


@pytest.mark.parametrize("place", [ROW, "where: {institution: 农行}", "cell: C3", "cell: ' › C3'"])
def test_an_entry_changes_its_cell_in_core_and_leaves_the_record_as_read(
    registered: County, folder: Path, place: str
) -> None:
    write(folder, place)
    status, [said] = deliver(registered)
    assert status == ["accepted"]
    assert deposits(registered) == [Decimal("1999999999.99"), Decimal("1000000000.00")]
    raw = registered.rows("SELECT texts ->> 'deposits' FROM raw.record WHERE cells ->> 'deposits' = 'C3'")
    assert raw == [(TWO_BILLION,)]
    assert (said.check, said.cell, said.blocking) == ("FILE-Q020", "C3", False)
    for words in ("农行存款", TWO_BILLION, "1999999999.99", "人民银行统计股", "2026-01-12", "少记一笔"):
        assert words in said.message
    explained = registered.rows("SELECT is_explained, reason, explained_by, correction FROM ops.finding_state")
    assert explained == [(True, "统计股来电，少记一笔", "人民银行统计股", "农行存款")]


def test_a_correction_may_let_a_file_pass_that_was_refused(registered: County, folder: Path) -> None:
    wrong = FILES["pboc_credit"].replace(TWO_BILLION, "-2.00")
    assert deliver(registered, wrong)[0] == ["rejected"]
    write(folder, expect="-2.00")
    assert deliver(registered, wrong, "again.csv")[0] == ["accepted"]
    assert deposits(registered)[0] == Decimal("1999999999.99")


def test_a_source_that_has_changed_is_left_alone_and_said(registered: County, folder: Path) -> None:
    write(folder, expect="2000000001.00")
    status, [said] = deliver(registered)
    assert status == ["accepted"]
    assert deposits(registered)[0] == Decimal(TWO_BILLION)
    assert (said.check, said.cell) == ("FILE-Q021", "C3")
    assert "2000000001.00" in said.message and f"{REGION}.yaml" in said.advice
    assert registered.rows("SELECT is_explained FROM ops.finding_state") == [(False,)]


def test_the_same_number_written_otherwise_is_still_what_was_expected(registered: County, folder: Path) -> None:
    write(folder, expect="2,000,000,000.0")
    assert [item.check for item in deliver(registered)[1]] == ["FILE-Q020"]


def test_a_row_that_is_not_there_is_said(registered: County, folder: Path) -> None:
    write(folder, "where: {institution: 建行}")
    status, [said] = deliver(registered)
    assert (status, said.check) == (["accepted"], "FILE-Q022")


def test_an_entry_of_another_quarter_is_not_looked_at(registered: County, folder: Path) -> None:
    write(folder)
    assert correcting.entries(REGION, "pboc_credit", Q3) == []
    assert len(correcting.entries(REGION, "pboc_credit", Q4)) == 1
    assert correcting.entries("420922", "pboc_credit", Q4) == []


def test_a_decision_is_taken_on_what_was_checked_whatever_became_of_the_entry(registered: County, folder: Path) -> None:
    write(folder)
    registered.deliver("pboc_credit")
    [number] = registered.land("pboc_credit")
    intake.read(registered.db, registered.settings, number)
    intake.check(registered.db, registered.settings, number)
    (folder / f"{REGION}.yaml").unlink()
    assert intake.decide(registered.db, number) == "accepted"
    assert deposits(registered)[0] == Decimal("1999999999.99")


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("column: deposits", "column: nowhere", 4, "没有列 nowhere"),
        ("feed: pboc_credit", "feed: no_such", 4, "没有报送约定 no_such"),
        ("value:", "values:", 10, "values"),
        (ROW, "said_to: nobody", 7, "said_to"),
        (f"    {ROW}\n", "", 4, "where 与 cell"),
        ("on: 2026-01-12", "on: 昨天", 13, "on"),
        (f'region: "{REGION}"', 'region: "420922"', 1, "应与文件名"),
    ],
)
def test_a_file_that_cannot_be_taken_is_named_with_its_line(
    registered: County, folder: Path, old: str, new: str, line: int, words: str
) -> None:
    write(folder)
    path = folder / f"{REGION}.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(DocumentError, match=f"{REGION}.yaml:{line} .*{words}"):
        deliver(registered)


def test_the_schema_for_editors_is_that_of_the_model() -> None:
    assert correcting.SCHEMA.read_text(encoding="utf-8") == correcting.schema()
    assert json.loads(correcting.schema())["title"] == "Corrections"


def test_the_shipped_files_can_be_taken() -> None:
    for path in correcting.CORRECTIONS.glob("*.yaml"):
        correcting.entries(path.stem, "pboc_credit", Q4)
