"""An execution engine for Great Expectations over typed columns: values compared as they are, no frame per rule.

GX's expectations ask an engine for metrics. The engine here is GX's pandas engine with those metrics that our suites
ask for computed on plain lists, registered the way GX takes any metric for an engine; every other metric is still the
pandas one, on a frame that is only made when such a metric is asked for. Imports GX, which takes seconds once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from operator import eq, ge, gt, le, lt, ne
from typing import TYPE_CHECKING, Any

from great_expectations.constants import MAX_DISTINCT_VALUES, MAX_RESULT_RECORDS
from great_expectations.exceptions import GreatExpectationsError
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.execution_engine.pandas_batch_data import PandasBatchData
from great_expectations.expectations.metrics.metric_provider import MetricProvider
from great_expectations.expectations.registry import get_metric_kwargs, register_metric
from great_expectations.validator.metric_configuration import MetricConfiguration

from cunfang.feeds.normalise import Scalar

if TYPE_CHECKING:
    import pandas as pd

BATCH = "submission"
"""The one batch of an engine."""
Domain = Mapping[str, Any]
Values = Mapping[str, Any]
Positions = Sequence[int]
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {"==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


class _Frame(PandasBatchData):  # type: ignore[misc]
    """The columns as a frame of dtype object, for metrics that only GX's own engine has."""

    def __init__(self, engine: ColumnsEngine) -> None:
        self._engine = engine

    @cached_property
    def dataframe(self) -> pd.DataFrame:
        import pandas as pd

        index = pd.Index(list(self._engine.numbers), dtype="int64")
        return pd.DataFrame(dict(self._engine.columns), index=index, dtype=object)


class ColumnsEngine(PandasExecutionEngine):  # type: ignore[misc]
    """One submission: `columns` by name, all as long as `numbers`, the record numbers that findings point to."""

    def __init__(self, columns: Mapping[str, Sequence[Scalar]], numbers: Sequence[int]) -> None:
        super().__init__(caching=False)
        self.columns, self.numbers = columns, numbers
        self._selected: dict[str, Positions] = {}
        self._present: dict[tuple[str, ...], Positions] = {}
        self.batch_manager.save_batch_data(BATCH, _Frame(self))

    def column(self, name: str) -> Sequence[Any]:
        """A column; one that is not there is GX's error, so that the rule is never taken for passed."""
        try:
            return self.columns[name]
        except KeyError:
            raise GreatExpectationsError(f'column "{name}" does not exist') from None

    def selected(self, domain: Domain) -> Positions:
        """Positions of the rows that the domain's row condition lets through."""
        condition = domain.get("row_condition")
        if condition is None:
            return range(len(self.numbers))
        key = repr(condition)
        if key not in self._selected:
            self._selected[key] = self._where(condition)
        return self._selected[key]

    def present(self, domain: Domain, *names: str) -> Positions:
        """`selected`, less the rows in which one of these columns is empty."""
        key = (repr(domain.get("row_condition")), *names)
        if key not in self._present:
            rows = self.selected(domain)
            for name in names:
                column = self.column(name)
                rows = [at for at in rows if column[at] is not None]
            self._present[key] = rows
        return self._present[key]

    def _where(self, condition: Any) -> Positions:
        holds = _holds(self, condition)
        if holds is not None:
            return holds
        named = {number: at for at, number in enumerate(self.numbers)}
        return [named[number] for number in self.get_domain_records({"row_condition": condition}).index]


def _holds(engine: ColumnsEngine, condition: Any) -> list[int] | None:
    """Where GX's condition document holds; None for a kind that only pandas knows. An empty cell is only unequal."""
    if not isinstance(condition, dict):
        return None
    if condition["type"] in ("and", "or"):
        parts = [_holds(engine, part) for part in condition["conditions"]]
        known = [set(part) for part in parts if part is not None]
        if len(known) < len(parts) or not known:
            return None
        return sorted(set.intersection(*known) if condition["type"] == "and" else set.union(*known))
    if condition["type"] == "nullity":
        column = engine.column(condition["column"]["name"])
        return [at for at, value in enumerate(column) if (value is None) == condition["is_null"]]
    return _compared(engine, condition) if condition["type"] == "comparison" else None


def _compared(engine: ColumnsEngine, condition: dict[str, Any]) -> list[int] | None:
    column, wanted = engine.column(condition["column"]["name"]), condition["parameter"]
    operator = str(getattr(condition["operator"], "value", condition["operator"]))
    if operator in ("IN", "NOT_IN"):
        among = frozenset(wanted)
        return [at for at, value in enumerate(column) if (value in among) == (operator == "IN")]
    compare = _COMPARE.get(operator)
    if compare is None:
        return None
    empty = operator == "!="
    return [at for at, value in enumerate(column) if (empty if value is None else compare(value, wanted))]


def _not_null(engine: ColumnsEngine, domain: Domain, values: Values) -> Positions:
    column = engine.column(domain["column"])
    return [at for at in engine.selected(domain) if column[at] is None]


def _null(engine: ColumnsEngine, domain: Domain, values: Values) -> Positions:
    return engine.present(domain, domain["column"])


def _between(engine: ColumnsEngine, domain: Domain, values: Values) -> Positions:
    least, most = values.get("min_value"), values.get("max_value")
    if least is None and most is None:
        raise ValueError("min_value and max_value cannot both be None")
    if least is not None and most is not None and least > most:
        raise ValueError("min_value cannot be greater than max_value")
    column, rows = engine.column(domain["column"]), engine.present(domain, domain["column"])
    broken: set[int] = set()
    if least is not None:
        above = gt if values.get("strict_min") else ge
        broken.update(at for at in rows if not above(column[at], least))
    if most is not None:
        below = lt if values.get("strict_max") else le
        broken.update(at for at in rows if not below(column[at], most))
    return sorted(broken)


def _in_set(engine: ColumnsEngine, domain: Domain, values: Values) -> Positions:
    if values.get("value_set") is None:
        return []
    column, among = engine.column(domain["column"]), frozenset(values["value_set"])
    return [at for at in engine.present(domain, domain["column"]) if column[at] not in among]


def _unique(engine: ColumnsEngine, domain: Domain, values: Values) -> Positions:
    column, rows = engine.column(domain["column"]), engine.present(domain, domain["column"])
    counted = Counter(column[at] for at in rows)
    return [at for at in rows if counted[column[at]] > 1] if len(counted) < len(rows) else []


def _match_regex(engine: ColumnsEngine, domain: Domain, values: Values) -> Positions:
    column, pattern = engine.column(domain["column"]), re.compile(values["regex"])
    return [at for at in engine.present(domain, domain["column"]) if not pattern.search(str(column[at]))]


def _pair(compare: Callable[[Any, Any], bool], engine: ColumnsEngine, domain: Domain) -> Positions:
    """Rows in which the comparison does not hold; one with an empty side never holds."""
    first, second = engine.column(domain["column_A"]), engine.column(domain["column_B"])
    return [
        at
        for at in _rows_of(engine, domain)
        if first[at] is None or second[at] is None or not compare(first[at], second[at])
    ]


def _greater(engine: ColumnsEngine, domain: Domain, values: Values) -> Positions:
    return _pair(ge if values.get("or_equal") else gt, engine, domain)


def _equal(engine: ColumnsEngine, domain: Domain, values: Values) -> Positions:
    return _pair(eq, engine, domain)


def _compound(engine: ColumnsEngine, domain: Domain, values: Values) -> Positions:
    columns = [engine.column(name) for name in domain["column_list"]]
    rows = _rows_of(engine, domain)
    keys = [tuple(column[at] for column in columns) for at in rows]
    counted = Counter(keys)
    if len(counted) == len(keys):
        return []
    return [at for at, key in zip(rows, keys, strict=True) if counted[key] > 1]


def _rows_of(engine: ColumnsEngine, domain: Domain) -> Positions:
    """Rows of a domain of two or more columns, by what it says of empty cells."""
    names = domain["column_list"] if "column_list" in domain else (domain["column_A"], domain["column_B"])
    match domain["ignore_row_if"]:
        case "either_value_is_missing" | "any_value_is_missing":
            return engine.present(domain, *names)
        case "both_values_are_missing" | "all_values_are_missing":
            columns = [engine.column(name) for name in names]
            return [at for at in engine.selected(domain) if any(column[at] is not None for column in columns)]
        case "neither" | "never":
            return engine.selected(domain)
    raise ValueError(f'Unrecognized value of ignore_row_if ("{domain["ignore_row_if"]}").')


BROKEN: dict[str, Callable[[ColumnsEngine, Domain, Values], Positions]] = {
    "column_values.nonnull": _not_null,
    "column_values.null": _null,
    "column_values.between": _between,
    "column_values.in_set": _in_set,
    "column_values.unique": _unique,
    "column_values.match_regex": _match_regex,
    "column_pair_values.a_greater_than_b": _greater,
    "column_pair_values.equal": _equal,
    "compound_columns.unique": _compound,
}
"""GX's map metric → the positions of the rows that break it."""
_POSITIONS = "broken_positions"


class _Broken(MetricProvider):  # type: ignore[misc]
    """The rows that break a map metric: what the figures below are taken from."""


class _OfBroken(MetricProvider):  # type: ignore[misc]
    """A figure of a map metric."""

    @classmethod
    def _get_evaluation_dependencies(cls, metric: Any, **known: Any) -> dict[str, Any]:
        values = {name: value for name, value in metric.metric_value_kwargs.items() if name != "result_format"}
        name = f"{metric.metric_name.rpartition('.')[0]}.{_POSITIONS}"
        return {_POSITIONS: MetricConfiguration(name, metric.metric_domain_kwargs, values)}


Asked = tuple[ColumnsEngine, Domain, Positions]


def _count(asked: Asked) -> int:
    return len(asked[2])


def _index_list(asked: Asked) -> list[int]:
    engine, _, broken = asked
    return [engine.numbers[at] for at in broken]


def _unexpected_values(asked: Asked) -> list[Any]:
    engine, domain, broken = asked
    shown = broken[:MAX_RESULT_RECORDS]
    if "column_list" in domain:
        return [{name: engine.column(name)[at] for name in domain["column_list"]} for at in shown]
    if "column_A" in domain:
        first, second = engine.column(domain["column_A"]), engine.column(domain["column_B"])
        return [(first[at], second[at]) for at in shown]
    column = engine.column(domain["column"])
    return [column[at] for at in shown]


def _query(asked: Asked) -> str:
    return f"df.filter(items={_index_list(asked)}, axis=0)"


def _filtered_row_count(asked: Asked) -> int:
    engine, domain, _ = asked
    return len(_rows_of(engine, domain))


_FIGURES: dict[str, Callable[[Asked], Any]] = {
    "unexpected_count": _count,
    "unexpected_values": _unexpected_values,
    "unexpected_index_list": _index_list,
    "unexpected_index_query": _query,
    "filtered_row_count": _filtered_row_count,
}


class _Whole(MetricProvider):  # type: ignore[misc]
    """A figure of a column or of all rows."""


def _row_count(engine: ColumnsEngine, domain: Domain, values: Values) -> int:
    return len(engine.selected(domain))


def _max(engine: ColumnsEngine, domain: Domain, values: Values) -> Any:
    column = engine.column(domain["column"])
    return max((column[at] for at in engine.present(domain, domain["column"])), default=None)


def _missing(engine: ColumnsEngine, domain: Domain, values: Values) -> list[Scalar]:
    column = engine.column(domain["column"])
    there = {column[at] for at in engine.present(domain, domain["column"])}
    wanted = set(values["value_set"] or ())
    if there and wanted and not {type(value) for value in there} & {type(value) for value in wanted}:
        raise TypeError("column values and value_set must be of the same type")
    return sorted(wanted - there, key=str)


def _missing_shown(engine: ColumnsEngine, domain: Domain, values: Values) -> list[Scalar]:
    return _missing(engine, domain, values)[: values.get("limit") or MAX_DISTINCT_VALUES]


def _missing_count(engine: ColumnsEngine, domain: Domain, values: Values) -> int:
    return len(_missing(engine, domain, values))


_WHOLE: dict[str, Callable[[ColumnsEngine, Domain, Values], Any]] = {
    "table.row_count": _row_count,
    "column.max": _max,
    "column.distinct_values.missing_from_column": _missing_shown,
    "column.distinct_values.missing_from_column.count": _missing_count,
}


def _direct(function: Callable[[ColumnsEngine, Domain, Values], Any]) -> Callable[..., Any]:
    def metric(
        *, execution_engine: ColumnsEngine, metric_domain_kwargs: Domain, metric_value_kwargs: Values, **known: Any
    ) -> Any:
        return function(execution_engine, metric_domain_kwargs, metric_value_kwargs)

    return metric


def _derived(function: Callable[[Asked], Any]) -> Callable[..., Any]:
    def metric(
        *, execution_engine: ColumnsEngine, metric_domain_kwargs: Domain, metrics: Mapping[str, Positions], **known: Any
    ) -> Any:
        return function((execution_engine, metric_domain_kwargs, metrics[_POSITIONS]))

    return metric


def _register(name: str, provider: type[MetricProvider], function: Callable[..., Any], like: str = "") -> None:
    """For this engine, under the keys that GX knows the metric by."""
    keys = get_metric_kwargs(like or name)
    register_metric(name, keys["metric_domain_keys"], keys["metric_value_keys"], ColumnsEngine, provider, function)


for _metric, _function in BROKEN.items():
    _register(f"{_metric}.{_POSITIONS}", _Broken, _direct(_function), like=f"{_metric}.condition")
    for _suffix, _figure in _FIGURES.items():
        if _suffix != "filtered_row_count" or not _metric.startswith("column_values."):
            _register(f"{_metric}.{_suffix}", _OfBroken, _derived(_figure))
for _metric, _function in _WHOLE.items():
    _register(_metric, _Whole, _direct(_function))
