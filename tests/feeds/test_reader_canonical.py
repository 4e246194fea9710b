"""Canonical files: strict CSV by column names; what is written is read back equal, through the database's form too."""

from __future__ import annotations

import csv
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cunfang.feeds.contract import CANONICAL, Column, Kind, contract, contracts
from cunfang.feeds.faults import Fault
from cunfang.feeds.normalise import Scalar, normalise
from cunfang.feeds.reader import read
from cunfang.feeds.record import Record
from cunfang.institution import Register
from cunfang.period import Period

Q4 = Period.parse("2025-Q4")
REGISTER = Register.build([("ICBC", ["工行"]), ("HBB", ["湖北银行"])])
HEADER = "account,as_of,balance,matures_on\n"
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=8)
VALUES: dict[Kind, st.SearchStrategy[Scalar]] = {
    Kind.TEXT: WORDS,
    Kind.DOCUMENT: WORDS,
    Kind.CODE: st.from_regex(r"[A-Z][A-Z0-9_.-]{0,8}", fullmatch=True),
    Kind.INSTITUTION: st.sampled_from(["ICBC", "HBB"]),
    Kind.INSTITUTION_OPTIONAL: st.sampled_from(["ICBC", "HBB"]),
    Kind.LIST: st.lists(WORDS.filter(lambda word: not set(word) & set(";；")), max_size=3).map(tuple),
    Kind.DATE: st.dates(date(1949, 10, 1), date(2100, 1, 1)),
    Kind.DATETIME: st.datetimes().map(lambda moment: moment.replace(microsecond=0, fold=0)),
    Kind.MONEY: st.decimals(-(10**12), 10**12, places=2),
    Kind.RATIO: st.decimals(-10, 10, places=6),
    Kind.NUMBER: st.decimals(-(10**9), 10**9, places=4),
    Kind.INTEGER: st.integers(-(10**6), 10**6),
    Kind.BOOLEAN: st.booleans(),
    Kind.PERIOD: st.from_regex(r"20[0-9]{2}-Q[1-4]", fullmatch=True),
    Kind.FEED: st.sampled_from(sorted(contracts())),
    Kind.ACCOUNT: st.from_regex(r"[0-9]{12,22}", fullmatch=True),
    Kind.PRINTED: st.decimals(-1000, 1000, places=2).map(str),
}


def plain(value: Scalar) -> str:
    """A value in canonical writing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ";".join(value)
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def values_of(column: Column) -> st.SearchStrategy[Scalar]:
    filled = st.sampled_from(sorted(set(column.choices.values()))) if column.choices else VALUES[column.type]
    nothing: Scalar = () if column.type is Kind.LIST else None
    return filled if column.required else st.one_of(st.just(nothing), filled)


def rows_of(columns: list[Column]) -> st.SearchStrategy[list[dict[str, Scalar]]]:
    row = st.fixed_dictionaries({column.name: values_of(column) for column in columns})
    return st.lists(row, min_size=1, max_size=6)


@pytest.mark.parametrize("feed", sorted(contracts()))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_given_random_rows_when_written_and_read_then_they_are_equal(
    tmp_path: Path, feed: str, data: st.DataObject
) -> None:
    agreed = contract(feed)
    shape = data.draw(st.sampled_from(agreed.shapes))
    columns = [column for column in agreed.columns if column.name in shape]
    rows = data.draw(rows_of(columns))
    path = tmp_path / f"{feed}.csv"
    with path.open("w", encoding=data.draw(st.sampled_from(["utf-8", "utf-8-sig"])), newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.name for column in columns])
        writer.writerows([plain(row[column.name]) for column in columns] for row in rows)
    reading = read(path, agreed, "420922", Q4)
    assert (reading.layout, reading.findings) == (CANONICAL, ())
    typed = normalise(agreed, reading, REGISTER, Q4)
    assert typed.findings == ()
    assert [{column.name: row.fields[column.name] for column in columns} for row in typed.rows] == rows


@given(
    texts=st.dictionaries(st.sampled_from(list(contract("balances").by_name)), st.text(max_size=9)),
    unit=st.sampled_from(["", "元", "万元"]),
)
def test_given_a_record_when_kept_as_json_then_it_comes_back_equal(texts: dict[str, str], unit: str) -> None:
    record = Record.from_dicts(3, "余额", 7, texts, dict.fromkeys(texts, "B7"), dict.fromkeys(texts, unit))
    parts = [json.loads(json.dumps(part)) for part in (record.texts, record.cells, record.units)]
    assert Record.from_dicts(3, "余额", 7, *parts) == record


def canonical(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "余额.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_given_records_alone_when_typed_later_then_the_rows_are_those_of_the_reading(tmp_path: Path) -> None:
    agreed = contract("balances")
    path = canonical(tmp_path, HEADER + "1,2025-12-31,5.00,\n2,2025-12-31,x,2026-01-31\n")
    reading = read(path, agreed, "420922", Q4)
    now = normalise(agreed, reading, REGISTER, Q4)
    later = normalise(agreed, list(reading.records), REGISTER, Q4, file=reading.file)
    assert later == now
    assert len(now.rows) == len(now.quarantine) == 1


def test_given_an_unknown_bank_when_typed_then_it_stays_as_written_beside_nothing(tmp_path: Path) -> None:
    agreed = contract("indicators")
    path = canonical(tmp_path, "institution,measure,as_of,value,unit\n大悟湖北银行,outlets,2025-12-31,2,个\n")
    frame = normalise(agreed, read(path, agreed, "420922", Q4), REGISTER, Q4).frame()
    assert frame.index.to_list() == [1]
    assert frame.loc[1].to_dict() == {
        "institution": None,
        "institution_written": "大悟湖北银行",
        "measure": "outlets",
        "as_of": date(2025, 12, 31),
        "value": Decimal(2),
        "unit": "个",
    }


def test_given_no_rows_when_framed_then_the_columns_are_there(tmp_path: Path) -> None:
    agreed = contract("decisions")
    path = canonical(tmp_path, ",".join(agreed.by_name) + "\n")
    typed = normalise(agreed, read(path, agreed, "420922", Q4), REGISTER, Q4)
    assert list(typed.frame().columns) == list(typed.columns)
    assert typed.frame().empty


FAULTS = [
    ("缺列", "account,as_of\n1,2025-12-31\n", Fault.MISSING_COLUMN, "A1:B1"),
    ("多列", "account,as_of,balance,colour\n1,2025-12-31,5,x\n", Fault.UNKNOWN_COLUMN, "D1"),
    ("重复", "account,as_of,balance,balance\n1,2025-12-31,5,6\n", Fault.DUPLICATE_COLUMN, "D1"),
    ("多格", HEADER + "1,2025-12-31,1,234,\n", Fault.RAGGED_ROW, "E2"),
    ("少格", HEADER + "1,2025-12-31\n", Fault.RAGGED_ROW, "C2"),
    ("中文表头", HEADER.replace("balance", "余额") + "1,2025-12-31,5,\n", Fault.UNKNOWN_COLUMN, "C1"),
]


@pytest.mark.parametrize(("text", "fault", "cell"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_given_a_canonical_fault_when_read_then_it_is_named_with_its_cell(
    tmp_path: Path, text: str, fault: Fault, cell: str
) -> None:
    findings = read(canonical(tmp_path, text), contract("balances"), "420922", Q4).findings
    assert (fault, cell) in {(finding.check, finding.cell) for finding in findings}
    assert all(finding.blocking for finding in findings)


def test_given_an_expected_column_left_out_when_read_then_it_is_said_without_stopping(tmp_path: Path) -> None:
    path = canonical(tmp_path, "institution,measure,as_of,value\nICBC,outlets,2025-12-31,2\n")
    reading = read(path, contract("indicators"), "420922", Q4)
    assert [finding.check for finding in reading.findings] == [Fault.EXPECTED_COLUMN]
    assert not reading.blocked
