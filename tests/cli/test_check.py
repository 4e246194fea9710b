"""`cunfang check` as a provider meets it: rows and findings of one file, without a database."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cunfang.cli.main import app
from cunfang.feeds.contract import Kind, contract, contracts
from cunfang.settings import INCLUDE

SAMPLE = INCLUDE / "sample"
OFFICE, CANONICAL = SAMPLE / "inbox" / "420922" / "2025-Q4", SAMPLE / "canonical" / "420922" / "2025-Q4"
[CREDIT] = (OFFICE / "pboc_credit").iterdir()
[CORRECTED] = (SAMPLE / "corrections" / "420922" / "2025-Q4" / "pboc_credit").iterdir()
[REGISTER] = (CANONICAL / "institutions").iterdir()
[ACCOUNTS] = (CANONICAL / "accounts").iterdir()
KEYS = {"file", "feed", "region", "period", "layout", "rows", "cells", "findings", "unchecked"}


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["check", *map(str, words)])


def checked(*words: str | Path, code: int = 0) -> Any:
    done = run(*words, "--json")
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def canonical(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def as_meant(feed: str, row: dict[str, str]) -> dict[str, Any]:
    """Numbers as numbers, so that 0.30 and 0.3 are one; all else by the letter."""
    counted = (Kind.MONEY, Kind.RATIO, Kind.NUMBER)
    columns = {column.name: column for column in contract(feed).loaded_columns}
    return {
        name: Decimal(row.get(name) or "0") if column.type in counted and row.get(name) else row.get(name, "")
        for name, column in columns.items()
    }


@pytest.mark.parametrize("feed", sorted(path.parent.name for path in CANONICAL.glob("*/*.csv")))
def test_an_office_file_gives_the_rows_of_the_canonical_one(feed: str) -> None:
    [office] = [CORRECTED] if feed == "pboc_credit" else (OFFICE / feed).iterdir()
    [meant] = (CANONICAL / feed).iterdir()
    registers = () if feed == "institutions" else ("--register", REGISTER, "--accounts", ACCOUNTS)

    said = checked(office, *registers)

    expected = [as_meant(feed, row) for row in canonical(meant)]
    assert [as_meant(feed, row) for row in said["rows"]] == expected
    assert all(list(row) == [column.name for column in contract(feed).loaded_columns] for row in said["rows"])
    assert (said["feed"], said["region"], said["period"]) == (feed, "420922", "2025-Q4")
    assert len(said["cells"]) == len(said["rows"])


@pytest.mark.parametrize("feed", ["pboc_credit", "pboc_prudential", "tax_national", "tax_local", "balances"])
def test_rows_written_as_a_canonical_file_are_read_as_the_same_rows(feed: str, tmp_path: Path) -> None:
    [office] = [CORRECTED] if feed == "pboc_credit" else (OFFICE / feed).iterdir()
    first = checked(office)
    again = tmp_path / "again.csv"
    with again.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(first["rows"][0]))
        writer.writeheader()
        writer.writerows(first["rows"])

    second = checked(again, "--feed", feed)

    assert second["layout"] == "canonical" and second["rows"] == first["rows"]


def test_one_object_with_the_agreed_keys_and_every_fault_at_its_cell() -> None:
    said = checked(CREDIT, code=3)

    assert said.keys() == KEYS
    assert all(
        item.keys() == {"check", "class", "sheet", "cell", "column", "message", "advice"} for item in said["findings"]
    )
    [fault] = [item for item in said["findings"] if item["class"] == "validity"]
    assert (fault["check"], fault["sheet"], fault["cell"], fault["column"]) == (
        "PBC-V010", "存贷款情况", "J10", "loans_sme",
    )  # fmt: skip
    row = said["rows"][4]
    assert (row["institution"], row["loans_sme"], row["as_of"]) == ("建行", "890000000.00", "2025-12-31")
    assert said["cells"][4]["loans_sme"] == "J10"


def test_without_a_register_names_stay_as_written_and_what_was_not_checked_is_said() -> None:
    said = checked(CORRECTED)
    assert said["rows"][1]["institution"] == "工行"
    assert "PBC-V003" in said["unchecked"]["需要名录（--register）"]

    known = checked(CORRECTED, "--register", REGISTER)
    assert known["rows"][1]["institution"] == "ICBC"
    assert "需要名录（--register）" not in known["unchecked"]
    assert "未校验：需要名录（--register）的" in run(CORRECTED).stdout


def test_a_name_that_the_register_lacks_is_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "表.csv"
    path.write_text("institution,as_of,measure,value,unit\n某某银行,2025-12-31,outlets,1,个\n", encoding="utf-8")

    said = checked(path, "--feed", "indicators", "--register", REGISTER, code=3)

    assert [item["check"] for item in said["findings"]] == ["IND-V003"]
    assert said["rows"][0]["institution"] == "某某银行"


def test_a_row_that_cannot_be_typed_is_listed_as_it_was_read(tmp_path: Path) -> None:
    path = tmp_path / "余额.csv"
    path.write_text(
        'account,as_of,balance\n900100,2025-12-31,约三百万\n900200,2025/12/31,"1,000.5"\n', encoding="utf-8"
    )

    said = checked(path, code=3)

    assert said["feed"] == "balances" and said["period"] == "2025-Q4"
    assert [row["balance"] for row in said["rows"]] == ["约三百万", "1000.50"]
    assert [row["as_of"] for row in said["rows"]] == ["2025-12-31", "2025-12-31"]
    [fault] = [item for item in said["findings"] if item["check"] == "FILE-V002"]
    assert fault["cell"] == "C2"


def test_the_feed_the_region_and_the_period_are_taken_from_the_file_itself(tmp_path: Path) -> None:
    path = tmp_path / "无名.xlsx"
    shutil.copy(CREDIT, path)

    said = checked(path, code=3)

    assert (said["feed"], said["region"], said["period"], said["layout"]) == (
        "pboc_credit",
        "420922",
        "2025-Q4",
        "office",
    )


def test_what_is_stated_goes_before_what_the_file_says(tmp_path: Path) -> None:
    path = tmp_path / "无名.xlsx"
    shutil.copy(CORRECTED, path)

    said = checked(path, "--period", "2025-Q3", code=3)

    assert said["period"] == "2025-Q3"
    assert "FILE-S013" in {item["check"] for item in said["findings"]}


def test_without_any_period_the_rules_that_need_one_are_left_out_and_named(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    columns = "event,institution,kind,severity,found_on,decided_on,decision,note"
    path.write_text(f"{columns}\nJG1,ICBC,penalty,deduct,2031-01-05,,,\n", encoding="utf-8")

    said = checked(path)

    assert (said["feed"], said["period"], said["findings"]) == ("supervisory_events", "", [])
    left_out = set(said["unchecked"]["需要考核期（--period）"])
    dated = checked(path, "--period", "2025-Q4", code=3)
    assert {item["check"] for item in dated["findings"]} <= left_out and dated["findings"]


def test_several_files_are_a_list_and_the_worst_decides() -> None:
    said = checked(CORRECTED, CREDIT, code=3)
    assert [Path(one["file"]).name for one in said] == [CORRECTED.name, CREDIT.name]
    assert [bool([f for f in one["findings"] if f["class"] == "validity"]) for one in said] == [False, True]


def test_a_person_reads_what_where_what_to_do_and_the_verdict() -> None:
    done = run(CREDIT)
    assert done.exit_code == 3
    for word in ("校验编号", "何处", "问题", "怎么办", "PBC-V010", "存贷款情况 › J10", "✗ 不能报送：1 处必须更正"):
        assert word in done.stdout
    assert "✓ 可以报送" in run(CORRECTED).stdout


def test_what_a_file_says_is_shown_and_never_obeyed(tmp_path: Path) -> None:
    path = tmp_path / "[bold]x.csv"
    path.write_text("account,as_of,balance\n9,2025-12-31,[red]\x1b[2J[/red]\n", encoding="utf-8")

    done = run(path)

    assert done.exit_code == 3 and "\x1b[2J" not in done.stdout and "[red]" in done.stdout


def _hostile() -> dict[str, bytes]:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", b"\0" * 300_000_000)
    return {
        "空.xlsx": b"",
        "乱.xlsx": bytes(range(256)) * 20,
        "乱.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 2_000,
        "炸弹.xlsm": bomb.getvalue(),
        "半截.xlsx": CREDIT.read_bytes()[:4_000],
        "无关.csv": "甲,乙\n1,2\n".encode("gb18030"),
        "程序.exe": b"MZ" + b"\0" * 100,
        "没有后缀": b"x",
        "零.csv": b"\0" * 100,
    }


@pytest.mark.parametrize("feed", ["", "pboc_credit"])
@pytest.mark.parametrize("name", sorted(_hostile()))
def test_a_file_that_cannot_be_read_ends_in_one_finding(name: str, feed: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(_hostile()[name])

    said = checked(path, *(("--feed", feed) if feed else ()), code=3)

    assert said["rows"] == [] and said["findings"]
    assert all(item["message"] and item["advice"] for item in said["findings"])


def test_nothing_is_written_and_the_checks_are_not_loaded_for_what_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "乱.xlsx"
    path.write_bytes(b"PK\x03\x04 nothing")
    script = (
        "import sys; from cunfang.cli.main import app\n"
        f"try: app(['check', {str(path)!r}, '--json'])\n"
        "except SystemExit as end: assert end.code == 3, end.code\n"
        "assert not {'great_expectations', 'pandas', 'psycopg2'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=tmp_path, capture_output=True)

    assert [one.name for one in tmp_path.iterdir()] == ["乱.xlsx"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nowhere.xlsx",), "不是文件"),
        ((str(SAMPLE),), "不是文件"),
        ((str(CREDIT), "--feed", "nothing"), "pboc_credit"),
        ((str(CREDIT), "--period", "2025"), "2025-Q4"),
        ((str(CREDIT), "--region", "42"), "六位"),
        ((str(CREDIT), "--register", "nowhere.csv"), "不存在"),
        ((str(CREDIT), "--register", str(ACCOUNTS)), "名录不能用"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_is_right(words: tuple[str, ...], said: str) -> None:
    done = run(*words)
    assert done.exit_code == 2
    assert said in done.output


def test_every_feed_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("x\n", encoding="utf-8")
    for feed in contracts():
        assert run(path, "--feed", feed).exit_code == 3


def test_given_a_register_of_decisions_then_the_scans_beside_it_are_looked_at(tmp_path: Path) -> None:
    head = "decision,kind,institution,account,amount,rate,valid_from,valid_to,reason,decided_on,approver,document\n"
    row = "县政金〔2025〕3号,quota,,,900000000.00,,2025-12-01,2025-12-31,,2025-11-28,领导小组,3号.pdf\n"
    path = tmp_path / "决定.csv"
    path.write_text(head + row, encoding="utf-8")
    refused = run(path, "--feed", "decisions", "--period", "2025-Q4")
    assert refused.exit_code == 3 and "DEC-V018" in refused.output

    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "3号.pdf").write_bytes(b"%PDF-1.4")
    assert run(path, "--feed", "decisions", "--period", "2025-Q4").exit_code == 0
