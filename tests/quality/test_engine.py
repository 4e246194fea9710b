"""Our engine against Great Expectations' own on the same rows and rules: the same verdict, count, rows and values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import great_expectations as gx
import pandas as pd
import pytest
from great_expectations.data_context.types.base import ProgressBarsConfig
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cunfang.quality.columns import BROKEN, ColumnsEngine
from cunfang.quality.known import RESULT_FORMAT, Known, UnresolvedError, judge
from cunfang.quality.suite import catalogue

AMOUNTS = [Decimal(text) for text in ("-0.01", "0", "0.01", "1.00", "999999999999.99", "1000000000000.00")]
DAYS = [date(2025, 1, 1), date(2025, 9, 30), date(2025, 12, 31)]
WORDS = ["甲", "乙", "甲行", ""]
CONDITIONS: list[dict[str, Any] | None] = [
    None,
    {"type": "comparison", "column": {"name": "word"}, "operator": "==", "parameter": "甲"},
    {"type": "comparison", "column": {"name": "word"}, "operator": "!=", "parameter": "甲"},
    {"type": "comparison", "column": {"name": "a"}, "operator": "<=", "parameter": 0},
    {"type": "comparison", "column": {"name": "a"}, "operator": ">", "parameter": 0},
    {"type": "comparison", "column": {"name": "word"}, "operator": "IN", "parameter": ["甲", "乙"]},
    {"type": "comparison", "column": {"name": "word"}, "operator": "NOT_IN", "parameter": ["甲", "乙"]},
    {"type": "nullity", "column": {"name": "day"}, "is_null": True},
    {"type": "nullity", "column": {"name": "day"}, "is_null": False},
    {
        "type": "and",
        "conditions": [
            {"type": "nullity", "column": {"name": "b"}, "is_null": False},
            {"type": "comparison", "column": {"name": "flag"}, "operator": "==", "parameter": True},
        ],
    },
    {
        "type": "or",
        "conditions": [
            {"type": "nullity", "column": {"name": "b"}, "is_null": True},
            {"type": "comparison", "column": {"name": "word"}, "operator": "==", "parameter": "乙"},
        ],
    },
]
RULES: list[tuple[str, dict[str, Any]]] = [
    *(("expect_column_values_to_not_be_null", {"column": name}) for name in ("a", "day", "word", "flag")),
    ("expect_column_values_to_be_null", {"column": "b"}),
    ("expect_column_values_to_be_between", {"column": "a", "min_value": 0}),
    ("expect_column_values_to_be_between", {"column": "a", "max_value": 0.01}),
    ("expect_column_values_to_be_between", {"column": "a", "min_value": 0, "strict_min": True, "max_value": 1}),
    ("expect_column_values_to_be_between", {"column": "a", "min_value": 0, "max_value": 1, "strict_max": True}),
    ("expect_column_values_to_be_between", {"column": "day", "min_value": DAYS[1], "max_value": DAYS[2]}),
    ("expect_column_values_to_be_in_set", {"column": "word", "value_set": ["甲", "丙"]}),
    ("expect_column_values_to_be_in_set", {"column": "word", "value_set": []}),
    ("expect_column_values_to_be_in_set", {"column": "a", "value_set": [0, 1]}),
    ("expect_column_values_to_be_unique", {"column": "a"}),
    ("expect_column_values_to_match_regex", {"column": "word", "regex": "^[甲乙]$"}),
    *(
        ("expect_column_pair_values_a_to_be_greater_than_b", {"column_A": "a", "column_B": "b", **more})
        for more in (
            {"or_equal": True, "ignore_row_if": "either_value_is_missing"},
            {"or_equal": True, "ignore_row_if": "neither"},
            {"ignore_row_if": "both_values_are_missing"},
        )
    ),
    *(
        ("expect_column_pair_values_to_be_equal", {"column_A": "a", "column_B": "b", "ignore_row_if": ignored})
        for ignored in ("either_value_is_missing", "both_values_are_missing", "neither")
    ),
    *(
        ("expect_compound_columns_to_be_unique", {"column_list": ["word", "day"], "ignore_row_if": ignored})
        for ignored in ("any_value_is_missing", "all_values_are_missing", "never")
    ),
    ("expect_column_distinct_values_to_contain_set", {"column": "word", "value_set": ["甲", "丙", "丁"]}),
    # GX's own metric on a frame of ours: no metric of our own is registered for it.
    ("expect_column_value_lengths_to_be_between", {"column": "word", "min_value": 1}),
]
DOCUMENTS = [
    {"type": kind, "kwargs": {**kwargs, **({"row_condition": condition} if condition else {})}, "meta": {}}
    for kind, kwargs in RULES
    for condition in CONDITIONS
]
ROW = st.tuples(
    st.none() | st.sampled_from(AMOUNTS),
    st.none() | st.sampled_from(AMOUNTS),
    st.none() | st.sampled_from(DAYS),
    st.none() | st.sampled_from(WORDS),
    st.none() | st.booleans(),
)
NAMES = ("a", "b", "day", "word", "flag")


@pytest.fixture(scope="module")
def asset() -> Any:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context.data_sources.add_pandas("own").add_dataframe_asset("own")


def own(asset: Any, rows: Sequence[Sequence[Any]], documents: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Great Expectations on its pandas engine, over a frame of objects."""
    frame = pd.DataFrame(
        [list(row) for row in rows],
        columns=list(NAMES),
        index=pd.Index(range(11, 11 + len(rows)), dtype="int64"),
        dtype=object,
    )
    name = "whole"
    known = {one.name: one for one in asset.batch_definitions}
    definition = known.get(name) or asset.add_batch_definition_whole_dataframe(name)
    suite = gx.ExpectationSuite(
        name="s", expectations=[{**one, "meta": {"at": at}} for at, one in enumerate(documents)]
    )
    result = definition.get_batch({"dataframe": frame}).validate(suite, result_format=dict(RESULT_FORMAT))
    return sorted(result.results, key=lambda one: one.expectation_config.meta["at"])


def ours(rows: Sequence[Sequence[Any]], documents: Sequence[Mapping[str, Any]]) -> list[Any]:
    columns = {name: [row[at] for row in rows] for at, name in enumerate(NAMES)}
    return judge([Known(one, {}) for one in documents], ColumnsEngine(columns, range(11, 11 + len(rows))))


def told(result: Any) -> dict[str, Any]:
    """What a result says; sets without an order in sorted order, nothing found as nothing."""
    said = {name: value for name, value in result.result.items() if name != "partial_unexpected_counts"}
    if "partial_missing_list" in said:
        said["partial_missing_list"] = sorted(said["partial_missing_list"])
    return {"success": result.success} | said


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROW, max_size=12), data=st.data())
def test_every_rule_is_judged_as_great_expectations_itself_judges_it(asset: Any, rows: list[Any], data: Any) -> None:
    documents = data.draw(st.lists(st.sampled_from(DOCUMENTS), min_size=1, max_size=12))
    theirs = own(asset, rows, documents)
    for document, one, other in zip(documents, ours(rows, documents), theirs, strict=True):
        assert not other.exception_info.get("raised_exception", True), other.exception_info
        assert told(one) == told(other), document


def test_each_rule_under_each_condition_is_judged_alike_on_one_table_of_all_cases(asset: Any) -> None:
    rows = [
        (a, b, day, word, flag)
        for a, b in [(AMOUNTS[1], AMOUNTS[1]), (AMOUNTS[0], None), (None, AMOUNTS[3]), (AMOUNTS[5], AMOUNTS[4])]
        for day, word, flag in [(DAYS[0], "甲", True), (None, "乙", False), (DAYS[2], None, None), (None, "甲行", True)]
    ]
    theirs = own(asset, rows, DOCUMENTS)
    for document, one, other in zip(DOCUMENTS, ours(rows, DOCUMENTS), theirs, strict=True):
        assert told(one) == told(other), document


def test_the_greatest_day_is_that_of_the_rows_that_have_one() -> None:
    document = {"type": "expect_column_max_to_be_between", "kwargs": {"column": "day", "min_value": DAYS[1]}}
    table = [(None, None, day, None, None) for day in (DAYS[0], None, DAYS[2])]
    assert [one.success for one in ours(table, [document])] == [True]
    assert [one.success for one in ours(table[:2], [document])] == [False]
    assert [one.success for one in ours([], [document])] == [False]


@pytest.mark.parametrize(
    ("kind", "kwargs"),
    [
        ("expect_column_values_to_be_between", {"column": "gone", "min_value": 0}),
        ("expect_column_values_to_be_between", {"column": "word", "min_value": 0}),
        ("expect_column_values_to_be_between", {"column": "a", "min_value": 2, "max_value": 1}),
        ("expect_column_pair_values_to_be_equal", {"column_A": "a", "column_B": "gone"}),
        ("expect_column_distinct_values_to_contain_set", {"column": "day", "value_set": ["2025-01-01"]}),
    ],
)
def test_what_cannot_be_compared_is_an_error_and_never_a_pass(kind: str, kwargs: dict[str, Any]) -> None:
    fine = {"type": "expect_column_values_to_be_null", "kwargs": {"column": "flag"}}
    with pytest.raises(UnresolvedError) as caught:
        ours([(AMOUNTS[0], None, DAYS[0], "甲", None)], [fine, {"type": kind, "kwargs": kwargs}])
    assert caught.value.rule == 1


def test_our_suites_ask_for_nothing_that_needs_a_frame() -> None:
    kinds = {rule.type for _, rule in catalogue()}
    mapped = {Known({"type": kind, "kwargs": _sample(kind)}, {}).expectation.map_metric for kind in _mapped(kinds)}
    assert mapped <= set(BROKEN)


def _mapped(kinds: set[str]) -> list[str]:
    aggregates = {"expect_column_max_to_be_between", "expect_column_distinct_values_to_contain_set"}
    return sorted(kinds - aggregates)


def _sample(kind: str) -> dict[str, Any]:
    return next(kwargs for name, kwargs in RULES if name == kind)
