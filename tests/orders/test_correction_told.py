"""What is said of a correction: the statement by mail and page, the sheet 变更, and the command (S27)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine
from typer.testing import CliRunner

from cunfang.cli.main import app
from cunfang.delivery.correction import announce_correction, announce_reviewed
from cunfang.documents.correction import statement
from cunfang.documents.page import result_page
from cunfang.documents.workbook import result_workbook
from cunfang.evaluation import evaluate_within
from cunfang.orders import correction
from cunfang.orders.issue import issue_within
from cunfang.orders.priced import Correction
from cunfang.region import load_region
from cunfang.rulebook import read_rulebook
from cunfang.warehouse.embedded import create_database
from delivery.received import outbox
from documents.sample_run import FOLDER, PERIOD, REGION, _submit, load_sample
from documents.spreadsheet import Spreadsheet
from signed import published, sign_all

RECIPIENTS = load_region(REGION).recipients


@pytest.fixture(scope="module")
def url(postgres: Path) -> str:
    """A warehouse in which the sample quarter is issued and a file was corrected: 农行's loans were 10 million less."""
    made = create_database(postgres, "correction_told", template="template_warehouse")
    database = create_engine(made, connect_args={"options": "-c timezone=Asia/Shanghai -c cunfang.today=2026-01-20"})
    published(database, load_sample(database).run_id)
    with database.begin() as connection:
        _submit(connection, next(FOLDER.glob("pboc_credit/*.csv")), {"411000000": "401000000"})
        evaluate_within(connection, REGION, PERIOD, read_rulebook("dawu-2025"))
    database.dispose()
    return made


@pytest.fixture(scope="module")
def engine(url: str) -> Iterator[Engine]:
    made = create_engine(url, connect_args={"options": "-c timezone=Asia/Shanghai -c cunfang.today=2026-01-20"})
    yield made
    made.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A transaction that is rolled back."""
    with engine.connect() as opened:
        yield opened


@pytest.fixture
def priced(connection: Connection) -> Correction:
    """The correction with its paper drafted."""
    run_id = int(connection.exec_driver_sql("SELECT max(run_id) FROM eval.run").scalar_one())
    assert correction.paper_of(connection, run_id) == "420922-2025Q4-T02"
    found = correction.recorded(connection, run_id)
    assert found is not None
    return found


def test_the_office_hears_of_every_bank_and_of_the_cell_that_differs(
    connection: Connection, priced: Correction
) -> None:
    workbook = result_workbook(connection, priced.run_id)

    assert announce_correction(connection, priced.run_id, RECIPIENTS, workbook) == 4
    assert announce_correction(connection, priced.run_id, RECIPIENTS, workbook) == 0

    mails = outbox(connection)
    mail = mails["office@dawu.example"]
    assert mail.subject.startswith("【更正影响】2025年四季度 大悟县 另行下达（待签批），影响最大 ")
    assert "调整指令 420922-2025Q4-T02 取代 420922-2025Q4-T01，待签批；" in mail.text
    assert "农行 各项贷款余额 2025-12-31：411,000,000.00 元 → 401,000,000.00 元（Sheet1 › D4）" in mail.text
    for item in priced.effects:
        assert (f"影响 {item.effect:+,.2f}" in mail.text) == bool(item.effect), item
    assert len(mail.files) == 1
    summary = mails["supervision@pboc.dawu.example"]
    assert "411,000,000" not in summary.text and not summary.files
    assert not any(address.endswith("banks.dawu.example") for address in mails)


def test_a_bank_hears_its_own_line_once_the_order_is_issued(connection: Connection, priced: Correction) -> None:
    assert priced.order_no is not None
    sign_all(connection, priced.order_no)
    assert issue_within(connection, priced.order_no).drifts == ()

    announce_correction(connection, priced.run_id, RECIPIENTS)

    mails = outbox(connection)
    banks = {address.partition("@")[0].upper(): mail for address, mail in mails.items() if "@banks." in address}
    assert set(banks) == {item.institution for item in priced.effects if item.effect}
    by_code = {item.institution: item for item in priced.effects}
    for code, mail in banks.items():
        assert f"影响 {by_code[code].effect:+,.2f} 元" in mail.text
        others = [item.short_name for item in priced.effects if item.institution != code]
        assert not any(name in mail.text for name in others)
        assert not mail.files
    assert "已下达" in mails["office@dawu.example"].subject


def test_a_reviewed_correction_says_until_when_a_bank_may_object(connection: Connection, priced: Correction) -> None:
    changed = [item for item in priced.effects if item.effect]

    assert announce_reviewed(connection, priced.run_id, date(2026, 1, 27)) == len(changed)
    assert announce_reviewed(connection, priced.run_id, date(2026, 1, 27)) == 0

    mail = outbox(connection)["abc@banks.dawu.example"]
    assert "2026-01-27 前（含当日）书面提出" in mail.text and "待签批" in mail.text


def test_the_sheet_recalculates_to_each_banks_effect(connection: Connection, priced: Correction) -> None:
    book = Spreadsheet(result_workbook(connection, priced.run_id))

    sheet = book.formulas["变更"]
    found = {str(row[0].value): row for row in sheet.iter_rows(min_row=5, max_row=4 + len(priced.effects))}
    for item in priced.effects:
        cell = found[item.institution][5].coordinate
        assert Decimal(str(round(book.value("变更", cell), 2))) == item.effect
    texts = {str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert {
        "另行下达",
        "农行 各项贷款余额 2025-12-31",
        "411,000,000.00 元",
        "401,000,000.00 元",
        "Sheet1 › D4",
    } <= texts


def test_page_and_signers_text_carry_the_statement(connection: Connection, priced: Correction) -> None:
    page = result_page(connection, priced.run_id)
    assert "更正影响说明：另行下达" in page and "取代 420922-2025Q4-T01" in page
    told = statement(priced)
    assert "考核办法没有规定补差限额" in told
    assert all(f"| {item.effect:+,.2f} |" in told for item in priced.effects if item.effect)


def test_the_command_prices_the_newest_run_and_writes_nothing(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUNFANG_WAREHOUSE_URL", url)
    asked = ["correction", "--region", REGION, "--period", str(PERIOD)]

    done = CliRunner().invoke(app, [*asked, "--json"])
    assert done.exit_code == 0, done.output
    content = json.loads(done.stdout)
    assert content["treatment"] == "superseding" and content["supersedes"] == "420922-2025Q4-T01"
    assert content["order"] is None
    effects = [Decimal(bank["effect"]) for bank in content["banks"]]
    assert sum(effects) == Decimal(content["net"]) == 0
    assert max(map(abs, effects)) == Decimal(content["largest"]) > 0
    (differing,) = content["inputs"]
    assert (differing["feed"], differing["before"]["version"], differing["after"]["version"]) == ("pboc_credit", 1, 2)
    assert differing["figures"][0]["cell"] == "D4"

    shown = CliRunner().invoke(app, asked)
    assert shown.exit_code == 0 and "另行下达" in shown.stdout and "D4" in shown.stdout


def test_the_command_says_where_nothing_was_corrected(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUNFANG_WAREHOUSE_URL", url)
    done = CliRunner().invoke(app, ["correction", "--region", REGION, "--period", "2025-Q3"])
    assert done.exit_code == 2 and "没有可以比较的更正" in done.stderr
