"""Run a feed's suite with Great Expectations over typed rows: every broken row becomes a finding with its cell."""

from __future__ import annotations

import logging
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from cunfang.feeds.contract import Contract, Kind
from cunfang.feeds.normalise import WRITTEN, Scalar, Typed, TypedRow
from cunfang.finding import Finding
from cunfang.money import fmt_yuan
from cunfang.quality.basis import Basis
from cunfang.quality.derive import DERIVATIONS, Row, rows
from cunfang.quality.report import CheckReport, CheckResult
from cunfang.quality.suite import EXPECTATIONS, Expectation, Suite, suite

if TYPE_CHECKING:
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult

EMPTY = "（空）"


class BrokenRuleError(RuntimeError):
    """A rule of ours could not be evaluated: never taken for a passed check."""


@dataclass(frozen=True)
class Gate:
    """The suite of one feed over one submission, before Great Expectations sees it."""

    contract: Contract
    typed: Typed
    basis: Basis
    file: str
    rules: tuple[Expectation, ...]
    rows: tuple[Row, ...]

    def finding(self, rule: Expectation, record_no: int) -> Finding:
        """The fault of one row."""
        row, typed = self._by_no[record_no]
        facts = self._facts(rule, row)
        column = rule.place
        return Finding(
            rule.meta.check,
            rule.meta.klass,
            rule.meta.message.format_map(facts),
            rule.meta.advice.format_map(facts),
            file=self.file,
            sheet=typed.sheet,
            cell=typed.cells.get(column.removesuffix(WRITTEN), "") or f"第{typed.row_no}行",
            column=column.removesuffix(WRITTEN),
            record_no=record_no,
        )

    @cached_property
    def _by_no(self) -> dict[int, tuple[Row, TypedRow]]:
        return {typed.record_no: (row, typed) for row, typed in zip(self.rows, self.typed.rows, strict=True)}

    @cached_property
    def parameters(self) -> Mapping[str, object]:
        """The values of the basis that rules are filled in with; lists as tuples, so that they can be looked up."""
        return {
            name: tuple(value) if isinstance(value, list) else value for name, value in self.basis.parameters().items()
        }

    def filled(self, rule: Expectation) -> tuple[tuple[str, object], ...]:
        """Name and value of the parameters that `rule` uses."""
        return tuple((name, self.parameters[name]) for name in sorted(rule.parameters & self.parameters.keys()))

    def table_finding(self, rule: Expectation) -> Finding:
        """The fault of the file as a whole."""
        facts = self._facts(rule, None)
        return Finding(
            rule.meta.check,
            rule.meta.klass,
            rule.meta.message.format_map(facts),
            rule.meta.advice.format_map(facts),
            file=self.file,
            sheet=self.typed.rows[0].sheet if self.typed.rows else "",
            column=rule.place,
        )

    def _facts(self, rule: Expectation, row: Row | None) -> Mapping[str, str]:
        return _Facts(self, rule, row)

    def absent(self, rule: Expectation) -> list[str]:
        """What a rule that asks for a whole set misses."""
        wanted = rule.kwargs.get("value_set")
        if not isinstance(wanted, dict):
            return []
        names = self.parameters[wanted["$PARAMETER"]]
        return sorted(set(names) - {row[rule.kwargs["column"]] for row in self.rows})  # type: ignore[call-overload]

    def coverage(self, rule: Expectation) -> str:
        """How much of the whole set is there (D20: nine institutions stated, seven listed)."""
        everybody = len(self.parameters[rule.kwargs["value_set"]["$PARAMETER"]])  # type: ignore[arg-type]
        present = everybody - len(self.absent(rule))
        share = (Decimal(present * 100) / max(everybody, 1)).quantize(Decimal("0.01"))
        return f"应有 {everybody}，已报 {present}，覆盖 {share}%"

    def twins(self, rule: Expectation, row: Row) -> list[str]:
        """Places of the other rows with the same key."""
        key = tuple(rule.kwargs.get("column_list", ()))
        if not key:
            return []
        if key not in self._by_key:
            groups = self._by_key[key] = defaultdict(list)
            for other, typed in zip(self.rows, self.typed.rows, strict=True):
                groups[tuple(other[name] for name in key)].append(typed)
        same = self._by_key[key][tuple(row[name] for name in key)]
        return [one.cells.get(key[0]) or f"第{one.row_no}行" for one in same if one.record_no != row["record_no"]]

    @cached_property
    def _by_key(self) -> dict[tuple[str, ...], dict[tuple[Scalar, ...], list[TypedRow]]]:
        return {}

    def money(self, name: str, value: Scalar) -> bool:
        """Whether a value is shown as an amount."""
        if not isinstance(value, Decimal) or name.endswith(("_times", "_change", "_to_deposit")):
            return False
        column = self.contract.by_name.get(name)
        return column.type is Kind.MONEY if column else name.endswith(("_before", "_december", "_amount"))


class _Facts(dict[str, str]):
    """What the placeholders of a message stand for, written when it is asked for."""

    def __init__(self, gate: Gate, rule: Expectation, row: Row | None) -> None:
        super().__init__()
        self.gate, self.rule, self.row = gate, rule, row

    def __missing__(self, key: str) -> str:
        self[key] = text = self._written(key)
        return text

    def _written(self, key: str) -> str:
        gate, row = self.gate, self.row
        if row is None and key == "absent":
            return "、".join(gate.absent(self.rule))
        if row is None and key == "coverage":
            return gate.coverage(self.rule)
        if row is not None and key == "others":
            return "、".join(gate.twins(self.rule, row))
        if row is not None and key in row:
            column = gate.contract.by_name.get(key)
            value = row[key + WRITTEN] if column and column.type.institution else row[key]
            return fmt_yuan(value) if gate.money(key, value) else _text(value)  # type: ignore[arg-type]
        if key == "period":
            return str(gate.basis.period)
        if key in gate.parameters and not isinstance(gate.parameters[key], tuple):
            return _text(gate.parameters[key])
        raise BrokenRuleError(f"校验规则的说明用了没有的值：{key}")


def _text(value: Scalar | object) -> str:
    match value:
        case None | "":
            return EMPTY
        case Decimal():
            return f"{value:f}"
        case bool():
            return "是" if value else "否"
        case datetime():
            return value.isoformat(" ", "minutes")
        case tuple():
            return "、".join(map(str, value)) or EMPTY
    return str(value)


def prepare(
    contract: Contract, typed: Typed, basis: Basis, *, file: str = "", folder: Path = EXPECTATIONS
) -> tuple[Suite, Gate]:
    """The rules that can be judged with what is known, and the rows they look at."""
    found = suite(contract.feed, folder)
    rules = tuple(
        rule
        for rule in found.expectations
        if rule.meta.holds(basis.period)
        and all(basis.knows(need) for need in rule.meta.needs)
        and not (rule.meta.whole and typed.quarantine)
    )
    return found, Gate(contract, typed, basis, file, rules, tuple(rows(typed, basis, found.mentioned)))


def check(
    contract: Contract,
    typed: Typed,
    basis: Basis,
    *,
    file: str = "",
    page: Path | None = None,
    folder: Path = EXPECTATIONS,
) -> CheckReport:
    """Judge `typed` by the suite of its feed; `page` is where GX's own HTML page of the validation goes, if anywhere.

    Typing faults of `typed` are part of the report. A rule that cannot be evaluated is a BrokenRuleError.
    Imports Great Expectations, which takes seconds once per process.
    """
    found, gate = prepare(contract, typed, basis, file=file, folder=folder)
    results = validate(gate, (*typed.columns, *sorted(found.mentioned & DERIVATIONS.keys())))
    if page is not None:
        from cunfang.quality.pages import write

        write(found.name, results, page)
    return _report(gate, results)


def validate(gate: Gate, columns: Sequence[str]) -> list[ExpectationValidationResult]:
    """GX's result of each rule, in order, over `columns` of the rows as they are: Decimal and date stay exact."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "False")
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    from cunfang.quality.columns import ColumnsEngine
    from cunfang.quality.known import UnresolvedError, judge, known

    rules = [known(rule.text, gate.filled(rule)) for rule in gate.rules]
    numbers = [row.record_no for row in gate.typed.rows]
    looked_at = set().union(*(rule.columns for rule in gate.rules)) & set(columns)
    engine = ColumnsEngine({column: [row[column] for row in gate.rows] for column in sorted(looked_at)}, numbers)
    try:
        return judge(rules, engine)
    except UnresolvedError as error:
        raise BrokenRuleError(f"校验规则无法执行：{gate.rules[error.rule].meta} {error}") from error


def _report(gate: Gate, results: Sequence[ExpectationValidationResult]) -> CheckReport:
    counted: dict[str, list[CheckResult]] = defaultdict(list)
    suspended = {one.check: one for one in gate.basis.suspensions}
    findings = [one for one in gate.typed.findings if one.check not in suspended]
    for rule, result in zip(gate.rules, results, strict=True):
        broken = result.result.get("unexpected_index_list") or []
        evaluated = int(result.result.get("element_count", len(gate.rows)))
        unexpected = len(broken) or int(not result.success)
        passed = bool(result.success)
        counted[rule.meta.check].append(CheckResult(rule.meta.check, rule.meta.klass, passed, evaluated, unexpected))
        if not passed and rule.meta.check not in suspended:
            findings += [gate.finding(rule, number) for number in broken] or [gate.table_finding(rule)]
    merged = tuple(_merged(parts) for _, parts in sorted(counted.items()))
    notes = (suspended[one.check].note(one.unexpected, gate.file) for one in merged if one.check in suspended)
    return CheckReport(merged, (*findings, *notes))


def _merged(parts: Sequence[CheckResult]) -> CheckResult:
    first = parts[0]
    return CheckResult(
        first.check,
        first.klass,
        all(part.passed for part in parts),
        max(part.evaluated for part in parts),
        sum(part.unexpected for part in parts),
    )
