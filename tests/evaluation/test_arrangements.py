"""Two tax bureaus and the one they merged into (S25): nothing is counted twice and no quarter is left out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from cunfang.evaluation import RunStoppedError, evaluate
from cunfang.period import Period
from cunfang.region import load_region
from evaluation.county import Account, Bank, County, Tax
from evaluation.load import deliver
from evaluation.policy import leaf, policy

REGION = "999999"
JAN = date(2025, 1, 1)
Q1, Q2, Q3, Q4 = (Period(2025, number) for number in (1, 2, 3, 4))
RULEBOOK = policy({"tax": leaf("纳税", "100", "tax_local_part") | {"family": "tax", "basis": "flow", "window": "ytd"}})
PAGE = """
code: "999999"
name: 测试县
tax_arrangement:
  - {since: 1994-09-01, feeds: [tax_national, tax_local]}
  - {since: 2025-07-20, feeds: [tax]}
"""


@pytest.fixture(autouse=True)
def merging_county(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The bureaus merge on 20 July."""
    (tmp_path / f"{REGION}.yaml").write_text(PAGE, encoding="utf-8")
    load_region.cache_clear()
    monkeypatch.setattr(load_region.__wrapped__, "__defaults__", (tmp_path,))
    yield
    load_region.cache_clear()


@pytest.fixture
def engine(warehouse: str) -> Engine:
    """An empty warehouse of this test's own."""
    return create_engine(warehouse)


def _quarter(feed: str, period: Period, amount: int) -> Tax:
    return Tax("A", period.start, period.end, Decimal(amount), feed=feed, period=period)


def _year(feed: str, period: Period, amount: int) -> Tax:
    return Tax("A", JAN, period.end, Decimal(amount), feed=feed, period=period)


def _tax(engine: Engine, period: Period, *tax: Tax) -> Decimal:
    """What the evaluation of `period` takes for the year, when all of this was delivered."""
    accounts = (Account("A-1", "A", Decimal(100)),)
    with engine.begin() as connection:
        deliver(connection, {REGION: County(RULEBOOK, (Bank("A"),), accounts, tax=tax, period=period)})
    run = evaluate(engine, REGION, period, RULEBOOK)
    with engine.connect() as connection:
        found = "SELECT value FROM eval.indicator_value WHERE run_id = :run AND institution = 'A'"
        return Decimal(connection.execute(text(found), {"run": run.run_id}).scalar_one())


BUREAUS_BY_QUARTER = [
    *(_quarter("tax_national", period, 10) for period in (Q1, Q2)),
    *(_quarter("tax_local", period, 1) for period in (Q1, Q2)),
]
BUREAUS_CUMULATIVE = [
    *(_year("tax_national", period, 10 * period.quarter) for period in (Q1, Q2)),
    *(_year("tax_local", period, period.quarter) for period in (Q1, Q2)),
]


@pytest.mark.parametrize("before", [BUREAUS_BY_QUARTER, BUREAUS_CUMULATIVE])
def test_before_the_merger_both_bureaus_are_added(engine: Engine, before: list[Tax]) -> None:
    assert _tax(engine, Q2, *before) == 22


@pytest.mark.parametrize("before", [BUREAUS_BY_QUARTER, BUREAUS_CUMULATIVE])
def test_a_merged_bureau_that_reports_since_january_is_the_whole_year(engine: Engine, before: list[Tax]) -> None:
    assert _tax(engine, Q3, *before, _year("tax", Q3, 40)) == 40


@pytest.mark.parametrize("before", [BUREAUS_BY_QUARTER, BUREAUS_CUMULATIVE])
def test_a_merged_bureau_that_reports_its_own_quarter_is_added_to_the_half_year_of_the_two(
    engine: Engine, before: list[Tax]
) -> None:
    assert _tax(engine, Q3, *before, _quarter("tax", Q3, 18)) == 40


@pytest.mark.parametrize("before", [BUREAUS_BY_QUARTER, BUREAUS_CUMULATIVE])
@pytest.mark.parametrize(
    "after",
    [
        [_quarter("tax", Q3, 18), _quarter("tax", Q4, 20)],
        [_year("tax", Q3, 40), _year("tax", Q4, 60)],
        [_year("tax", Q3, 40), _quarter("tax", Q4, 20)],
        [_quarter("tax", Q3, 18), _year("tax", Q4, 60)],
        [Tax("A", Q3.start, Q4.end, Decimal(38), period=Q4)],
        [_quarter("tax", Q3, 18), Tax("A", Q3.start, Q4.end, Decimal(38), period=Q4)],
    ],
)
def test_at_the_year_s_end_every_way_of_reporting_comes_to_the_same(
    engine: Engine, before: list[Tax], after: list[Tax]
) -> None:
    assert _tax(engine, Q4, *before, *after) == 60


def test_refunds_after_the_merger_count_against_what_was_paid_before(engine: Engine) -> None:
    assert _tax(engine, Q3, *BUREAUS_CUMULATIVE, _quarter("tax", Q3, -10)) == 12


def test_a_quarter_that_one_of_the_two_did_not_report_is_a_gap_and_asked_for(engine: Engine) -> None:
    lacking = [item for item in BUREAUS_BY_QUARTER if (item.feed, item.period) != ("tax_local", Q2)]
    with pytest.raises(RunStoppedError) as stopped:
        _tax(engine, Q3, *lacking, _quarter("tax", Q3, 18))

    [question] = stopped.value.findings
    assert question.check == "EVA-V021"
    assert question.message == "报送内容 tax 的 tax_local_part 未覆盖 2025-04-01 至 2025-09-30 的全部期间"


def test_a_merged_bureau_with_nothing_before_it_is_asked_for_the_months_since_january(engine: Engine) -> None:
    with pytest.raises(RunStoppedError) as stopped:
        _tax(engine, Q3, _quarter("tax", Q3, 18))

    assert [question.message for question in stopped.value.findings] == [
        "报送内容 tax 的 tax_local_part 未覆盖 2025-01-01 至 2025-09-30 的全部期间"
    ]


def test_a_quarter_delivered_in_both_arrangements_counts_by_the_one_that_goes_on(engine: Engine) -> None:
    doubled = [*BUREAUS_BY_QUARTER, _quarter("tax", Q2, 11), _quarter("tax", Q3, 18)]

    assert _tax(engine, Q3, *doubled) == 40
