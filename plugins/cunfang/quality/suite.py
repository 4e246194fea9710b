"""The suites of include/expectations: Great Expectations' own JSON, one per feed, rules with numbers (design §4)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from cunfang.finding import Klass
from cunfang.period import Period
from cunfang.settings import INCLUDE

EXPECTATIONS: Path = INCLUDE / "expectations"
_PERIOD = r"^(\d{4}-Q[1-4])?$"
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


Need = Literal[
    "banks", "accounts", "fund_categories", "previous", "december", "reporter", "documents", "published", "ordered"
]
"""A part of the Basis."""


class Model(BaseModel):
    """A frozen model that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Meta(Model):
    """What a rule says of itself.

    `at`: the column that a finding points to; `needs`: parts of the Basis it cannot do without;
    `whole`: the rule judges the file as a whole, so it waits until every row could be typed;
    `valid_from`, `valid_to`: the first and last period whose files it is applied to, "" for no bound.
    """

    check: str = Field(pattern=r"^[A-Z]{3}-[VQM]\d{3}$")
    klass: Klass = Field(alias="class")
    message: str
    advice: str
    at: str = ""
    needs: tuple[Need, ...] = ()
    whole: bool = False
    valid_from: Annotated[str, Field(pattern=_PERIOD)] = ""
    valid_to: Annotated[str, Field(pattern=_PERIOD)] = ""

    def holds(self, period: Period) -> bool:
        """Whether the rule is in force for files of `period`."""
        after = not self.valid_from or Period.parse(self.valid_from) <= period
        return after and (not self.valid_to or period <= Period.parse(self.valid_to))

    @property
    def placeholders(self) -> set[str]:
        """Names between braces in the message and the advice."""
        return set(_PLACEHOLDER.findall(self.message + self.advice))


class Expectation(Model):
    """One rule in GX's own form."""

    id: str | None = None
    type: str
    kwargs: dict[str, Any]
    meta: Meta
    severity: Literal["critical", "warning", "info"]

    @property
    def columns(self) -> set[str]:
        """Every column that the rule looks at, its row condition included."""
        named = {self.kwargs[key] for key in ("column", "column_A", "column_B") if key in self.kwargs}
        return named | set(self.kwargs.get("column_list", ())) | set(_conditioned(self.kwargs.get("row_condition")))

    @property
    def place(self) -> str:
        """The column that a finding points to."""
        named = (self.kwargs.get("column"), self.kwargs.get("column_A"), *self.kwargs.get("column_list", ()))
        return self.meta.at or next((name for name in named if name), "")

    @property
    def suspendable(self) -> bool:
        """Whether the office may suspend it: not those that keep rows storable and in their period (V001 to V009)."""
        return not re.search(r"-V00\d$", self.meta.check)

    @property
    def document(self) -> dict[str, Any]:
        """The rule as GX reads it."""
        return self.model_dump(by_alias=True, mode="json", exclude={"id"})

    @cached_property
    def text(self) -> str:
        """`document` as JSON: what tells this rule from every other."""
        return json.dumps(self.document, ensure_ascii=False, sort_keys=True)

    @cached_property
    def parameters(self) -> frozenset[str]:
        """The values of the Basis that the rule is filled in with."""
        return frozenset(_parameters(self.kwargs))


class Suite(Model):
    """All rules of one feed."""

    name: str
    id: str | None = None
    expectations: tuple[Expectation, ...]
    meta: dict[str, Any] = {}
    notes: str | None = None

    @property
    def mentioned(self) -> set[str]:
        """Columns and other values that the rules or their texts use."""
        return {name for rule in self.expectations for name in rule.columns | rule.meta.placeholders}


@lru_cache(maxsize=64)
def suite(feed: str, folder: Path = EXPECTATIONS) -> Suite:
    """The rules of `feed`; a feed without a suite is a KeyError, as an unchecked feed must not be accepted."""
    path = folder / f"{feed}.json"
    if not path.is_file():
        raise KeyError(f"没有校验规则 {path}")
    return Suite.model_validate(json.loads(path.read_text(encoding="utf-8")))


def catalogue(folder: Path = EXPECTATIONS) -> Iterator[tuple[str, Expectation]]:
    """Every rule with its feed, in file order."""
    for path in sorted(folder.glob("*.json")):
        for rule in suite(path.stem, folder).expectations:
            yield path.stem, rule


def _parameters(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "$PARAMETER" in part:
            yield from re.findall(r"[a-z_]+", part["$PARAMETER"])
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from _parameters(inner)


def _conditioned(condition: Any) -> Iterator[str]:
    if not isinstance(condition, dict):
        return
    if "column" in condition:
        yield condition["column"]["name"]
    for part in condition.get("conditions", ()):
        yield from _conditioned(part)
