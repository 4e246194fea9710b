"""Every office file of the corpus is read to the rows, or to the findings, that stand beside it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from corpus import credit, tables
from corpus.builder import Sheet
from corpus.case import Case

from cunfang.feeds.contract import contract
from cunfang.feeds.normalise import normalise
from cunfang.feeds.reader import read
from cunfang.institution import Register
from cunfang.period import Period

CASES: list[Case] = [*credit.CASES, *tables.CASES]
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
