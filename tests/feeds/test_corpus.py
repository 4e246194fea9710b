"""Every office file of the corpus is read to the rows, or to the findings, that stand beside it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from corpus import balances, credit, hostile, registers, tables, tax
from corpus.builder import Separated, Sheet
from corpus.case import Case

from cunfang.feeds.contract import contract
from cunfang.feeds.faults import Fault
from cunfang.feeds.normalise import normalise
from cunfang.feeds.reader import read, read_bytes
from cunfang.feeds.recognise import recognise
from cunfang.feeds.record import Reading
from cunfang.institution import Register
from cunfang.period import Period

CASES: list[Case] = [*credit.CASES, *tables.CASES, *tax.CASES, *balances.CASES, *registers.CASES, *hostile.CASES]
OFFICE_FEEDS = {
    *("institutions", "pboc_credit", "pboc_prudential", "tax_national", "tax_local", "tax", "accounts", "balances"),
    *("timeliness_events", "supervisory_events", "decisions", "indicators"),
}
SAME_HEADER = {"tax", "tax_national", "tax_local"}
RECOGNISED = [case for case in CASES if case.rows and not {"FILE-S013 A1", "FILE-S013 A2"} & set(case.findings)]
NOT_BY_A_TABLE = {
    Fault.NO_SHEET,  # only where a layout names its sheets: test_reader_faults
    Fault.NO_LAYOUT,  # likewise
    Fault.EXPECTED_COLUMN,
    Fault.SLOW_READER,
    Fault.UNRECOGNISED,  # only where the feed is not stated: the tests of cunfang check
}
REGISTER = Register.build(
    [
        ("ICBC", ["中国工商银行", "工行", "中国工商银行股份有限公司大悟县支行"]),
        ("ADBC", ["农发行", "中国农业发展银行", "农业发展银行"]),
        ("HBB", ["湖北银行"]),
    ]
)


def shown(value: object) -> str:
    """A typed value as the corpus draws it."""
    if value is None or value == ():
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple):
        return ";".join(map(str, value))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    return value.isoformat() if isinstance(value, date) else f"{value:f}" if isinstance(value, Decimal) else str(value)


@pytest.mark.parametrize("case", CASES, ids=[f"{case.feed}-{case.name}" for case in CASES])
def test_given_an_office_file_when_read_then_it_gives_what_stands_beside_it(case: Case, tmp_path: Path) -> None:
    path = tmp_path / case.name
    path.write_bytes(case.file.build(case.suffix))
    period = Period.parse(case.period)
    reading = read(path, contract(case.feed), "420922", period, county="大悟县")
    typed = normalise(contract(case.feed), reading, REGISTER, period)
    found = [*reading.findings, *typed.findings]
    places = sorted(f"{one.check} {one.cell or one.sheet or '-'}" for one in found)
    assert places == sorted(case.findings), [f"{one.check} {one.sheet} {one.cell} {one.message}" for one in found]
    if case.rows:
        names, *rows = Sheet("", case.rows).lines()
        assert [[shown(row.fields[name]) for name in names] for row in typed.rows] == rows
    else:
        assert reading.blocked
    if case.layout:
        assert reading.layout == case.layout


def test_the_corpus_covers_every_feed_format_and_encoding() -> None:
    names = [(case.feed, case.name) for case in CASES]
    assert len(CASES) >= 60 and len(set(names)) == len(names)
    assert {case.feed for case in CASES} >= OFFICE_FEEDS
    assert {"xlsx", "xlsm", "xls", "csv"} <= {case.suffix for case in CASES}
    encodings = {case.file.encoding for case in CASES if isinstance(case.file, Separated)}
    assert {"gb18030", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"} <= encodings
    assert all(case.shows for case in CASES)


def test_every_fault_of_a_table_is_shown_by_a_file() -> None:
    said = {finding.split()[0] for case in CASES for finding in case.findings}
    asked = {fault.value for fault in Fault if fault.value.startswith(("FILE-S", "FILE-Q"))}
    assert asked - said <= NOT_BY_A_TABLE, sorted(asked - said - NOT_BY_A_TABLE)


@pytest.mark.parametrize("case", RECOGNISED, ids=[f"{case.feed}-{case.name}" for case in RECOGNISED])
def test_given_a_sound_file_alone_when_its_feed_is_asked_then_its_header_tells(case: Case) -> None:
    found = recognise(case.file.build(case.suffix), case.name)
    assert found is not None
    assert found.feed == case.feed or {found.feed, case.feed} <= SAME_HEADER
    reading = read_bytes(case.file.build(case.suffix), contract(case.feed), Reading(case.name, case.feed, "", None))
    assert reading.period == found.period
    assert found.period is None or found.period == Period.parse(case.period)


def test_given_a_tax_file_when_its_title_names_the_bureau_then_the_feed_is_that_bureaus() -> None:
    named = {case.name: recognise(case.file.build(case.suffix), case.name) for case in tax.CASES if "税." in case.name}
    assert {name: found and found.feed for name, found in named.items()} == {
        "国税.xlsx": "tax_national",
        "地税.csv": "tax_local",
    }


@pytest.mark.parametrize("case", hostile.CASES, ids=[case.name for case in hostile.CASES])
def test_given_a_hostile_file_when_its_feed_is_asked_then_nothing_is_raised(case: Case) -> None:
    found = recognise(case.file.build(case.suffix), case.name)
    assert (found is None) == (not case.rows)
