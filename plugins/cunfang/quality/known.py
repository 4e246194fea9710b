"""Rules as Great Expectations holds them, worked out once per process: expectation, metrics, the order of metrics.

GX builds an expectation's configuration anew at each of the dozens of questions it asks about it, and a graph of
metrics at each validation. Neither changes from one submission to the next. Imports GX, which takes seconds once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import zip_longest
from typing import Any

from great_expectations.compatibility.pydantic import PrivateAttr
from great_expectations.exceptions import MetricResolutionError
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.expectations.registry import get_expectation_impl
from great_expectations.validator.metrics_calculator import MetricsCalculator

from cunfang.quality.columns import BATCH, ColumnsEngine

RESULT_FORMAT: dict[str, object] = {"result_format": "COMPLETE", "include_unexpected_rows": False}
Parameters = tuple[tuple[str, Any], ...]


class UnresolvedError(RuntimeError):
    """A metric could not be computed; `rule` is the place of the first rule that needed it."""

    def __init__(self, rule: int, reason: str) -> None:
        super().__init__(reason)
        self.rule = rule


class _Remembering:
    """Over an expectation of GX: configuration and dependencies are answered from memory."""

    _configuration: Any
    _dependencies: Any

    @property
    def configuration(self) -> ExpectationConfiguration:
        return self._configuration

    def get_validation_dependencies(self, *asked: Any, **known: Any) -> Any:
        if self._dependencies is None:
            self._dependencies = super().get_validation_dependencies(*asked, **known)  # type: ignore[misc]
        return self._dependencies


@cache
def _remembering(kind: str) -> Any:
    """The class of an expectation type, with a memory."""
    found = get_expectation_impl(kind)
    memory = {"_configuration": PrivateAttr(), "_dependencies": PrivateAttr(None)}
    return type(found)(f"Remembering{found.__name__}", (_Remembering, found), memory)


class _Configuration(ExpectationConfiguration):  # type: ignore[misc]
    """A configuration that leads back to its one expectation."""

    expectation: Any = None

    def to_domain_obj(self) -> Any:
        return self.expectation


class Known:
    """One rule with its parameters filled in. `waves`: its metrics, each wave computed from those before it."""

    def __init__(self, document: Mapping[str, Any], parameters: Mapping[str, Any]) -> None:
        raw = ExpectationConfiguration(**document)
        if parameters:
            raw.process_suite_parameters(parameters)
        raw.kwargs["batch_id"] = BATCH
        self.expectation = _remembering(raw.type)(**raw.kwargs, meta=raw.meta, severity=raw.severity)
        plain = raw.to_domain_obj().configuration
        memory = _Configuration(plain.type, plain.kwargs, plain.meta, severity=plain.severity)
        memory.expectation = self.expectation
        self.expectation._configuration = memory
        self.dependencies = self.expectation.get_validation_dependencies(
            execution_engine=_BLANK, runtime_configuration={"result_format": RESULT_FORMAT}
        )
        self.expectation._configuration = plain
        asked = self.dependencies.get_metric_configurations()
        graph = MetricsCalculator(_BLANK).build_metric_dependency_graph(asked, {"result_format": RESULT_FORMAT})
        self.waves = tuple(_in_order(graph))

    def verdict(self, metrics: dict[Any, Any], engine: ColumnsEngine) -> Any:
        """GX's own result of this rule from the metrics."""
        return self.expectation.metrics_validate(
            metrics, runtime_configuration={"result_format": RESULT_FORMAT}, execution_engine=engine
        )


_BLANK = ColumnsEngine({}, ())


def _in_order(graph: Any) -> Iterator[dict[Any, Any]]:
    """Metrics of a graph by their ids, wave by wave: those without dependencies first."""
    needed: dict[Any, set[Any]] = {}
    metrics: dict[Any, Any] = {}
    for edge in graph.edges:
        for metric in filter(None, (edge.left, edge.right)):
            metrics.setdefault(metric.id, metric)
            needed.setdefault(metric.id, set())
        if edge.right is not None:
            needed[edge.left.id].add(edge.right.id)
    while needed:
        ready = [name for name, waits in needed.items() if not waits]
        yield {name: metrics[name] for name in ready}
        needed = {name: waits.difference(ready) for name, waits in needed.items() if waits}


@lru_cache(maxsize=4096)
def known(document: str, parameters: Parameters) -> Known:
    """The rule that `document` states in GX's own JSON; `parameters`: name and value of those that it uses."""
    filled = {name: list(value) if isinstance(value, tuple) else value for name, value in parameters}
    return Known(json.loads(document), filled)


def judge(rules: Sequence[Known], engine: ColumnsEngine) -> list[Any]:
    """GX's results, one per rule; a metric that several rules ask for is computed once."""
    metrics: dict[Any, Any] = {}
    for together in zip_longest(*(rule.waves for rule in rules), fillvalue={}):
        wave = {name: metric for one in together for name, metric in one.items() if name not in metrics}
        try:
            metrics |= engine.resolve_metrics(wave.values(), metrics, {"result_format": RESULT_FORMAT})
        except MetricResolutionError as error:
            failed = {metric.id for metric in error.failed_metrics}
            place = next(at for at, rule in enumerate(rules) if any(failed & one.keys() for one in rule.waves))
            raise UnresolvedError(place, str(error)) from error
    return [rule.verdict(metrics, engine) for rule in rules]
