"""What an indicator reads, from which file, and what is asked or said where a figure is not there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, text

from cunfang.evaluation import RunStoppedError, compute, evaluate
from cunfang.period import Period
from cunfang.rulebook import Rulebook
from evaluation.conftest import Evaluate
from evaluation.county import Account, Bank, County, Credit, Tax, Value, Violation
from evaluation.load import deliver, load
from evaluation.policy import leaf, parameter, policy

REGION = "999999"
YEAR_END, LAST = date(2025, 12, 31), date(2024, 12, 31)
Q3, Q4 = Period(2025, 3), Period(2025, 4)
ACCOUNTS = (Account("A-1", "A", Decimal(5_000_000)), Account("B-1", "B", Decimal(1_000_000)))


def _loans(**said: object) -> dict[str, Any]:
    return leaf("贷款", "100", "loans", missing="stop") | {"family": "pboc_credit"} | said


GROWTH = _loans(basis="growth", since="year_start")
INCREMENT = _loans(basis="increment", since="year_start")


def _credit(bank: str, loans: int, on: date | None = None, deposits: int = 100, **more: Any) -> Credit:
    return Credit(bank, Decimal(deposits), Decimal(loans), on=on, **more)


def _county(
    indicator: dict[str, Any], *credit: Credit, banks: tuple[Bank, ...] = (Bank("A"), Bank("B")), **more: Any
) -> County:
    return County(policy({"x": indicator}), banks, ACCOUNTS, credit=credit, **more)


def _with(rulebook: Rulebook, **participation: object) -> Rulebook:
    content = rulebook.model_dump(by_alias=True)
    content["participation"] |= {key: parameter(value) for key, value in participation.items()}
    return Rulebook.model_validate(content)


def _stopped(connection: Connection, county: County) -> list[tuple[str, str]]:
    with pytest.raises(RunStoppedError) as stopped:
        compute(connection, load(connection, [county]))
    assert all(finding.advice for finding in stopped.value.findings)
    return [(finding.check, finding.message) for finding in stopped.value.findings]


NOW = (_credit("A", 30), _credit("B", 10))


def test_the_december_file_is_the_word_on_the_year_start_before_the_column_of_the_return(evaluated: Evaluate) -> None:
    columns = tuple(replace(row, loans_year_start=Decimal(9)) for row in NOW)
    (result,) = evaluated([_county(INCREMENT, *columns, _credit("A", 20, LAST))])

    assert result.value == {("x", "A"): 10, ("x", "B"): 1}


def test_a_figure_that_is_not_there_names_bank_indicator_feed_measure_and_date(connection: Connection) -> None:
    assert _stopped(connection, _county(INCREMENT, *NOW, _credit("A", 20, LAST))) == [
        ("EVA-V020", "B行 缺少指标“贷款”的数据（报送内容 pboc_credit，计量 loans，时点 2024-12-31）")
    ]


def test_a_mean_of_months_asks_for_each_month_that_is_not_there(connection: Connection) -> None:
    monthly = _loans(basis="average", average_of="quarters")
    ends = [Period(2025, number).end for number in (1, 2, 3, 4)]
    rows = [_credit(bank, 10, day) for bank in "AB" for day in ends if (bank, day) != ("B", ends[1])]

    assert _stopped(connection, _county(monthly, *rows)) == [
        ("EVA-V020", "B行 缺少指标“贷款”的数据（报送内容 pboc_credit，计量 loans，时点 2025-06-30）")
    ]


def test_growth_from_nothing_is_a_question_of_its_own(connection: Connection) -> None:
    before = (_credit("A", 20, LAST), _credit("B", 0, LAST))

    assert _stopped(connection, _county(GROWTH, *NOW, *before)) == [
        ("EVA-V026", "B行 的指标“贷款”没有增幅：所比时点 2024-12-31 的基数（报送内容 pboc_credit，计量 loans）不大于 0")
    ]


def test_a_rule_for_missing_values_holds_for_growth_from_nothing_too(evaluated: Evaluate) -> None:
    before = (_credit("A", 20, LAST), _credit("B", 0, LAST))
    (result,) = evaluated([_county(GROWTH | {"missing": "mean"}, *NOW, *before)])

    assert result.value == {("x", "A"): Decimal("0.5"), ("x", "B"): Decimal("0.5")}
    assert result.flag["x", "B"] == "缺数，取其余机构的平均数"


def test_a_ratio_over_nothing_names_the_denominator(connection: Connection) -> None:
    rows = (_credit("A", 30), _credit("B", 10, deposits=0))

    assert _stopped(connection, _county(_loans(over="deposits"), *rows)) == [
        (
            "EVA-V020",
            "B行 缺少指标“贷款”的数据（报送内容 pboc_credit，计量 loans，时点 2025-12-31；或其分母 deposits 为 0）",
        )
    ]


MERGING = (
    Bank("A"),
    Bank("B"),
    Bank("P1", closed_on=date(2025, 7, 1), successor="S"),
    Bank("P2", closed_on=date(2025, 7, 1), successor="S"),
    Bank("S", opened_on=date(2025, 7, 1)),
)


def test_what_two_banks_were_before_they_merged_is_asked_for_where_one_was_not_reported(
    connection: Connection,
) -> None:
    rows = [*NOW, _credit("S", 50), *(_credit(bank, 10, LAST) for bank in ("A", "B", "P1"))]

    assert _stopped(connection, _county(INCREMENT, *rows, banks=MERGING)) == [
        (
            "EVA-V027",
            "S行 由几家机构合并而来，2024-12-31 的 loans（报送内容 pboc_credit）只有 P1行 的数，缺前身 P2行 的",
        )
    ]


def test_two_banks_that_merged_are_compared_with_what_both_were(evaluated: Evaluate) -> None:
    rows = [*NOW, _credit("S", 50), *(_credit(bank, 10, LAST) for bank in ("A", "B", "P1", "P2"))]
    (result,) = evaluated([_county(INCREMENT, *rows, banks=MERGING)])

    assert result.value["x", "S"] == 30


def test_a_bank_of_this_year_has_the_average_where_the_rule_book_says_so(evaluated: Evaluate) -> None:
    banks = (Bank("A"), Bank("B"), Bank("N", opened_on=date(2025, 3, 1)))
    rows = [*NOW, _credit("N", 7), _credit("A", 20, LAST), _credit("B", 8, LAST)]
    county = _county(INCREMENT, *rows, banks=banks)
    (result,) = evaluated([replace(county, rulebook=_with(county.rulebook, first_year="impute"))])

    assert result.value == {("x", "A"): 10, ("x", "B"): 2, ("x", "N"): 6}
    assert result.flag["x", "N"] == "首年，取平均"


def test_a_bank_of_a_type_that_an_indicator_does_not_suit_has_the_average_and_says_so(evaluated: Evaluate) -> None:
    banks = (Bank("A"), Bank("B"), Bank("C", "邮储"))
    county = _county(_loans(exempt_types=parameter(["邮储"])), *NOW, _credit("C", 1000), banks=banks)
    (result,) = evaluated([county])

    assert result.value["x", "C"] == 20
    assert result.flag["x", "C"] == "该类机构不考核本项，取平均数"


def test_a_term_that_may_be_missing_counts_nothing_and_it_is_said(evaluated: Evaluate) -> None:
    outlets = leaf("网点", "100", "", missing="stop") | {
        "measure": ["outlets", {"measure": "machines", "times": "0.2", "missing": "zero"}]
    }
    values = (Value("A", "outlets", Decimal(3)), Value("B", "outlets", Decimal(3)), Value("B", "machines", Decimal(5)))
    (result,) = evaluated([_county(outlets, values=values)])

    assert result.value == {("x", "A"): 3, ("x", "B"): 4}
    assert (result.flag["x", "A"], result.flag["x", "B"]) == ("部分计量无记录，按 0 计", "")


def test_events_of_the_severities_named_count_from_january_to_the_date(evaluated: Evaluate) -> None:
    counted = leaf("处罚", "100", "", missing="stop") | {
        "measure": ["deduct", {"measure": "note", "times": "0.5"}],
        "family": "supervisory_events",
        "basis": "event_count",
        "method": "inverse_of_best",
    }
    events = (
        Violation("1", "A", date(2025, 1, 1), "deduct"),
        Violation("2", "A", YEAR_END, "note"),
        Violation("3", "A", LAST, "deduct"),
        Violation("4", "A", date(2026, 1, 1), "deduct"),
        Violation("5", "P1", date(2025, 2, 1), "deduct"),
    )
    county = _county(counted, violations=events, banks=MERGING)
    size = {"size": leaf("规模", "50", "size"), "x": counted | {"weight": parameter("50")}}
    values = tuple(Value(bank, "size", Decimal(1)) for bank in ("A", "B", "S"))
    (result,) = evaluated([replace(county, rulebook=policy(size), values=values)])

    assert {bank: value for (code, bank), value in result.value.items() if code == "x"} == {
        "A": Decimal("1.5"),
        "B": 0,
        "S": 1,
    }


@pytest.fixture
def engine(warehouse: str) -> Engine:
    """An empty warehouse of this test's own."""
    return create_engine(warehouse)


def _pinned(engine: Engine, run_id: int) -> set[tuple[str, str, bool]]:
    inputs = text("SELECT feed, period, history FROM eval.run_input WHERE run_id = :run")
    with engine.connect() as connection:
        return {tuple(row) for row in connection.execute(inputs, {"run": run_id})}


def test_files_of_earlier_dates_are_pinned_as_history_and_no_more_than_are_read(engine: Engine) -> None:
    days = [Period(year, number).end for year in (2024, 2025) for number in (1, 2, 3, 4)]
    credit = [_credit(bank, 10 + number, day) for number, day in enumerate(days) for bank in "AB"]
    tax = [
        Tax(bank, date(day.year, 1, 1), day, Decimal(day.month), period=Period.containing(day))
        for day in days
        for bank in "AB"
    ]
    indicators = {
        "increment": INCREMENT | {"weight": parameter("50")},
        "tax": leaf("纳税", "50", "tax_local_part") | {"family": "tax", "basis": "flow", "window": "quarter"},
    }
    county = County(policy(indicators), (Bank("A"), Bank("B")), ACCOUNTS, credit=tuple(credit), tax=tuple(tax))
    with engine.begin() as connection:
        deliver(connection, {REGION: county})
    run = evaluate(engine, REGION, Q4, county.rulebook)

    pinned = _pinned(engine, run.run_id)
    assert {row for row in pinned if row[0] in ("pboc_credit", "tax")} == {
        ("pboc_credit", "2025-Q4", False),
        ("pboc_credit", "2024-Q4", True),
        ("tax", "2025-Q4", False),
        ("tax", "2025-Q3", True),
    }
    assert {feed for feed, _, history in pinned if history} == {"pboc_credit", "tax"}
    values = text("SELECT DISTINCT indicator, value FROM eval.indicator_value WHERE run_id = :run")
    with engine.connect() as connection:
        assert set(connection.execute(values, {"run": run.run_id}).tuples()) == {("increment", 4), ("tax", 3)}


def test_a_corrected_file_of_last_year_makes_another_run(engine: Engine) -> None:
    county = _county(INCREMENT, *NOW, _credit("A", 20, LAST), _credit("B", 8, LAST))
    with engine.begin() as connection:
        deliver(connection, {REGION: county})
    first = evaluate(engine, REGION, Q4, county.rulebook)

    assert not evaluate(engine, REGION, Q4, county.rulebook).fresh
    with engine.begin() as connection:
        connection.execute(
            text("""
                INSERT INTO raw.submission (region, period, feed, sequence, provider, sha256, file_name, file_size)
                SELECT region, period, feed, 2, provider, repeat('a', 64), file_name, file_size
                FROM raw.submission WHERE feed = 'pboc_credit' AND period = '2024-Q4'
            """)
        )
        connection.execute(
            text("""
                INSERT INTO core.credit (submission_id, record_no, region, institution, as_of, deposits, loans)
                SELECT max(submission_id) OVER (), 1, :region, b.bank, '2024-12-31', 1, 1
                FROM (SELECT max(submission_id) AS submission_id FROM raw.submission) AS s
                CROSS JOIN (VALUES ('A'), ('B')) AS b (bank)
            """),
            {"region": REGION},
        )
        connection.execute(
            text("""
                INSERT INTO raw.submission_event (submission_id, status)
                SELECT max(submission_id), 'accepted' FROM raw.submission
            """)
        )
    second = evaluate(engine, REGION, Q4, county.rulebook)
    assert second.fresh and second.run_id != first.run_id


def test_a_year_that_came_by_no_file_is_asked_for_as_a_whole(connection: Connection) -> None:
    tax = leaf("纳税", "100", "tax_local_part") | {
        "family": "tax",
        "basis": "growth",
        "window": "ytd",
        "since": "year_ago",
    }
    paid = tuple(Tax(bank, date(2025, 1, 1), YEAR_END, Decimal(5)) for bank in "AB")

    assert ("EVA-V021", "报送内容 tax 的 tax_local_part 未覆盖 2024-01-01 至 2024-12-31 的全部期间") in _stopped(
        connection, _county(tax | {"missing": "mean"}, tax=paid)
    )
