"""Receipts against the transfers that were issued: whose, how much, when, and how often (S13)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from cunfang.feeds.contract import contract
from cunfang.feeds.normalise import Typed
from cunfang.finding import Finding
from cunfang.quality import Basis, check
from cunfang.quality.basis import Ordered, Transfer

Rows = Sequence[Mapping[str, str]]
Said = Callable[..., dict[str, Finding]]
CODE = "420922-2025Q3-T01-L00"
ROW = {
    "institution": "工行",
    "leg": f"{CODE}1",
    "executed_at": "2025-11-13 10:30",
    "amount": "5000000.00",
    "reference": "S1",
}


def transfer(payer: str, payee: str, status: str = "issued", day: date | None = date(2025, 11, 10)) -> Transfer:
    return Transfer(payer, payee, frozenset({payer, payee}), Decimal(5_000_000), status, day)


ORDERED = Ordered(
    date(2025, 11, 10),
    {
        f"{CODE}1": transfer("ICBC", "ABC"),
        f"{CODE}2": transfer("ABC", "ADBC"),
        f"{CODE}3": transfer("ICBC", "ABC", "planned", None),
        f"{CODE}4": transfer("ICBC", "ABC", "cancelled"),
        f"{CODE}5": transfer("ICBC", "ABC", "blocked", None),
        f"{CODE}6": transfer("ADBC", "ICBC", "overdue"),
    },
)


@pytest.fixture
def said(typed: Callable[[str, Rows], Typed], basis: Basis) -> Said:
    """What is found of rows of 工行, by number."""

    def judged(*rows: Mapping[str, str], ordered: Ordered | None = ORDERED) -> dict[str, Finding]:
        known = replace(basis, reporter="工行", ordered=ordered)
        report = check(contract("bank_return"), typed("bank_return", rows), known, file="回报.csv")
        return {finding.check: finding for finding in report.findings}

    return judged


def test_given_a_transfer_of_its_own_paid_or_received_then_nothing_is_found(said: Said) -> None:
    assert said(ROW, ROW | {"leg": f"{CODE}6", "outcome": "已执行"}) == {}
    assert said(ROW | {"outcome": "已收到", "reference": "", "executed_at": "2025-11-10"}, ROW).keys() <= {"BNK-Q011"}


def test_given_a_code_nobody_gave_out_then_the_nearest_is_named(said: Said) -> None:
    finding = said(ROW | {"leg": "420922-2025Q3-T01-L0O1"})["BNK-V022"]
    assert finding.blocking and finding.cell.startswith("G")
    assert f"最接近的：{CODE}" in finding.advice


def test_given_money_that_moved_before_the_first_order_then_its_code_is_not_asked_for(said: Said) -> None:
    early = ROW | {"leg": "SL2025-Q3-01", "executed_at": "2025-11-09"}
    assert said(early) == {}
    assert "BNK-V022" in said(early | {"executed_at": "2025-11-10"})
    assert said(early | {"executed_at": "2025-11-10"}, ordered=None) == {}


@pytest.mark.parametrize(("number", "why"), [(3, "尚未下达"), (4, "已撤销"), (5, "受阻，未下达")])
def test_given_a_transfer_that_is_not_to_be_made_then_it_says_why(said: Said, number: int, why: str) -> None:
    finding = said(ROW | {"leg": f"{CODE}{number}"})["BNK-V023"]
    assert finding.message == f"划转明细 {CODE}{number} {why}，不应办理。"


def test_given_one_took_note_of_a_transfer_taken_back_since_then_nothing_is_found(said: Said) -> None:
    assert said(ROW | {"leg": f"{CODE}4", "outcome": "已收到"}) == {}


def test_given_a_transfer_between_two_others_then_it_says_whose_it_is(said: Said) -> None:
    found = said(ROW | {"leg": f"{CODE}2", "amount": "1"})
    assert found.keys() == {"BNK-V024"}
    assert found["BNK-V024"].message == f"划转明细 {CODE}2 由 ABC 付给 ADBC，与“工行”无关。"


def test_given_another_amount_then_both_are_told_with_the_cell(said: Said) -> None:
    found = said(ROW | {"amount": "4999999.99"})
    assert found.keys() == {"BNK-V025"}
    assert found["BNK-V025"].message == f"划转明细 {CODE}1 报 4,999,999.99 元，应为 5,000,000.00 元。"
    assert found["BNK-V025"].column == "amount" and found["BNK-V025"].cell == "I2"


def test_given_it_was_made_before_it_was_issued_then_it_is_refused(said: Said) -> None:
    assert said(ROW | {"executed_at": "2025-11-10 08:00"}) == {}
    found = said(ROW | {"executed_at": "2025-11-09 23:59"})
    assert found.keys() == {"BNK-V026"}
    assert "早于下达日 2025-11-10" in found["BNK-V026"].message


def test_given_the_same_twice_then_the_second_row_is_refused(said: Said) -> None:
    found = said(ROW, ROW | {"reference": "S2"})
    assert (found.keys(), found["BNK-V027"].record_no) == ({"BNK-V027"}, 2)


def test_given_it_was_returned_without_a_reason_then_it_is_asked_for(said: Said) -> None:
    back = ROW | {"outcome": "退回"}
    assert said(back).keys() == {"BNK-V028"}
    assert said(back | {"reason": "收款账号有误"}) == {}
