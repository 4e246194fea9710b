"""Four indicators that all fall (S16, N13): judged from pinned history, reduced only by a rate that somebody set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from cunfang.period import Period
from cunfang.rulebook import Rulebook
from cunfang.simulation.lay import Delivered
from evaluation import laid
from evaluation.laid import Said, ruled
from evaluation.policy import ONE, parameter, policy
from evaluation.settings import PROPERTY
from oracle import participation as oracle

PLAIN = policy(ONE, unit="0.01", min_leg="0")
FOUR = {"clause": "方案二（五）"}


@dataclass(frozen=True)
class Books:
    """A bank's figures of 2022 to 2025: loans and deposits at the year's end, local tax of the year; None is absent."""

    loans: tuple[int | None, ...]
    deposits: tuple[int | None, ...]
    tax: tuple[int | None, ...]


# New loans: 2023 60, 2024 30, 2025 −10; ratio and tax fall every year as well, loans only in 2025.
FALLING_2025 = Books((1000, 1060, 1090, 1080), (2000, 2200, 2400, 2500), (90, 80, 70, 60))
STEADY = Books((500, 600, 700, 900), (1000, 1000, 1000, 1000), (10, 20, 30, 40))


def _policy(rate: str | None = None) -> Rulebook:
    return ruled(PLAIN, four_falling=FOUR | ({"rate": parameter(rate)} if rate else {}))


def _history(books: dict[str, Books], upto: Period) -> list[Delivered]:
    """The fourth quarter's returns of each year before `upto`, its own if it is one."""
    files = []
    for n, year in enumerate(range(2022, 2026)):
        period = Period(year, 4)
        if period > upto:
            continue
        credit: list[dict[str, Any]] = [
            {"institution": code, "as_of": period.end, "deposits": Decimal(b.deposits[n] or 0), "loans": Decimal(loans)}
            for code, b in books.items()
            if (loans := b.loans[n]) is not None and b.deposits[n] is not None
        ]
        tax = [
            {
                "institution": code,
                "tax_type": "增值税",
                "window_from": date(year, 1, 1),
                "window_to": period.end,
                "local_part": Decimal(paid),
                "paid": Decimal(paid),
            }
            for code, b in books.items()
            if (paid := b.tax[n]) is not None
        ]
        files += [Delivered(period, "pboc_credit", tuple(credit)), Delivered(period, "tax", tuple(tax))]
    return files


def _run(
    connection: Connection,
    books: dict[str, Books],
    rulebook: Rulebook,
    period: Period = laid.Q4,
    rulings: Sequence[dict[str, object]] = (),
) -> tuple[Said, dict[tuple[str, int], dict[str, Any]]]:
    files = [*laid.register([{"institution": code} for code in books], period), laid.sizes(books, period)]
    said = laid.evaluated(
        connection, rulebook, [*files, *_history(books, period), laid.decisions(*rulings, period=period)], period
    )
    found = {(row["institution"], row["year"]): row for row in laid.rows_of(connection, "four_falling", said.run_id)}
    return said, found


def _target(connection: Connection, said: Said, bank: str) -> Decimal:
    found = {row["institution"]: row["target"] for row in laid.rows_of(connection, "allocation", said.run_id)}
    return Decimal(found[bank])


def test_given_four_that_fall_when_the_year_ends_then_it_is_flagged_with_its_figures_and_nothing_is_reduced(
    connection: Connection,
) -> None:
    said, found = _run(connection, {"A": FALLING_2025, "B": STEADY}, _policy())

    row = found["A", 2025]
    assert (row["falling"], row["rate"], row["decision"]) == (True, None, None)
    assert (row["tax"], row["tax_before"], row["loans"], row["loans_before"]) == (60, 70, 1080, 1090)
    assert (row["new_loans"], row["new_loans_before"]) == (-10, 30)
    assert round(row["ratio"], 6) == Decimal("0.432") and round(row["ratio_before"], 6) == Decimal("0.454167")
    assert (found["B", 2025]["falling"], found["A", 2024]["falling"]) == (False, False)
    assert said.of("EVA-M050") == [
        "A行 2025年纳税、存贷比、贷款余额、当年新增贷款均低于上年，没有规定减少的比例，次年不会减少（方案二（五））"
    ]
    assert _target(connection, said, "A") == Decimal(1_000_000)


@pytest.mark.parametrize("index", range(4))
def test_given_one_of_the_four_that_is_equal_then_it_is_not_falling(connection: Connection, index: int) -> None:
    same = [
        replace(FALLING_2025, tax=(90, 80, 70, 70)),
        replace(FALLING_2025, deposits=(2000, 2200, 2180, 2160)),
        replace(FALLING_2025, loans=(1000, 1060, 1080, 1080)),
        replace(FALLING_2025, loans=(1000, 1100, 1090, 1080)),
    ][index]
    _, found = _run(connection, {"A": same, "B": STEADY}, _policy())

    assert found["A", 2025]["falling"] is False


@pytest.mark.parametrize(
    ("lacking", "named"),
    [
        (replace(FALLING_2025, tax=(90, 80, None, 60)), "上年纳税"),
        (replace(FALLING_2025, tax=(90, 80, 70, None)), "当年纳税"),
        (replace(FALLING_2025, loans=(1000, None, 1090, 1080)), "上年初贷款"),
        (replace(FALLING_2025, loans=(1000, 1060, None, 1080)), "上年末存贷款"),
    ],
)
def test_given_a_value_that_is_missing_then_nothing_is_flagged_and_a_person_is_asked(
    connection: Connection, lacking: Books, named: str
) -> None:
    said, found = _run(connection, {"A": lacking, "B": STEADY}, _policy("0.2"))

    assert (found["A", 2025]["falling"], found["A", 2025]["rate"]) == (None, None)
    (message,) = [text for text in said.of("EVA-M051") if text.startswith("2025年")]
    assert message == f"2025年四项是否均下降无法判断，缺数：A行（{named}）"


NEXT = Period(2026, 1)


def _next_year(connection: Connection, rulebook: Rulebook, *rulings: dict[str, object]) -> tuple[Said, dict[str, Any]]:
    """A run of 2026-Q1, whose county delivered the four quarters' ends before; A's row of 2025."""
    books = {"A": FALLING_2025, "B": STEADY}
    said, found = _run(connection, books, rulebook, NEXT, rulings)
    assert set(found) == {("A", 2025), ("B", 2025)}
    return said, found["A", 2025]


def test_given_a_rate_in_the_rule_book_then_the_year_after_is_reduced_and_the_others_get_what_it_frees(
    connection: Connection,
) -> None:
    said, row = _next_year(connection, _policy("0.2"))

    assert (row["falling"], row["rate"], row["decision"]) == (True, Decimal("0.2"), None)
    assert (_target(connection, said, "A"), _target(connection, said, "B")) == (Decimal(800_000), Decimal(1_200_000))
    assert said.of("EVA-M050") == []


def test_given_no_rate_then_the_year_after_is_not_reduced_and_it_is_said(connection: Connection) -> None:
    said, row = _next_year(connection, _policy())

    assert (row["falling"], row["rate"]) == (True, None)
    assert _target(connection, said, "A") == Decimal(1_000_000)
    (message,) = said.of("EVA-M050")
    assert message.endswith("没有规定减少的比例，本期没有减少（方案二（五））")


@pytest.mark.parametrize(
    ("bank", "kept", "wanted"),
    [
        ("A", True, ("0.5", "县政5")),
        (None, True, ("0.5", "县政5")),
        ("B", True, ("0.2", None)),
        ("A", False, ("0.2", None)),
    ],
    ids=["for the bank", "for all", "for another", "no longer in force"],
)
def test_given_a_decision_then_its_rate_goes_before_the_rule_books(
    connection: Connection, bank: str | None, kept: bool, wanted: tuple[str, str | None]
) -> None:
    ruling = {
        "decision": "县政5",
        "kind": "four_falling_rate",
        "institution": bank,
        "rate": Decimal("0.5"),
        "valid_to": date(2026, 12, 31) if kept else date(2026, 3, 30),
    }
    _, row = _next_year(connection, _policy("0.2"), ruling)

    assert (row["rate"], row["decision"]) == (Decimal(wanted[0]), wanted[1])


def test_given_values_that_are_missing_when_a_person_has_decided_for_the_bank_then_that_holds(
    connection: Connection,
) -> None:
    books = {"A": replace(FALLING_2025, tax=(90, 80, None, 60)), "B": STEADY}
    ruling: dict[str, object] = {"decision": "县政6", "kind": "four_falling_rate", "institution": "A"}
    said, found = _run(connection, books, _policy(), NEXT, [ruling | {"rate": Decimal("0.1")}])

    assert (found["A", 2025]["falling"], found["A", 2025]["rate"]) == (None, Decimal("0.1"))
    assert (said.of("EVA-M051"), _target(connection, said, "A")) == ([], Decimal(900_000))


def test_given_a_rule_book_without_the_rule_then_nothing_is_judged(connection: Connection) -> None:
    said, found = _run(connection, {"A": FALLING_2025, "B": STEADY}, PLAIN)

    assert (found, said.of("EVA-M050"), said.of("EVA-M051")) == ({}, [], [])


amounts = st.one_of(st.none(), st.sampled_from([90, 100, 101, 110, 120]))
books = st.builds(
    Books,
    loans=st.tuples(st.just(100), amounts, amounts, amounts),
    deposits=st.tuples(st.just(200), st.just(200), *[st.sampled_from([200, 210, 240])] * 2),
    tax=st.tuples(*[st.one_of(st.none(), st.integers(1, 3))] * 4),
)


def _four(b: Books, n: int) -> oracle.Four:
    """Tax, ratio, loans and new loans of the n-th year."""
    tax, loans, deposits, before = b.tax[n], b.loans[n], b.deposits[n], b.loans[n - 1]
    known = loans is not None and deposits is not None
    return (
        None if tax is None else Fraction(tax),
        Fraction(loans or 0, deposits or 1) if known else None,
        None if loans is None else Fraction(loans),
        None if loans is None or before is None else Fraction(loans - before),
    )


@PROPERTY
@given(drawn=st.lists(books, min_size=12, max_size=12))
def test_given_any_figures_then_the_flags_are_the_oracles(ground: Engine, drawn: list[Books]) -> None:
    # Every year has a bank that pays tax, so that the year is delivered whole.
    county = {"底": STEADY, **{f"B{n:02}": b for n, b in enumerate(drawn)}}
    with ground.connect() as connection:
        _, found = _run(connection, county, _policy())

    wanted = {
        (code, 2022 + n): oracle.falling(_four(b, n), _four(b, n - 1)) for code, b in county.items() for n in (2, 3)
    }
    assert {key: row["falling"] for key, row in found.items()} == wanted
