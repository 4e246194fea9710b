"""The suites as documents: what they must cover, and that they hang together. No Great Expectations needed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict

import pytest

from cunfang.feeds.contract import Kind, contracts
from cunfang.feeds.normalise import WRITTEN
from cunfang.finding import Klass
from cunfang.quality.derive import DERIVATIONS
from cunfang.quality.suite import EXPECTATIONS, Expectation, catalogue, suite
from cunfang.settings import HOME

FEEDS = sorted(contracts())
LETTERS = {"V": Klass.VALIDITY, "Q": Klass.QUALITY, "M": Klass.MACRO}


def of_type(feed: str, kind: str) -> list[Expectation]:
    return [rule for rule in suite(feed).expectations if rule.type == f"expect_{kind}"]


@pytest.mark.parametrize("feed", FEEDS)
def test_every_feed_has_a_suite_that_asks_for_its_required_columns_and_its_key(feed: str) -> None:
    contract = contracts()[feed]
    asked = {rule.kwargs["column"].removesuffix(WRITTEN) for rule in of_type(feed, "column_values_to_not_be_null")}
    assert {column.name for column in contract.columns if column.required} <= asked
    keys = [tuple(rule.kwargs["column_list"]) for rule in of_type(feed, "compound_columns_to_be_unique")]
    keys += [(rule.kwargs["column"],) for rule in of_type(feed, "column_values_to_be_unique")]
    span = (contract.validity.since,) if contract.validity else ()
    assert (*contract.key, *span) in keys


@pytest.mark.parametrize("feed", FEEDS)
def test_every_named_institution_is_held_against_the_register(feed: str) -> None:
    named = [column for column in contracts()[feed].columns if column.type.institution]
    known = [rule for rule in suite(feed).expectations if rule.meta.check.endswith("V003")]
    assert len(known) == len(named)


@pytest.mark.parametrize("feed", FEEDS)
def test_every_amount_that_cannot_be_negative_is_held_to_it(feed: str) -> None:
    wanted = {column.name for column in contracts()[feed].columns if column.sign == "nonnegative"}
    bounded = {
        r.kwargs["column"] for r in of_type(feed, "column_values_to_be_between") if r.kwargs.get("min_value") == 0
    }
    assert wanted <= bounded


def test_every_loan_tag_is_held_within_the_loans() -> None:
    tags = {column.name for column in contracts()["pboc_credit"].loaded_columns if column.name.startswith("loans_")}
    pairs = of_type("pboc_credit", "column_pair_values_a_to_be_greater_than_b")
    within = {rule.kwargs["column_B"] for rule in pairs if rule.kwargs["column_A"] == "loans"}
    assert tags - {"loans_year_start"} | {"npl"} == within


@pytest.mark.parametrize(("feed", "rule"), list(catalogue()), ids=lambda part: getattr(part, "type", part))
def test_a_rule_names_only_columns_and_values_that_exist(feed: str, rule: Expectation) -> None:
    contract = contracts()[feed]
    columns = {column.name for column in contract.columns}
    columns |= {column.name + WRITTEN for column in contract.columns if column.type.institution}
    period_values = {"period", "period_start", "period_end", "year_start", "others", "absent", "coverage"}
    assert rule.columns <= columns | DERIVATIONS.keys()
    assert rule.meta.placeholders <= columns | DERIVATIONS.keys() | period_values
    assert rule.place.removesuffix(WRITTEN) in contract.by_name


def test_a_number_says_its_class_and_severity_and_starts_with_the_prefix_of_its_feed() -> None:
    for feed, rule in catalogue():
        prefix, number = rule.meta.check.split("-")
        assert prefix == contracts()[feed].check_prefix
        assert rule.meta.klass is LETTERS[number[0]]
        assert rule.severity == ("critical" if rule.meta.klass.blocking else "warning")


def test_numbers_of_two_feeds_never_meet() -> None:
    feeds = defaultdict(set)
    for feed, rule in catalogue():
        feeds[rule.meta.check].add(feed)
    assert all(len(owners) == 1 for owners in feeds.values())


@pytest.mark.parametrize("feed", FEEDS)
def test_a_suite_stands_in_the_form_that_gx_itself_writes(feed: str) -> None:
    import great_expectations as gx

    document = json.loads((EXPECTATIONS / f"{feed}.json").read_text(encoding="utf-8"))
    known = gx.ExpectationSuite(**{key: document[key] for key in ("name", "expectations", "meta", "notes")})
    assert json.loads(json.dumps(known.to_json_dict()))["expectations"] == document["expectations"]


def test_thresholds_are_exact_in_binary_so_that_no_decimal_is_compared_with_a_rounded_float() -> None:
    for _, rule in catalogue():
        for bound in ("min_value", "max_value"):
            value = rule.kwargs.get(bound, 0)
            assert isinstance(value, (int, dict)) or (value * 1024).is_integer()


def test_importing_the_rooms_pays_neither_for_great_expectations_nor_for_pandas() -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(HOME / 'plugins')!r}); import cunfang.quality, cunfang.intake;"
        " print([name for name in ('great_expectations', 'pandas') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_choice_stays_within_the_words_of_its_contract() -> None:
    for feed, rule in catalogue():
        column = contracts()[feed].by_name.get(rule.kwargs.get("column", ""))
        if column and column.type is Kind.CHOICE and isinstance(rule.kwargs.get("value_set"), list):
            assert set(rule.kwargs["value_set"]) == set(column.choices.values())


def test_no_rule_sums_or_averages_amounts_in_gx_which_turns_decimals_into_floats_in_place() -> None:
    aggregates = ("_sum_", "_mean_", "_stdev_", "_median_", "_quantile_", "z_scores")
    assert not [rule.meta.check for _, rule in catalogue() if any(word in rule.type for word in aggregates)]
