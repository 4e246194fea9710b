"""What was merged prints with both names, what was late is said, and the workbook still recalculates (S25, S32)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from rich.console import Console
from sqlalchemy import Engine, create_engine

from cunfang.cli.explain import Explanation, print_explanation
from cunfang.delivery import announce
from cunfang.documents.loading import load_result
from cunfang.documents.page import build as build_page
from cunfang.documents.result import RunResult
from cunfang.documents.terminal import result_table
from cunfang.documents.workbook import build, result_workbook
from cunfang.evaluation import apply_late_rules, evaluate, replaceable_feeds
from cunfang.period import Period
from cunfang.region import Level, Recipient, Topic
from delivery.received import outbox
from documents.spreadsheet import Spreadsheet
from evaluation.county import Account, Bank, County, Credit, Tax, Value
from evaluation.load import deliver
from evaluation.policy import leaf, policy

Q3, Q4 = Period(2025, 3), Period(2025, 4)
REGION, MERGED = "999997", date(2025, 7, 1)
RULEBOOK = policy(
    {
        "tax": leaf("纳税", "50", "tax_local_part") | {"family": "tax", "basis": "flow", "window": "ytd"},
        "loans": leaf("贷款", "30", "loans") | {"family": "pboc_credit"},
        "outlets": leaf("网点", "20", "outlets"),
    }
)
QUARTERS = tuple(
    Tax(bank, Period(2025, n).start, Period(2025, n).end, Decimal(n), period=Period(2025, n))
    for n in (1, 2, 3, 4)
    for bank in (("RCC" if n < 3 else "RCB"), "ICBC")
)
COUNTY = County(
    RULEBOOK,
    (Bank("RCC", "农商行", closed_on=MERGED, successor="RCB"), Bank("RCB", "农商行", opened_on=MERGED), Bank("ICBC")),
    (Account("1", "RCC", Decimal(4_000_000)), Account("2", "ICBC", Decimal(5_000_000))),
    credit=tuple(Credit(bank, Decimal(900_000_000), Decimal(7)) for bank in ("RCB", "ICBC")),
    tax=QUARTERS,
    absent=frozenset({"indicators"}),
)
BEFORE = replace(
    COUNTY,
    period=Q3,
    values=(Value("RCB", "outlets", Decimal(30)), Value("ICBC", "outlets", Decimal(10))),
    absent=frozenset({"tax"}),
)
BOTH, LATE = "RCB行（原RCC行）", "用 2025年三季度 的数据"


@pytest.fixture
def engine(warehouse: str) -> Iterator[Engine]:
    """A warehouse of this test's own."""
    made = create_engine(warehouse)
    yield made
    made.dispose()


@pytest.fixture
def result(engine: Engine) -> RunResult:
    """A run over a merger, with the outlets of the quarter before."""
    with engine.begin() as connection:
        for county in (COUNTY, BEFORE):
            deliver(connection, {REGION: county})
        overdue = replaceable_feeds(connection, REGION, Q4, RULEBOOK)
        apply_late_rules(connection, REGION, Q4, RULEBOOK, overdue, date(2026, 1, 22))
    run = evaluate(engine, REGION, Q4, RULEBOOK)
    with engine.connect() as connection:
        return load_result(connection, run.run_id)


def test_the_page_has_both_names_and_what_was_late(result: RunResult) -> None:
    page = build_page(result)

    assert BOTH in page and LATE in page
    assert f'title="{result.late[0].name}逾期未报，用 2025-Q3 的数据；' in page


def test_the_workbook_has_both_and_computes_values_that_were_taken_from_before(result: RunResult) -> None:
    book = Spreadsheet(build(result))
    shown = {str(cell.value) for sheet in book.cached for row in sheet.iter_rows() for cell in row}

    assert BOTH in shown
    assert any(LATE in text for text in shown)
    assert "增值税 原RCC行" in shown
    assert [book.value("检查", f"E{row}") for row in range(5, 14)] == ["通过"] * 9


def test_terminal_and_explain_say_so_too(result: RunResult) -> None:
    console = Console(record=True, width=200)
    console.print(result_table(result))
    print_explanation(Explanation(result, result.by_code["RCB"]), console)
    said = console.export_text()

    assert BOTH in said and "原RCC行，RCB" in said
    assert said.count(LATE) == 2
    assert "；" + result.late[0].name + "逾期未报，用 2025-Q3 的数据）" in said


def test_the_mail_says_so_too(engine: Engine, result: RunResult) -> None:
    office = Recipient(role="金融办", address="office@gov.example", topics=frozenset({Topic.RESULT}), level=Level.FULL)
    with engine.connect() as connection:
        announce.announce_result(connection, result.run_id, [office], result_workbook(connection, result.run_id))
        letter = outbox(connection)["office@gov.example"]

    for said in (letter.text, letter.html):
        assert BOTH in said and LATE in said
