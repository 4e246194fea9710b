"""What every part of a rule book is made of: strict models, and values that carry the clause that sets them."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from cunfang.rulebook.flaw import refused

T = TypeVar("T")
# YAML gives 0.25 as a float; its shortest text is the number that was written.
Exact = Annotated[Decimal, BeforeValidator(lambda value: str(value) if isinstance(value, float) else value)]
# Limits of the tables that hold a rule book, said here so that a bad one is refused with its key.
Points = Annotated[Exact, Field(ge=0)]
Yuan = Annotated[Exact, Field(ge=0, decimal_places=2)]
Unit = Annotated[Exact, Field(ge=Decimal("0.01"), decimal_places=2)]
Share = Annotated[Exact, Field(gt=0, le=1)]
Origin = Literal["stated", "derived", "ours"]


class Strict(BaseModel):
    """A part of a rule book: no key that is not known, and never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Parameter(Strict, Generic[T]):
    """A value with the clause that sets it; `origin` is `ours` where no source states it (S09)."""

    value: T
    clause: str = Field(min_length=1)
    origin: Origin = "stated"


def ours(value: T, clause: str) -> Parameter[T]:
    """The value where a document is silent; `clause` names the row of the requirements that settles it."""
    return Parameter(value=value, clause=clause, origin="ours")


Words = Annotated[str, Field(min_length=1)]


class Printed(Strict):
    """What the document prints of an indicator, where that matters: the linter holds it against what is computed.

    `heading` and `body` are what is measured as the heading and as the text below it call it, `points` the points
    printed, `text` the passage itself. `resolved` says which reading was taken where these contradict; without it a
    contradiction is an error.
    """

    heading: Words | None = None
    body: Words | None = None
    points: Exact | None = None
    text: Words | None = None
    resolved: Words | None = None


class Band(Strict):
    """One band, from `over` or `from` up to `to` or `below`; an edge is in it where it says `from` and `to`.

    `printed` is the band as the document has it (`30-50亿元（含10亿）`), which the linter holds against the edges;
    `resolved` says how a contradiction or an edge that it leaves open was read.
    """

    from_: Exact | None = Field(default=None, alias="from")
    over: Exact | None = None
    to: Exact | None = None
    below: Exact | None = None
    points: Exact
    printed: Words | None = None
    resolved: Words | None = None

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    @model_validator(mode="after")
    def _one_edge_each(self) -> Self:
        if self.from_ is not None and self.over is not None:
            raise refused("lower_twice")
        if self.to is not None and self.below is not None:
            raise refused("upper_twice")
        return self

    @property
    def lower(self) -> Decimal | None:
        """Where it begins; None is open."""
        return self.over if self.from_ is None else self.from_

    @property
    def upper(self) -> Decimal | None:
        """Where it ends; None is open."""
        return self.below if self.to is None else self.to


class Reference(Strict):
    """What a value is held against: a number, the area as a whole, the banks' mean, or a figure of the region.

    `area` is the ratio of sums over the banks that are scored (never a mean of ratios, N3); `peers` reads the region's
    own row of the feed `peers`; `targets` the bank's own target (N14). `last_year` is the same of the bank a year
    before; `county` that of all its institutions together, policy banks too, `county_others` without the bank (S18).
    """

    value: Exact | None = None
    of: Literal["area", "mean", "best", "peers", "targets", "last_year", "county", "county_others"] | None = None
    measure: str | None = None
    clause: str = Field(min_length=1)
    origin: Origin = "stated"

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.value is None) == (self.of is None):
            raise refused("reference_one")
        if (self.of in ("peers", "targets")) != (self.measure is not None):
            raise refused("reference_measure")
        return self


class Gate(Reference):
    """A condition on the value; where it does not hold there are no points (say growth below that of GDP)."""

    operator: Literal[">=", ">", "<=", "<"]


def as_terms(value: Any) -> Any:
    """`loans`, `[loans, npl]` and `[{measure: loans}, …]` say the same thing in three lengths."""
    listed = [value] if isinstance(value, (str, dict)) else value
    if not isinstance(listed, (list, tuple)):
        return listed
    return [{"measure": item} if isinstance(item, str) else item for item in listed]


class Term(Strict):
    """One measure of an indicator; several are added up, each `times` its factor (0.2 outlet, −1 for a deduction)."""

    measure: str = Field(min_length=1)
    family: str | None = None
    times: Exact = Decimal(1)
    missing: Literal["stop", "zero"] = "stop"
    parts: tuple[str, ...] = ()


Terms = Annotated[tuple[Term, ...], BeforeValidator(as_terms)]
