"""Ways of sharing out from delivered feeds on: what a rule book says of them reaches the amounts."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from cunfang.evaluation import compute
from cunfang.evaluation.pin import registers
from cunfang.rulebook import Rulebook
from evaluation.conftest import Evaluate
from evaluation.county import Account, Bank, County, Credit, Value
from evaluation.load import load
from evaluation.policy import leaf, parameter, policy
from evaluation.result import Result, results

SIZE = {"size": leaf("规模", "100", "size")}


def _told(rulebook: Rulebook, **parts: dict[str, Any]) -> Rulebook:
    """The rule book, with more said in some of its parts."""
    content = rulebook.model_dump(by_alias=True)
    for part, said in parts.items():
        content[part] = content[part] | said
    return Rulebook.model_validate(content)


def _county(rulebook: Rulebook, sizes: dict[str, str], total: str) -> County:
    first = next(iter(sizes))
    return County(
        rulebook,
        tuple(Bank(bank) for bank in sizes),
        (Account("1", first, Decimal(total)),),
        tuple(Value(bank, "size", Decimal(size)) for bank, size in sizes.items()),
    )


def _targets(result: Result) -> dict[str, str]:
    return {bank: f"{amount:f}" for bank, amount in result.target.items()}


def test_given_a_cap_of_own_deposits_then_the_banks_return_of_the_quarter_sets_it(evaluated: Evaluate) -> None:
    rulebook = _told(policy(SIZE, unit="0.01"), allocation={"deposits_cap": {"share": parameter("0.1")}})
    county = _county(rulebook, {"A": "50", "B": "30", "C": "20"}, "1000")
    credit = (Credit("A", Decimal(3000), Decimal(1)), Credit("B", Decimal(9000), Decimal(1)))
    (result,) = evaluated([replace(county, credit=(*credit, Credit("C", Decimal(9000), Decimal(1))))])

    assert _targets(result) == {"A": "300.00", "B": "420.00", "C": "280.00"}
    assert result.binding == {"A": "deposits_cap", "B": "none", "C": "none"}


def test_given_suqians_tie_break_then_the_bank_with_more_of_that_indicator_gets_the_better_places_amount(
    evaluated: Evaluate,
) -> None:
    # 贡献度 10 and 30 of 40 points, the rest 40 and 20 of 60: 50 points each.
    indicators = {"contribution": leaf("贡献度", "40", "given"), "other": leaf("其他", "60", "rest")}
    shares = {"scheme": parameter("by_rank"), "rank_amounts": parameter(["700", "300"])}
    rulebook = _told(
        policy(indicators, unit="0.01"), allocation=shares, scoring={"tie_break": parameter(["contribution"])}
    )
    county = replace(
        _county(rulebook, {"A": "0", "B": "0"}, "1000"),
        values=tuple(
            Value(bank, measure, Decimal(value))
            for bank, measure, value in (("A", "given", 1), ("B", "given", 3), ("A", "rest", 2), ("B", "rest", 1))
        ),
    )
    (result,) = evaluated([county])

    assert {bank: round(score, 20) for bank, score in result.score.items()} == {"A": 50, "B": 50}
    assert result.rank == {"A": 2, "B": 1}
    assert _targets(result) == {"A": "300.00", "B": "700.00"}


def test_given_a_policy_bank_judged_by_its_own_rule_book_then_its_test_decides_and_missing_projects_are_noted(
    connection: Connection,
) -> None:
    tested = {"test": leaf("新增贷款", "100", "new", method="pass_fail") | TEST}
    apart = {
        "policy_banks": parameter("separate"),
        "policy_rulebook": parameter("test-policy"),
        "policy_support": parameter("cap"),
    }
    own = _told(policy(tested)).model_copy(update={"code": "test-policy", "scheme": "policy"})
    rulebook = _told(policy(SIZE, unit="0.01"), participation=apart).model_copy(update={"policy": own})
    county = _county(rulebook, {"A": "60", "B": "40"}, "900")
    banks = (*county.banks, Bank("P", type="政策性"), Bank("Q", type="政策性"))
    values = (*county.values, Value("P", "new", Decimal(5)), Value("Q", "new", Decimal(4)))
    runs = load(connection, [replace(county, banks=banks, values=values)])
    noted = compute(connection, runs)
    (result,) = results(connection, runs)

    # P = 900 / (2 + 1); Q failed its test and has no project capital.
    assert _targets(result) == {"A": "360.00", "B": "240.00", "P": "300.00", "Q": "0.00"}
    assert {note.finding.check for note in noted} >= {"EVA-M044"}
    assert registers(rulebook)[-1] == "credit_projects"
    assert "credit_projects" not in registers(policy(SIZE))


TEST = {"operator": ">=", "reference": {"value": "5", "clause": "测试"}}
