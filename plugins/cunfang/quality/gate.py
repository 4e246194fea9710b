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
from typing import TYPE_CHECKING, Any

from cunfang.feeds.contract import Contract, Kind
from cunfang.feeds.normalise import WRITTEN, Scalar, Typed, TypedRow
from cunfang.finding import Finding
from cunfang.money import fmt_yuan
from cunfang.quality.basis import Basis
from cunfang.quality.derive import DERIVATIONS, Row, rows
from cunfang.quality.report import CheckReport, CheckResult
from cunfang.quality.suite import EXPECTATIONS, Expectation, Suite, suite

if TYPE_CHECKING:
    from great_expectations.core.expectation_validation_result import (
        ExpectationSuiteValidationResult,
        ExpectationValidationResult,
    )

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
        facts = {name: _text(value) for name, value in self.basis.parameters().items() if not isinstance(value, list)}
        facts["period"] = str(self.basis.period)
        if row is None:
            facts["absent"] = "、".join(self._absent(rule))
            return _Facts(facts)
        for name, value in row.items():
            known = self.contract.by_name.get(name)
            facts[name] = fmt_yuan(value) if _is_money(known, name, value) else _text(value)  # type: ignore[arg-type]
        for column in self.contract.columns:
            if column.type.institution:
                facts[column.name] = _text(row[column.name + WRITTEN])
        facts["others"] = "、".join(self._twins(rule, row))
        return _Facts(facts)

    def _absent(self, rule: Expectation) -> list[str]:
        """What a rule that asks for a whole set misses."""
        wanted = rule.kwargs.get("value_set")
        if not isinstance(wanted, dict):
            return []
        names = self.basis.parameters()[wanted["$PARAMETER"]]
        return sorted(set(names) - {row[rule.kwargs["column"]] for row in self.rows})  # type: ignore[call-overload]

    def _twins(self, rule: Expectation, row: Row) -> list[str]:
        """Places of the other rows with the same key."""
        key = rule.kwargs.get("column_list", ())
        same = {other["record_no"] for other in self.rows if other is not row and all(other[k] == row[k] for k in key)}
        twins = [typed for typed in self.typed.rows if key and typed.record_no in same]
        return [typed.cells.get(key[0]) or f"第{typed.row_no}行" for typed in twins]


class _Facts(dict[str, str]):
    def __missing__(self, key: str) -> str:
        raise BrokenRuleError(f"校验规则的说明用了没有的值：{key}")


def _is_money(column: object, name: str, value: object) -> bool:
    if not isinstance(value, Decimal) or name.endswith(("_times", "_change", "_to_deposit")):
        return False
    kind = getattr(column, "type", Kind.MONEY if name.endswith(("_before", "_december")) else None)
    return kind is Kind.MONEY


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
        if all(basis.knows(need) for need in rule.meta.needs) and not (rule.meta.whole and typed.quarantine)
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
    names = [*typed.columns, *sorted(found.mentioned & DERIVATIONS.keys())]
    result = _validate(found.name, gate.rules, names, gate.rows, basis)
    if page is not None:
        from cunfang.quality.pages import write

        write(result, page)
    return _report(gate, result.results)


def _validate(
    name: str, rules: Sequence[Expectation], columns: Sequence[str], found: Sequence[Row], basis: Basis
) -> ExpectationSuiteValidationResult:
    """Great Expectations on its pandas engine, over objects: Decimal and date are compared as they are."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "False")
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    import great_expectations as gx
    import pandas as pd
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    data = [[row[column] for column in columns] for row in found]
    frame = pd.DataFrame(
        data, columns=list(columns), index=pd.Index([row["record_no"] for row in found], dtype="int64"), dtype=object
    )
    asset = context.data_sources.add_pandas(name).add_dataframe_asset(name)
    batch = asset.add_batch_definition_whole_dataframe(name).get_batch({"dataframe": frame})
    documents: list[Any] = [
        rule.document | {"meta": rule.document["meta"] | {"rule": number}} for number, rule in enumerate(rules)
    ]
    result = batch.validate(
        gx.ExpectationSuite(name=name, expectations=documents),
        expectation_parameters=basis.parameters(),
        result_format={"result_format": "COMPLETE", "include_unexpected_rows": False},
    )
    return result


def _report(gate: Gate, results: Sequence[ExpectationValidationResult]) -> CheckReport:
    counted: dict[str, list[CheckResult]] = defaultdict(list)
    findings: list[Finding] = list(gate.typed.findings)
    for result in results:
        config = result.expectation_config
        if config is None or (result.exception_info or {}).get("raised_exception", True):
            raise BrokenRuleError(f"校验规则无法执行：{config and config.meta} {result.exception_info}")
        rule = gate.rules[(config.meta or {})["rule"]]
        broken = result.result.get("unexpected_index_list") or []
        evaluated = int(result.result.get("element_count", len(gate.rows)))
        unexpected = len(broken) or int(not result.success)
        passed = bool(result.success)
        counted[rule.meta.check].append(CheckResult(rule.meta.check, rule.meta.klass, passed, evaluated, unexpected))
        if not passed:
            findings += [gate.finding(rule, number) for number in broken] or [gate.table_finding(rule)]
    return CheckReport(tuple(_merged(parts) for _, parts in sorted(counted.items())), tuple(findings))


def _merged(parts: Sequence[CheckResult]) -> CheckResult:
    first = parts[0]
    return CheckResult(
        first.check,
        first.klass,
        all(part.passed for part in parts),
        max(part.evaluated for part in parts),
        sum(part.unexpected for part in parts),
    )
