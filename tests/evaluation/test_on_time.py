"""On-time rate (S08, N12): what was due by the base date, in working days of the official calendar."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import Connection, text

from cunfang.evaluation import compute
from evaluation.conftest import Evaluate
from evaluation.county import Account, Bank, County, Errand, Value
from evaluation.load import load
from evaluation.policy import leaf, parameter, policy
from evaluation.result import Result

PROMPT = leaf("及时", "40", "nontax_transfer", method="rate", missing="mean") | {
    "measure": ["nontax_transfer", "dispatch"],
    "family": "timeliness_events",
    "basis": "on_time_rate",
    "due_workdays": parameter(2),
}
RULEBOOK = policy({"size": leaf("规模", "60", "size"), "prompt": PROMPT})


def _county(*errands: Errand) -> County:
    codes = ("A", "B", "C")
    accounts = tuple(Account(f"{code}-1", code, Decimal(100)) for code in codes)
    values = tuple(Value(code, "size", Decimal(1)) for code in codes)
    return County(RULEBOOK, tuple(Bank(code) for code in codes), accounts, values, errands=errands)


def _evaluate(evaluated: Evaluate, *errands: Errand) -> Result:
    (result,) = evaluated([_county(*errands)])
    return result


def _rate(evaluated: Evaluate, *errands: Errand) -> Decimal:
    return _evaluate(evaluated, *errands).value["prompt", "A"]


def test_given_a_stated_due_date_then_it_outweighs_the_rule(evaluated: Evaluate) -> None:
    issued, due = "2025-11-03 09:00", "2025-11-10"
    on_time = Errand("1", "A", issued, "2025-11-10 16:00", due)
    late = Errand("2", "A", issued, "2025-11-11 09:00", due)

    assert _rate(evaluated, on_time, late) == Decimal("0.5")


def test_given_no_due_date_then_it_is_two_working_days_after_the_issue(evaluated: Evaluate) -> None:
    issued = "2025-11-07 17:00"  # A Friday: due on Tuesday.

    assert _rate(evaluated, Errand("1", "A", issued, "2025-11-11 23:00")) == 1
    assert _rate(evaluated, Errand("1", "A", issued, "2025-11-12 00:00")) == 0


def test_given_a_holiday_and_a_make_up_sunday_then_the_official_calendar_decides(evaluated: Evaluate) -> None:
    # National Day 2025: off until Wednesday 8 October, Sunday 28 September and Saturday 11 October worked.
    assert _rate(evaluated, Errand("1", "A", "2025-09-30 09:00", "2025-10-10 09:00")) == 1
    assert _rate(evaluated, Errand("1", "A", "2025-09-30 09:00", "2025-10-11 09:00")) == 0
    assert _rate(evaluated, Errand("1", "A", "2025-10-10 09:00", "2025-10-13 09:00")) == 1
    assert _rate(evaluated, Errand("1", "A", "2025-10-10 09:00", "2025-10-14 09:00")) == 0


def test_given_a_holiday_that_the_office_announced_itself_then_it_moves_the_limit(connection: Connection) -> None:
    connection.execute(text("UPDATE core.workday SET is_workday = FALSE WHERE day = '2025-11-11'"))
    run_ids = load(connection, [_county(Errand("1", "A", "2025-11-07 17:00", "2025-11-12 09:00"))])
    compute(connection, run_ids)

    rate = text(
        "SELECT value FROM eval.indicator_value WHERE run_id = :run AND indicator = 'prompt' AND institution = 'A'"
    )
    assert connection.scalar(rate, {"run": run_ids[0]}) == 1


def test_given_an_errand_never_done_then_it_is_late_once_it_is_due(evaluated: Evaluate) -> None:
    done = Errand("1", "A", "2025-11-03", "2025-11-03")

    assert _rate(evaluated, done, Errand("2", "A", "2025-11-03", None)) == Decimal("0.5")


def test_given_an_errand_due_after_the_base_date_then_it_does_not_count_yet(evaluated: Evaluate) -> None:
    done = Errand("1", "A", "2025-11-03", "2025-11-03")

    assert _rate(evaluated, done, Errand("2", "A", "2025-12-31 09:00", None)) == 1


def test_given_another_kind_of_errand_then_the_indicator_does_not_read_it(evaluated: Evaluate) -> None:
    done = Errand("1", "A", "2025-11-03", "2025-11-03", kind="dispatch")
    other = Errand("2", "A", "2025-11-03", None, kind="adjustment")

    assert _rate(evaluated, done, other) == 1


def test_given_a_bank_without_errands_then_it_gets_the_mean_of_those_that_had_some_and_says_so(
    evaluated: Evaluate,
) -> None:
    issued, prompt = "2025-11-03", "2025-11-03 12:00"
    result = _evaluate(
        evaluated, Errand("1", "A", issued, prompt), Errand("2", "B", issued, prompt), Errand("3", "B", issued, None)
    )

    assert {bank: value for (code, bank), value in result.value.items() if code == "prompt"} == {
        "A": 1,
        "B": Decimal("0.5"),
        "C": Decimal("0.75"),
    }
    assert result.flag["prompt", "C"] == "本期无事项，取有事项机构的平均数"


def test_given_nobody_had_errands_then_the_indicator_is_dropped_and_the_others_carry_its_weight(
    evaluated: Evaluate,
) -> None:
    result = _evaluate(evaluated)

    assert ("prompt", "A") not in result.points
    assert sum(result.score.values()).quantize(Decimal("1e-20")) == 100
    assert result.flag["size", "A"] == "有指标无数据，权重已重新折算"
