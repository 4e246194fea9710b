"""An indicator of a rule book: what is read (measure, basis), how it becomes points (method), in which place."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from cunfang.rulebook.flaw import refused
from cunfang.rulebook.parameter import Band, Exact, Gate, Parameter, Points, Printed, Reference, Strict, Terms, Yuan

Basis = Literal["stock", "flow", "average", "increment", "growth", "new_ratio", "on_time_rate", "event_count"]
Method = Literal[
    "share_of_total",
    "share_of_best",
    "inverse_of_best",
    "frontier",
    "rank_step",
    "rank_bands",
    "bands",
    "mean_cap",
    "area_relative",
    "target_completion",
    "points_per_unit",
    "pass_fail",
    "rate",
    "score",
]
# What each method must be told, and may be told (N7). `gate`, `decimals`, `floor` and `cap` go with every method.
NEEDS: dict[str, tuple[str, ...]] = {
    "frontier": ("base",),
    "rank_bands": ("bands",),
    "bands": ("bands",),
    "area_relative": ("base", "per_point"),
    "target_completion": ("reference",),
    "points_per_unit": ("unit", "unit_points"),
    "pass_fail": ("operator", "reference"),
    "score": ("out_of",),
}
MAY: dict[str, tuple[str, ...]] = {
    "share_of_best": ("reference",),
    "rank_step": ("step", "step_percent", "direction", "ties"),
    "rank_bands": ("direction", "ties", "otherwise"),
    "bands": ("otherwise",),
    "mean_cap": ("reference",),
    "area_relative": ("reference", "below_per_point", "whole_steps"),
    "target_completion": ("base", "unit", "unit_points", "below_unit_points", "threshold", "whole_steps"),
    "points_per_unit": ("base", "reference", "whole_steps"),
    "pass_fail": ("otherwise",),
    "frontier": ("direction",),
}
ALWAYS = ("gate", "decimals", "floor", "cap", "negative", "all_zero", "exempt_types")
# What only an indicator without children may state.
LEAF = (
    *("measure", "over", "family", "basis", "window", "since", "as_of_month", "lag_months", "average_of"),
    *("method", "missing", "due_workdays"),
    *dict.fromkeys(key for keys in (*NEEDS.values(), *MAY.values(), ALWAYS) for key in keys),
)
# A value may stay negative where the method reads a level or a change; elsewhere it counts 0 (N7).
KEEPS_SIGN = frozenset(
    {"bands", "area_relative", "points_per_unit", "pass_fail", "frontier", "rank_step", "rank_bands"}
)


def weights_close(nodes: dict[str, Indicator], info: ValidationInfo) -> dict[str, Indicator]:
    """On one level all state a weight, and these make 100, or all state points."""
    name = info.data.get("name", "")
    weights = [node.weight.value for node in nodes.values() if node.weight]
    if weights and len(weights) < len(nodes):
        raise refused("weights_mixed", name=name)
    if weights and sum(weights) != 100:
        raise refused("weights_sum", name=name, total=f"{sum(weights):f}")
    return nodes


class Indicator(Strict):
    """One node of the indicator tree (考核指标). A leaf names its measure, a group its `indicators`.

    `weight` is a percentage of the level above, `points` are points; one of both. Values of a basis are in yuan, ratios
    (0.08 is 8%) or numbers, as the measure is; `per_point` is points per percentage point.
    """

    name: str
    weight: Parameter[Points] | None = None
    points: Parameter[Points] | None = None
    amount: Parameter[Yuan] | None = None
    indicators: dict[str, Indicator] = Field(default={})
    printed: Printed | None = None

    measure: Terms | None = None
    over: Terms | None = None
    family: str | None = None
    basis: Basis | None = None
    window: Literal["ytd", "quarter", "ttm"] | None = None
    since: Literal["year_start", "year_ago", "quarter_ago"] | None = None
    as_of_month: Parameter[Annotated[int, Field(ge=1, le=12)]] | None = None
    lag_months: Parameter[Annotated[int, Field(ge=1, le=24)]] | None = None
    average_of: Literal["months", "quarters"] | None = None
    missing: Literal["stop", "zero", "mean"] = "stop"
    due_workdays: Parameter[Annotated[int, Field(ge=1)]] | None = None

    method: Method | None = None
    reference: Reference | None = None
    gate: Gate | None = None
    operator: Literal[">=", ">", "<=", "<"] | None = None
    base: Parameter[Exact] | None = None
    step: Parameter[Points] | None = None
    step_percent: Parameter[Points] | None = None
    per_point: Parameter[Points] | None = None
    below_per_point: Parameter[Points] | None = None
    unit: Parameter[Annotated[Exact, Field(gt=0)]] | None = None
    unit_points: Parameter[Exact] | None = None
    below_unit_points: Parameter[Points] | None = None
    threshold: Parameter[Exact] | None = None
    whole_steps: Parameter[bool] | None = None
    bands: Parameter[tuple[Band, ...]] | None = None
    otherwise: Parameter[Exact] | None = None
    out_of: Parameter[Annotated[Exact, Field(gt=0)]] | None = None
    cap: Parameter[Exact] | None = None
    floor: Parameter[Exact] | None = None
    direction: Literal["highest", "lowest"] | None = None
    ties: Parameter[Literal["better", "worse", "mean"]] | None = None
    negative: Parameter[Literal["zero", "keep"]] | None = None
    all_zero: Parameter[Literal["zero", "stop"]] | None = None
    decimals: Parameter[Annotated[int, Field(ge=0, le=10)]] | None = None
    exempt_types: Parameter[tuple[str, ...]] | None = None

    _weights = field_validator("indicators")(weights_close)

    @property
    def leaf(self) -> bool:
        """Whether it is scored itself."""
        return not self.indicators

    @property
    def keeps_sign(self) -> bool:
        """Whether a negative value counts as such, and not as 0 (N7)."""
        if self.negative is not None:
            return self.negative.value == "keep"
        return self.method in KEEPS_SIGN

    @property
    def clause(self) -> str:
        """Where the place of the indicator in the scale is written."""
        said = self.weight or self.points or self.amount
        return said.clause if said else ""

    @property
    def families(self) -> tuple[str, ...]:
        """The feed families its terms read."""
        terms = (*(self.measure or ()), *(self.over or ()))
        named = (term.family or self.family for term in terms)
        references = (held.of for held in (self.reference, self.gate) if held and held.of in ("peers", "targets"))
        return tuple(dict.fromkeys(family for family in (*named, *references) if family))

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if sum(said is not None for said in (self.weight, self.points, self.amount)) != 1:
            raise refused("one_place", name=self.name)
        if self.leaf:
            self._leaf()
        elif stated := [key for key in LEAF if key in self.model_fields_set]:
            raise refused("group_reads", name=self.name, keys=stated)
        return self

    def _leaf(self) -> None:
        if lacking := [key for key in ("measure", "family", "basis", "method") if getattr(self, key) is None]:
            raise refused("leaf_lacks", name=self.name, keys=lacking)
        method = self.method or ""
        if lacking := [key for key in NEEDS.get(method, ()) if getattr(self, key) is None]:
            raise refused("method_lacks", name=self.name, method=method, keys=lacking)
        told = {key for key in LEAF if key in self.model_fields_set and getattr(self, key) is not None}
        methods = {key for keys in (*NEEDS.values(), *MAY.values()) for key in keys}
        if beside := sorted((told & methods) - {*NEEDS.get(method, ()), *MAY.get(method, ())}):
            raise refused("method_beside", name=self.name, method=method, keys=beside)
        if method == "rank_step" and (self.step is None) == (self.step_percent is None):
            raise refused("step_one", name=self.name)
        self._basis()

    def _basis(self) -> None:
        changes = self.basis in ("increment", "growth", "new_ratio")
        if changes != (self.since is not None):
            raise refused("since", name=self.name)
        if self.basis == "flow" and self.window is None:
            raise refused("flow_window", name=self.name)
        if self.window is not None and self.basis not in ("flow", "increment", "growth"):
            raise refused("window_beside", name=self.name)
        if self.window is not None and changes and self.since != "year_ago":
            raise refused("window_since", name=self.name)
        if (self.basis == "average") != (self.average_of is not None):
            raise refused("average_of", name=self.name)
        if self.over is not None and self.basis in ("flow", "on_time_rate", "event_count"):
            raise refused("over_beside", name=self.name, basis=self.basis)
        if self.basis == "new_ratio" and self.over is None:
            raise refused("over_lacks", name=self.name)
        if (self.basis == "on_time_rate") != (self.due_workdays is not None):
            raise refused("due_workdays", name=self.name)
        if self.as_of_month is not None and self.lag_months is not None:
            raise refused("one_moment", name=self.name)


def full_points(node: Indicator, level: Decimal) -> Decimal:
    """The points that `node` carries on a level of `level` points; in yuan where it stands for an amount."""
    if node.weight is not None:
        return level * node.weight.value / 100
    said = node.points or node.amount
    return said.value if said else Decimal(0)
