"""The sample in the eyes of the real reader: every file is understood, both forms of a quarter give the same rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from cunfang.feeds.contract import contract
from cunfang.feeds.normalise import Scalar, Typed, normalise
from cunfang.feeds.reader import read
from cunfang.institution import Register
from cunfang.period import Period

SAMPLE = Path(__file__).resolve().parents[2] / "include" / "sample"
FILES = sorted(path for part in ("inbox", "corrections", "canonical") for path in (SAMPLE / part).rglob("*.*"))
QUARTER = Path("420922/2025-Q4")
TWO_FORMS = {
    "pboc_credit": "corrections",
    "tax_national": "inbox",
    "tax_local": "inbox",
    "balances": "inbox",
    "targets": "inbox",
    "peers": "inbox",
    "bank_return/ABC": "inbox",
    "bank_return/DWRCB": "inbox",
}
REGION = ("420922", "大悟县")


def place(path: Path) -> tuple[str, Period, str]:
    """Region, period and feed of a delivery, by its path."""
    _, region, period, feed, *_ = path.relative_to(SAMPLE).parts
    return region, Period.parse(period), feed


def typed(folder: Path, register: Register | None = None) -> Typed:
    """The one file of a delivery, read and typed."""
    (path,) = folder.iterdir()
    region, period, feed = place(path)
    reading = read(path, contract(feed), region, period, county="大悟县")
    return normalise(contract(feed), reading, register, period, region=REGION)


def loaded(rows: Typed) -> list[list[Scalar]]:
    """What would be stored, in the order of the file."""
    return [[row.fields[column.name] for column in rows.contract.loaded_columns] for row in rows.rows]


@pytest.fixture(scope="module")
def register() -> Register:
    """The banks of the last quarter."""
    banks = [row.fields for row in typed(SAMPLE / "canonical" / QUARTER / "institutions").rows]
    spellings = ((str(b["institution"]), [str(b["name"]), str(b["short_name"]), *b["aliases"]]) for b in banks)  # type: ignore[misc]
    return Register.build(spellings)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.relative_to(SAMPLE).as_posix())
def test_given_a_sample_file_when_read_then_nothing_in_it_is_left_unread(path: Path) -> None:
    region, period, feed = place(path)
    agreed = contract(feed)
    reading = read(path, agreed, region, period, county="大悟县")
    assert not reading.blocked, reading.findings
    assert reading.records or agreed.feed == "decisions"
    assert not normalise(agreed, reading, None, period, region=REGION).quarantine
    mistyped = path.is_relative_to(SAMPLE / "inbox" / QUARTER / "pboc_credit")
    assert [finding.check for finding in reading.findings] == (["FILE-Q001"] if mistyped else [])


@pytest.mark.parametrize("feed", TWO_FORMS)
def test_given_both_forms_of_a_feed_when_typed_then_the_rows_are_the_same(feed: str, register: Register) -> None:
    office = typed(SAMPLE / TWO_FORMS[feed] / QUARTER / feed, register)
    canonical = typed(SAMPLE / "canonical" / QUARTER / feed, register)
    assert loaded(office) == loaded(canonical) != []


def test_given_the_first_delivery_of_credit_when_typed_then_only_the_mistyped_figure_differs(
    register: Register,
) -> None:
    first = loaded(typed(SAMPLE / "inbox" / QUARTER / "pboc_credit", register))
    right = loaded(typed(SAMPLE / "canonical" / QUARTER / "pboc_credit", register))
    differing = [(a[0], x, y) for a, b in zip(first, right, strict=True) for x, y in zip(a, b, strict=True) if x != y]
    assert differing == [("CCB", 890_000_000, 89_000_000)]
