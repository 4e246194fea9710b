"""Ties across sources (跨来源勾稽): figures of two feeds that should agree, as data with numbers `REC-M…` (N16)."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from cunfang.feeds.contract import PeriodKey
from cunfang.feeds.document import Model, load
from cunfang.period import Period
from cunfang.quality.suite import EXPECTATIONS

Figure = Literal[
    "balances.account", "balances.institution", "bank_return.account", "bank_return.deposits", "bank_return.loans",
    "pboc_credit.deposits", "pboc_credit.loans", "tax.paid", "tax_bureaus.paid",
]  # fmt: skip
"""What can be tied; `include/sql/eval/03_figures.sql` says where each stands."""
FACTS = frozenset({"institution", "subject", "as_of", "left", "right", "difference", "left_place", "right_place"})


class Tie(Model):
    """One tie: `left` and `right` of one account or bank agree within `tolerance` yuan, or `relative` of the right."""

    check: str = Field(pattern=r"^REC-M\d{3}$")
    left: Figure
    relation: Literal["equal", "at_most", "listed"] = Field(description="相等、不超过、左边有余额的右边也应列出")
    right: Figure
    tolerance: Decimal = Field(default=Decimal(0), ge=0, description="容差，元")
    relative: Decimal = Field(default=Decimal(0), ge=0, lt=1, description="容差，占右边的比例")
    message: str
    advice: str
    valid_from: PeriodKey = "1949-Q4"
    valid_to: PeriodKey | None = None

    @model_validator(mode="after")
    def _texts_use_what_is_there(self) -> Self:
        if unknown := set(re.findall(r"\{(\w*)\}", self.message + self.advice)) - FACTS:
            raise ValueError(f"{self.check} 的说明用了没有的值：{'、'.join(sorted(unknown))}")
        return self

    def holds(self, period: Period) -> bool:
        """Whether the tie is judged in `period`."""
        after = Period.parse(self.valid_from) <= period
        return after and (self.valid_to is None or period <= Period.parse(self.valid_to))


class Ties(Model):
    """The ties that are judged; one number may stand for several periods, not for two ties of the same period."""

    ties: tuple[Tie, ...]

    @model_validator(mode="after")
    def _numbers_differ(self) -> Self:
        numbers = [(tie.check, tie.valid_from) for tie in self.ties]
        if doubled := {check for check, start in numbers if numbers.count((check, start)) > 1}:
            raise ValueError(f"勾稽编号重复：{'、'.join(sorted(doubled))}")
        return self


@lru_cache(maxsize=4)
def ties(folder: Path = EXPECTATIONS) -> tuple[Tie, ...]:
    """Every tie of `folder`, in file order; a DocumentError names line and key."""
    return load(folder / "ties.yaml", Ties).ties
