"""The rules of a suite as plain SQL: one count of broken rows per rule, from the same JSON that the gate reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from cunfang.quality.gate import Gate
from cunfang.quality.suite import Expectation

TABLE = "checked"
Query = tuple[str, tuple[object, ...]]
_TYPES: list[tuple[type, str]] = [
    *((bool, "boolean"), (int, "bigint"), (Decimal, "numeric"), (datetime, "timestamp"), (date, "date")),
    *((str, "text"), (tuple, "text[]")),
]


def types(columns: Mapping[str, Sequence[object]], rules: Sequence[Expectation]) -> dict[str, str]:
    """Column → SQL type, by its values; an empty one is what a rule compares it with."""
    found = {name: _type(values) for name, values in columns.items()}
    for rule in rules:
        sides = [rule.kwargs[key] for key in ("column_A", "column_B") if key in rule.kwargs]
        known = next((found[side] for side in sides if found[side]), "")
        for side in sides:
            found[side] = found[side] or known
        bounds = [rule.kwargs.get("min_value"), rule.kwargs.get("max_value")]
        if any(isinstance(bound, int | float) for bound in bounds):
            found[rule.kwargs["column"]] = found[rule.kwargs["column"]] or "numeric"
        elif any(isinstance(bound, dict) for bound in bounds):
            found[rule.kwargs["column"]] = found[rule.kwargs["column"]] or "date"
    return {name: kind or "text" for name, kind in found.items()}


def _type(values: Sequence[object]) -> str:
    first = next((value for value in values if value is not None), None)
    return next((name for kind, name in _TYPES if isinstance(first, kind)), "")


def query(gate: Gate, rule: Expectation) -> Query:
    """How many rows break the rule; for one about the whole, how many values it misses, or 1."""
    kwargs = {name: _filled(gate, value) for name, value in rule.kwargs.items()}
    where, values = _where(kwargs.get("row_condition"))
    text, more = _BROKEN[rule.type](kwargs, where)
    return text, (*values, *more)


def _filled(gate: Gate, value: Any) -> Any:
    if isinstance(value, dict) and "$PARAMETER" in value:
        found = gate.parameters[value["$PARAMETER"]]
        return list(found) if isinstance(found, tuple) else found
    return value


def _where(condition: Any) -> Query:
    if condition is None:
        return "true", ()
    if condition["type"] in ("and", "or"):
        parts = [_where(part) for part in condition["conditions"]]
        joined = f" {condition['type'].upper()} ".join(f"({text})" for text, _ in parts)
        return joined, tuple(value for _, values in parts for value in values)
    name = f'"{condition["column"]["name"]}"'
    if condition["type"] == "nullity":
        return f"{name} IS {'' if condition['is_null'] else 'NOT '}NULL", ()
    operator, value = condition["operator"], condition["parameter"]
    if operator in ("IN", "NOT_IN"):
        return f"coalesce({name} = ANY(%s), false) = {operator == 'IN'}", (list(value),)
    return f"{name} {'IS DISTINCT FROM' if operator == '!=' else operator.replace('==', '=')} %s", (value,)


def _count(where: str, broken: str) -> str:
    return f"SELECT count(*) FROM {TABLE} WHERE ({where}) AND ({broken})"


def _between(kwargs: Mapping[str, Any], where: str) -> Query:
    bounds = [
        (operator + ("=" if kwargs.get(strict) else ""), kwargs[key])
        for key, operator, strict in (("min_value", "<", "strict_min"), ("max_value", ">", "strict_max"))
        if kwargs.get(key) is not None
    ]
    broken = " OR ".join(f'"{kwargs["column"]}" {operator} %s' for operator, _ in bounds)
    return _count(where, broken), tuple(Decimal(str(b)) if isinstance(b, float) else b for _, b in bounds)


def _repeated(names: Sequence[str], where: str, ignored: str) -> Query:
    listed = ", ".join(f'"{name}"' for name in names)
    there = " AND ".join(f'"{name}" IS NOT NULL' for name in names) if ignored != "never" else "true"
    inner = f"SELECT count(*) OVER (PARTITION BY {listed}) AS n FROM {TABLE} WHERE ({where}) AND ({there})"
    return f"SELECT count(*) FROM ({inner}) AS c WHERE c.n > 1", ()


def _pair(kwargs: Mapping[str, Any], where: str, operator: str) -> Query:
    first, second = f'"{kwargs["column_A"]}"', f'"{kwargs["column_B"]}"'
    return _count(where, f"NOT {first} {operator} {second}"), ()


def _greatest(kwargs: Mapping[str, Any], where: str) -> Query:
    text = f'SELECT (NOT coalesce(max("{kwargs["column"]}") >= %s, false))::int FROM {TABLE} WHERE {where}'
    return text, (kwargs["min_value"],)


def _contained(kwargs: Mapping[str, Any], where: str) -> Query:
    there = f'SELECT 1 FROM {TABLE} WHERE ({where}) AND "{kwargs["column"]}" = w.value'
    text = f"SELECT count(*) FROM unnest(%s::text[]) AS w (value) WHERE NOT EXISTS ({there})"
    return text, (kwargs["value_set"],)


_BROKEN: dict[str, Any] = {
    "expect_column_values_to_not_be_null": lambda k, w: (_count(w, f'"{k["column"]}" IS NULL'), ()),
    "expect_column_values_to_be_null": lambda k, w: (_count(w, f'"{k["column"]}" IS NOT NULL'), ()),
    "expect_column_values_to_be_between": _between,
    "expect_column_values_to_be_in_set": lambda k, w: (
        _count(w, f'NOT "{k["column"]}" = ANY(%s)'),
        (k["value_set"],),
    ),
    "expect_column_values_to_be_unique": lambda k, w: _repeated([k["column"]], w, ""),
    "expect_column_values_to_match_regex": lambda k, w: (_count(w, f'"{k["column"]}"::text !~ %s'), (k["regex"],)),
    "expect_column_pair_values_a_to_be_greater_than_b": lambda k, w: _pair(k, w, ">=" if k.get("or_equal") else ">"),
    "expect_column_pair_values_to_be_equal": lambda k, w: _pair(k, w, "="),
    "expect_compound_columns_to_be_unique": lambda k, w: _repeated(k["column_list"], w, k["ignore_row_if"]),
    "expect_column_max_to_be_between": _greatest,
    "expect_column_distinct_values_to_contain_set": _contained,
}
