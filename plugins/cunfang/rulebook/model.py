"""What a rule book says, after inheritance: every parameter with its clause and where its value comes from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

T = TypeVar("T")
# YAML gives 0.25 as a float; its shortest text is the number that was written.
Exact = Annotated[Decimal, BeforeValidator(lambda value: str(value) if isinstance(value, float) else value)]
# Limits of the tables that hold a rule book, said here so that a bad one is refused with its key.
Points = Annotated[Exact, Field(ge=0)]
Yuan = Annotated[Exact, Field(ge=0, decimal_places=2)]
Unit = Annotated[Exact, Field(ge=Decimal("0.01"), decimal_places=2)]
Share = Annotated[Exact, Field(gt=0, le=1)]
Origin = Literal["stated", "derived", "ours"]


# What only an indicator without children may state.
LEAF = ("measure", "over", "family", "basis", "method", "missing", "due_workdays")


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Parameter(Strict, Generic[T]):
    """A value with the clause that sets it; `origin` is `ours` where no source states it (S09)."""

    value: T
    clause: str = Field(min_length=1)
    origin: Origin = "stated"


def _weights_close(nodes: dict[str, Indicator], info: ValidationInfo) -> dict[str, Indicator]:
    total = sum((node.weight.value for node in nodes.values()), Decimal(0))
    if nodes and total != 100:
        raise ValueError(f"“{info.data.get('name', '')}”下各指标权重合计为 {total}，应为 100")
    return nodes


class Indicator(Strict):
    """One node of the indicator tree (考核指标). A leaf names its measure, a group its `indicators`."""

    name: str
    weight: Parameter[Points]
    indicators: dict[str, Indicator] = {}
    measure: str | tuple[str, ...] | None = None
    over: str | None = None
    family: str | None = None
    basis: Literal["stock", "ytd", "on_time_rate"] | None = None
    method: Literal["share_of_total", "rate"] | None = None
    missing: Literal["stop", "zero", "mean"] = "stop"
    due_workdays: Parameter[Annotated[int, Field(ge=1)]] | None = None

    @property
    def leaf(self) -> bool:
        """Whether it is scored itself."""
        return not self.indicators

    _weights = field_validator("indicators")(_weights_close)

    @model_validator(mode="after")
    def _complete(self) -> Indicator:
        lacking = [key for key in ("measure", "family", "basis", "method") if getattr(self, key) is None]
        if self.leaf and lacking:
            raise ValueError(f"指标“{self.name}”缺少 {'、'.join(lacking)}")
        if stated := [key for key in LEAF if key in self.model_fields_set] if self.indicators else []:
            raise ValueError(f"指标“{self.name}”下有分指标，不能再写 {'、'.join(stated)}")
        if self.over is not None and self.basis != "stock":
            raise ValueError(f"指标“{self.name}”：over 只用于 stock")
        if isinstance(self.measure, tuple) and self.basis != "on_time_rate":
            raise ValueError(f"指标“{self.name}”：多个 measure 只用于 on_time_rate")
        if self.basis == "on_time_rate" and self.due_workdays is None:
            raise ValueError(f"指标“{self.name}”须写明 due_workdays（几个工作日内完成为及时）")
        return self


class Allocation(Strict):
    """How shares become amounts (S04, N9, N11, S12). Amounts in yuan; the concentration cap is a share of T."""

    quota_mode: Parameter[Literal["stock", "fixed"]]
    rounding_unit: Parameter[Unit]
    min_leg: Parameter[Yuan]
    concentration_cap: Parameter[Share] | None = None


class Participation(Strict):
    """Who takes part (S22)."""

    disqualification_years: Parameter[Annotated[int, Field(ge=1)]]


class WarningLimit(Strict):
    """One supervisory limit with its three lines (S20). `limit` is a ratio: 0.25 is 25%."""

    name: str
    operator: Literal[">=", "<="]
    limit: Exact
    yellow_margin: Exact
    red_margin: Exact
    clause: str = Field(min_length=1)


@dataclass(frozen=True)
class Placed:
    """An indicator with its place in the tree and the points it carries at full marks."""

    code: str
    parent: str | None
    full_points: Decimal
    indicator: Indicator
    clause: str


class Rulebook(Strict):
    """One issued document, inheritance resolved."""

    code: str
    name: str
    document: str
    effective_from: date
    effective_to: date | None = None
    parent: str | None = None
    regions: tuple[str, ...] = ()
    full_scale: Parameter[Annotated[Exact, Field(gt=0)]]
    requires: Parameter[tuple[str, ...]]
    indicators: dict[str, Indicator]
    allocation: Allocation
    participation: Participation
    warnings: dict[str, WarningLimit]

    _weights = field_validator("indicators")(_weights_close)

    @model_validator(mode="after")
    def _codes_differ(self) -> Rulebook:
        codes = [placed.code for placed in self.placed()]
        if twice := sorted({code for code in codes if codes.count(code) > 1}):
            raise ValueError(f"指标代码重复：{'、'.join(twice)}")
        return self

    def placed(self) -> Iterator[Placed]:
        """Every indicator in document order, with the points it carries: the product of the weights above it."""

        def walk(nodes: dict[str, Indicator], parent: str | None, points: Decimal) -> Iterator[Placed]:
            for code, node in nodes.items():
                full = points * node.weight.value / 100
                yield Placed(code, parent, full, node, node.weight.clause)
                yield from walk(node.indicators, code, full)

        yield from walk(self.indicators, None, self.full_scale.value)

    @property
    def families(self) -> tuple[str, ...]:
        """Feed families that a run needs: what the document requires and what its indicators read."""
        used = (placed.indicator.family for placed in self.placed() if placed.indicator.leaf)
        return tuple(dict.fromkeys((*self.requires.value, *(family for family in used if family))))

    @property
    def content_hash(self) -> str:
        """SHA-256 of the resolved content: the same policy has the same hash, whatever the file's layout."""
        content = json.dumps(self.model_dump(mode="json"), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()
