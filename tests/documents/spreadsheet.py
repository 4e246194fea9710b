"""An independent reading of a workbook: formulas are calculated anew from the cells they point at."""

from __future__ import annotations

import io
import operator
import re
from collections.abc import Callable
from math import floor, isnan, nan, prod
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

Value = Any
_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?(?:E[+-]?\d+)?)|(?P<text>"[^"]*")"""
    r"""|(?P<ref>(?:'[^']+'!)?\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?)"""
    r"""|(?P<name>[A-Z]+)(?=\()|(?P<op><=|>=|<>|[-+*/(),<>=]))"""
)


class Spreadsheet:
    """A workbook whose cells can be read, changed and recalculated."""

    def __init__(self, content: bytes) -> None:
        self.formulas = load_workbook(io.BytesIO(content))
        self.cached = load_workbook(io.BytesIO(content), data_only=True)
        self._known: dict[tuple[str, str], Value] = {}

    def formula_cells(self) -> list[tuple[str, str, str]]:
        """(sheet, cell, formula) of every formula."""
        return [
            (sheet.title, cell.coordinate, cell.value)
            for sheet in self.formulas
            for row in sheet.iter_rows()
            for cell in row
            if cell.data_type == "f"
        ]

    def change(self, sheet: str, cell: str, value: Value) -> None:
        """Put another value into an input cell."""
        self.formulas[sheet][cell].value = value
        self._known.clear()

    def value(self, sheet: str, cell: str) -> Value:
        """What a cell shows after recalculation; an empty one is None."""
        key = sheet, cell
        if key not in self._known:
            raw = self.formulas[sheet][cell]
            self._known[key] = Formula(self, sheet, raw.value[1:]).result() if raw.data_type == "f" else raw.value
        return self._known[key]

    def span(self, sheet: str, reference: str) -> list[Value]:
        """The values of a range, row by row."""
        left, top, right, bottom = range_boundaries(reference.replace("$", ""))
        assert None not in (left, top, right, bottom)
        return [
            self.value(sheet, self.formulas[sheet].cell(row, column).coordinate)
            for row in range(top, bottom + 1)
            for column in range(left, right + 1)
        ]


class Formula:
    """A recursive-descent reader of the formulas that the workbook uses; anything else is an error."""

    def __init__(self, book: Spreadsheet, sheet: str, text: str) -> None:
        self.book = book
        self.sheet = sheet
        self.text = text
        self.tokens: list[tuple[str, str]] = []
        position = 0
        while position < len(text):
            match = _TOKEN.match(text, position)
            assert match is not None and match.lastgroup is not None, f"cannot read {text!r} at {position}"
            self.tokens.append((match.lastgroup, match[match.lastgroup]))
            position = match.end()
        self.at = 0

    def result(self) -> Value:
        """The value of the whole formula."""
        value = self._comparison()
        assert self.at == len(self.tokens), f"{self.text!r}: more than one expression"
        return value

    def _peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def _take(self) -> tuple[str, str]:
        self.at += 1
        return self.tokens[self.at - 1]

    def _comparison(self) -> Value:
        left = self._sum()
        if self._peek() in ("=", "<", ">", "<=", ">=", "<>"):
            sign = self._take()[1]
            right = self._sum()
            if isinstance(left, list):
                return [TESTS[sign](item or 0, right) for item in left]
            return TESTS[sign](left, right)
        return left

    def _sum(self) -> Value:
        value = self._product()
        while self._peek() in ("+", "-"):
            value = value + self._product() if self._take()[1] == "+" else value - self._product()
        return value

    def _product(self) -> Value:
        value = self._atom()
        while self._peek() in ("*", "/"):
            if self._take()[1] == "*":
                value = value * self._atom()
            else:
                below = self._atom()
                # An error as Excel has it: it stays in the branch that an IF does not take.
                value = value / below if below else nan
        return value

    def _atom(self) -> Value:
        kind, token = self._take()
        if token == "-":
            value = self._atom()
            return [-item for item in value] if isinstance(value, list) else -value
        if token == "(":
            value = self._comparison()
            assert self._take()[1] == ")"
            return value
        match kind:
            case "number":
                return float(token)
            case "text":
                return token[1:-1]
            case "name":
                return self._call(token)
            case "ref":
                values = self._reference(token)
                return (values[0] or 0) if len(values) == 1 else values
        raise AssertionError(f"{self.text!r}: {token!r}")

    def _reference(self, token: str) -> list[Value]:
        sheet, _, cells = token.rpartition("!")
        return self.book.span(sheet.strip("'") or self.sheet, cells)

    def _call(self, name: str) -> Value:
        assert self._take()[1] == "("
        arguments: list[Value] = []
        while self._peek() != ")":
            kind, token = self.tokens[self.at]
            if kind == "ref" and self.tokens[self.at + 1][1] in (",", ")"):
                self._take()
                arguments.append(self._reference(token))
            else:
                arguments.append(self._comparison())
            if self._peek() == ",":
                self._take()
        self._take()
        return FUNCTIONS[name](*arguments)


def _numbers(*arguments: Value) -> list[float]:
    flat = [item for argument in arguments for item in (argument if isinstance(argument, list) else [argument])]
    return [item for item in flat if isinstance(item, int | float) and not isinstance(item, bool)]


def _one(value: Value) -> Value:
    return (value[0] or 0) if isinstance(value, list) else value


def _round(value: Value, places: Value) -> float:
    if isnan(_one(value)):
        return nan
    scaled = _one(value) * 10 ** int(places)
    return float(int(abs(scaled) + 0.5) * (1 if scaled >= 0 else -1)) / 10 ** int(places)


def _sumifs(amounts: list[Value], *pairs: Value) -> float:
    conditions = [(pairs[i], _one(pairs[i + 1])) for i in range(0, len(pairs), 2)]
    return sum(
        amount
        for index, amount in enumerate(amounts)
        if isinstance(amount, int | float) and all(column[index] == wanted for column, wanted in conditions)
    )


def _sumproduct(*factors: Value) -> float:
    columns = [factor if isinstance(factor, list) else [factor] for factor in factors]
    return sum(prod(float(item or 0) for item in items) for items in zip(*columns, strict=True))


TESTS: dict[str, Callable[[Value, Value], bool]] = {
    "=": operator.eq, "<>": operator.ne, "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge,
}  # fmt: skip
FUNCTIONS: dict[str, Callable[..., Value]] = {
    "SUMPRODUCT": _sumproduct,
    "AND": lambda *a: all(_one(item) for item in a),
    "NOT": lambda a: not _one(a),
    "INT": lambda a: nan if isnan(_one(a)) else float(floor(_one(a))),
    "NA": lambda: nan,
    "SUM": lambda *a: sum(_numbers(*a)),
    "COUNT": lambda *a: len(_numbers(*a)),
    "AVERAGE": lambda *a: sum(_numbers(*a)) / len(_numbers(*a)),
    "MAX": lambda *a: max(_numbers(*a)),
    "MIN": lambda *a: min(_numbers(*a)),
    "ABS": lambda a: abs(_one(a)),
    "ROUND": _round,
    "IF": lambda test, yes, no: _one(yes) if test else _one(no),
    "SUMIF": lambda column, wanted, amounts: _sumifs(amounts, column, wanted),
    "SUMIFS": _sumifs,
}
