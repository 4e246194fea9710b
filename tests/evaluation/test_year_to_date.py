"""Tax of the year (S06, N2): the cumulative row, or the months and quarters that make it up; nothing counted twice."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from decimal import Decimal

from cunfang.period import Period
from evaluation.conftest import Evaluate
from evaluation.county import Account, Bank, County, Tax
from evaluation.policy import leaf, policy

RULEBOOK = policy({"tax": leaf("纳税", "100", "tax_local_part") | {"family": "tax", "basis": "flow", "window": "ytd"}})
START, END = date(2025, 1, 1), date(2025, 12, 31)


def _months(bank: str, amounts: list[int], **more: object) -> list[Tax]:
    return [
        Tax(bank, date(2025, month, 1), date(2025, month, monthrange(2025, month)[1]), Decimal(amount), **more)  # type: ignore[arg-type]
        for month, amount in enumerate(amounts, start=1)
    ]


def _county(*tax: Tax) -> County:
    accounts = (Account("A-1", "A", Decimal(100)), Account("B-1", "B", Decimal(100)))
    return County(RULEBOOK, (Bank("A"), Bank("B")), accounts, tax=tax)


def _values(evaluated: Evaluate, *tax: Tax) -> dict[str, Decimal]:
    (result,) = evaluated([_county(*tax)])
    return {bank: value for (_, bank), value in result.value.items()}


def test_given_a_cumulative_row_for_one_bank_and_months_for_the_other_then_both_are_whole_years(
    evaluated: Evaluate,
) -> None:
    values = _values(evaluated, Tax("A", START, END, Decimal(78)), *_months("B", list(range(1, 13))))

    assert values == {"A": 78, "B": 78}


def test_given_a_cumulative_row_and_the_months_inside_it_then_the_months_are_not_added(evaluated: Evaluate) -> None:
    assert _values(evaluated, Tax("A", START, END, Decimal(78)), *_months("A", list(range(1, 13))))["A"] == 78


def test_given_refunds_then_they_count_against_the_tax_and_a_negative_year_scores_nothing(evaluated: Evaluate) -> None:
    refund = Tax("A", START, END, Decimal(-30), type="企业所得税")
    (result,) = evaluated([_county(Tax("A", START, END, Decimal(10)), refund, Tax("B", START, END, Decimal(5)))])

    assert result.value["tax", "A"] == -20
    assert (result.points["tax", "A"], result.points["tax", "B"]) == (0, 100)
    assert result.flag["tax", "A"] == "负值按 0 计"


def test_given_cumulative_rows_of_earlier_quarters_then_only_the_latest_counts(evaluated: Evaluate) -> None:
    tax = [
        Tax("A", START, Period(2025, quarter).end, Decimal(10 * quarter), period=Period(2025, quarter))
        for quarter in (1, 2, 3, 4)
    ]

    assert _values(evaluated, *tax)["A"] == 40


def test_given_a_tax_that_only_an_earlier_cumulative_row_had_then_the_later_file_is_the_word(
    evaluated: Evaluate,
) -> None:
    early = Tax("A", START, date(2025, 3, 31), Decimal(7), type="印花税", period=Period(2025, 1))

    assert _values(evaluated, early, Tax("A", START, END, Decimal(40)))["A"] == 40


def test_given_quarters_delivered_one_by_one_then_they_add_up(evaluated: Evaluate) -> None:
    tax = [
        Tax("A", Period(2025, quarter).start, Period(2025, quarter).end, Decimal(quarter), period=Period(2025, quarter))
        for quarter in (1, 2, 3, 4)
    ]

    assert _values(evaluated, *tax)["A"] == 10


def test_given_a_window_that_a_later_file_states_again_then_the_later_word_counts(evaluated: Evaluate) -> None:
    first = [
        Tax("A", Period(2025, quarter).start, Period(2025, quarter).end, Decimal(quarter), period=Period(2025, quarter))
        for quarter in (1, 2, 3, 4)
    ]
    again = Tax("A", Period(2025, 1).start, Period(2025, 1).end, Decimal(100), period=Period(2025, 4))

    assert _values(evaluated, *first, again)["A"] == 109


def test_given_two_bureaus_then_each_is_whole_for_itself_and_both_are_added(evaluated: Evaluate) -> None:
    national = Tax("A", START, END, Decimal(60), feed="tax_national")

    assert _values(evaluated, national, *_months("A", [1] * 12, feed="tax_local"))["A"] == 72


def test_given_last_years_tax_then_it_does_not_count(evaluated: Evaluate) -> None:
    last_year = Tax("A", date(2024, 10, 1), date(2024, 12, 31), Decimal(500))

    assert _values(evaluated, last_year, Tax("A", START, END, Decimal(1)))["A"] == 1


def test_given_a_bank_without_tax_then_it_counts_zero_and_says_so(evaluated: Evaluate) -> None:
    (result,) = evaluated([_county(Tax("A", START, END, Decimal(1)))])

    assert (result.value["tax", "B"], result.flag["tax", "B"]) == (0, "无记录，按 0 计")
