"""What a rule book says, after inheritance: every parameter with its clause and where its value comes from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from cunfang.rulebook.flaw import refused
from cunfang.rulebook.indicator import Indicator, full_points, weights_close
from cunfang.rulebook.parameter import Band, Exact, Parameter, Share, Strict, Unit, Yuan, ours
from cunfang.rulebook.warning import WarningEvent, WarningLimit, each_event_once

Effect = Literal["score", "bonus", "penalty", "bonus_amount", "penalty_amount"]


class Scoring(Strict):
    """How points become a score: precision, caps of bonus and penalty, and who wins a tie (N7, N11).

    `tie_break` names indicators whose points decide between equal scores, before the institution code does.
    """

    decimals: Parameter[Annotated[int, Field(ge=0, le=10)]] | None = None
    bonus_cap: Parameter[Annotated[Exact, Field(ge=0)]] | None = None
    penalty_cap: Parameter[Annotated[Exact, Field(ge=0)]] | None = None
    bonus_amount_cap: Parameter[Yuan] | None = None
    penalty_amount_cap: Parameter[Yuan] | None = None
    tie_break: Parameter[tuple[str, ...]] | None = None


class DepositsCap(Strict):
    """What a bank may hold at most, as a share of its own deposits (`measure` of `family`, yuan)."""

    share: Parameter[Share]
    family: str = "pboc_credit"
    measure: str = "deposits"


class Allocation(Strict):
    """How shares become amounts (S04, N9, N11, S12). Amounts in yuan; the concentration cap is a share of T.

    proportional: by score. affine: `base_amount` each, the rest by score above `base_score`. top: by score among the
    first `top`. by_rank: `rank_amounts` from the first rank on; what is left over goes by `leftover`. equal: the same
    for each. tiers: by the coefficient of the band that the score lies in.

    T is the stock, the stock less a payment reserve (`reserve_amount`, or `reserve_share` of the stock), or decreed.
    """

    quota_mode: Parameter[Literal["stock", "stock_less_reserve", "fixed"]]
    reserve_amount: Parameter[Yuan] | None = None
    reserve_share: Parameter[Annotated[Exact, Field(gt=0, lt=1)]] | None = None
    rounding_unit: Parameter[Unit]
    min_leg: Parameter[Yuan]
    scheme: Parameter[Literal["proportional", "affine", "top", "by_rank", "equal", "tiers"]]
    base_amount: Parameter[Yuan] | None = None
    base_score: Parameter[Annotated[Exact, Field(ge=0)]] | None = None
    top: Parameter[Annotated[int, Field(ge=1)]] | None = None
    rank_amounts: Parameter[tuple[Yuan, ...]] | None = None
    leftover: Parameter[Literal["by_score", "stop"]] | None = None
    tiers: Parameter[tuple[Band, ...]] | None = None
    concentration_cap: Parameter[Share] | None = None
    deposits_cap: DepositsCap | None = None
    minimum_amount: Parameter[Yuan] | None = None
    maximum_amount: Parameter[Yuan] | None = None
    remainder: Parameter[Literal["largest_remainder", "top_score"]] | None = None

    @model_validator(mode="after")
    def _told(self) -> Self:
        scheme = self.scheme.value
        needs = {"affine": "base_amount", "top": "top", "by_rank": "rank_amounts", "tiers": "tiers"}
        own = {"base_amount": "affine", "base_score": "affine", "leftover": "by_rank"}
        own |= {key: scheme for scheme, key in needs.items()}
        if (key := needs.get(scheme)) and getattr(self, key) is None:
            raise refused("allocation_lacks", scheme=scheme, key=key)
        if beside := [key for key, of in own.items() if of != scheme and getattr(self, key) is not None]:
            raise refused("allocation_beside", scheme=scheme, keys=beside)
        return self

    @model_validator(mode="after")
    def _reserved(self) -> Self:
        said = [key for key in ("reserve_amount", "reserve_share") if getattr(self, key) is not None]
        if self.quota_mode.value == "stock_less_reserve" and len(said) != 1:
            raise refused("quota_reserve")
        if self.quota_mode.value != "stock_less_reserve" and said:
            raise refused("quota_beside", mode=self.quota_mode.value, keys=said)
        return self


class Orders(Strict):
    """From a result to money that has moved: working days, and how far figures may be off (S12, S13, S27, S31).

    `max_drift` is a share of the amount to be moved. A correction that changes no bank by more than
    `true_up_threshold` yuan is made good in the next quarter; without one, every correction is a new order. What a
    document leaves out is what the default says (spec S12, S21, S27), and is shown as such.
    """

    max_drift: Parameter[Annotated[Exact, Field(ge=0)]] = ours(Decimal("0.05"), "S12")
    execute_workdays: Parameter[Annotated[int, Field(gt=0)]] = ours(5, "S13")
    issue_workdays: Parameter[Annotated[int, Field(gt=0)]] = ours(5, "S31")
    objection_workdays: Parameter[Annotated[int, Field(ge=0)]] = ours(5, "S27")
    recall_workdays: Parameter[Annotated[int, Field(gt=0)]] = ours(3, "S21")
    true_up_threshold: Parameter[Yuan] | None = None


class Suspension(Strict):
    """A bank without a figure of `measure` for the year is out from `month`-`day` on, until it is supplied."""

    family: str
    measure: str
    month: Annotated[int, Field(ge=1, le=12)]
    day: Annotated[int, Field(ge=1, le=31)]
    clause: str = Field(min_length=1)
    origin: Literal["stated", "derived", "ours"] = "stated"


class FourFalling(Strict):
    """Tax, loan-to-deposit ratio, loans and new loans all below last year's (S16, N13).

    Without a `rate` the bank is flagged and nothing is reduced; a decision of kind `four_falling_rate` sets it too.
    """

    clause: str = Field(min_length=1)
    origin: Literal["stated", "derived", "ours"] = "stated"
    tax: str = "tax_local_part"
    rate: Parameter[Share] | None = None


class Participation(Strict):
    """Who takes part (S11, S15-S19, S22, S32).

    policy_banks: `held` keeps their stock and scores them by nothing; `take_part` scores them with the others;
    `separate` judges them by the rule book `policy_rulebook` (its pass_fail indicators are the tests, S18). One that
    passes may hold up to the mean of the commercial targets, P = T/(n+1): `policy_support` says whether it is brought
    to that (`cap`) or keeps what it has, at most that (`held`).
    """

    disqualification_years: Parameter[Annotated[int, Field(ge=1)]]
    policy_banks: Parameter[Literal["held", "take_part", "separate"]]
    policy_rulebook: Parameter[str] | None = None
    policy_support: Parameter[Literal["cap", "held"]] | None = None
    minimum_months: Parameter[Annotated[int, Field(ge=1)]] | None = None
    first_year: Parameter[Literal["take_part", "exclude", "impute"]] | None = None
    one_per_group: Parameter[bool] | None = None
    suspension: Suspension | None = None
    four_falling: FourFalling | None = None

    @model_validator(mode="after")
    def _policy(self) -> Self:
        if (self.policy_banks.value == "separate") != (self.policy_rulebook is not None):
            raise refused("policy_separate")
        return self


@dataclass(frozen=True)
class Placed:
    """An indicator with its place: the points at full marks (yuan where `effect` is an amount), and what it changes."""

    code: str
    parent: str | None
    full_points: Decimal
    indicator: Indicator
    clause: str
    effect: Effect = "score"


class Rulebook(Strict):
    """One issued document, inheritance resolved.

    `full_scale` is the total at full marks; without one the scale is open and indicators state points. `bonuses` and
    `penalties` stand beside the scale: points, or yuan where they state an `amount`. `policy` is the rule book that
    `participation.policy_rulebook` names, put in by the reader.
    """

    code: str
    name: str
    document: str
    effective_from: date
    effective_to: date | None = None
    parent: str | None = None
    regions: tuple[str, ...] = ()
    scheme: Literal["commercial", "policy", "index"] = "commercial"
    full_scale: Parameter[Annotated[Exact, Field(gt=0)]] | None = None
    requires: Parameter[tuple[str, ...]]
    indicators: dict[str, Indicator]
    bonuses: dict[str, Indicator] = Field(default={})
    penalties: dict[str, Indicator] = Field(default={})
    scoring: Scoring = Scoring()
    allocation: Allocation
    participation: Participation
    orders: Orders = Orders()
    warnings: dict[str, WarningLimit]
    warning_events: dict[str, WarningEvent] = Field(default={}, exclude_if=lambda events: not events)
    policy: Rulebook | None = None

    _weights = field_validator("indicators")(weights_close)
    _events = field_validator("warning_events")(each_event_once)

    @model_validator(mode="after")
    def _codes_differ(self) -> Self:
        codes = [placed.code for placed in self.placed()]
        if twice := sorted({code for code in codes if codes.count(code) > 1}):
            raise refused("codes_twice", codes=twice)
        for code, node in {**self.bonuses, **self.penalties}.items():
            if node.weight is not None or not node.leaf:
                raise refused("adjustment_place", code=code)
        if any(placed.indicator.amount for placed in self.placed() if placed.effect == "score"):
            raise refused("amount_place")
        if self.full_scale is None and any(node.weight for node in self.indicators.values()):
            raise refused("open_scale_weights")
        return self

    def placed(self) -> Iterator[Placed]:
        """Every indicator in document order, with the points it carries: the product of the weights above it."""

        def walk(nodes: dict[str, Indicator], parent: str | None, level: Decimal, effect: Effect) -> Iterator[Placed]:
            for code, node in nodes.items():
                full = full_points(node, level)
                said: Effect = effect
                if node.amount is not None:
                    said = "bonus_amount" if effect == "bonus" else "penalty_amount"
                yield Placed(code, parent, full, node, node.clause, said)
                yield from walk(node.indicators, code, full, effect)

        yield from walk(self.indicators, None, self.full_scale.value if self.full_scale else Decimal(0), "score")
        yield from walk(self.bonuses, None, Decimal(0), "bonus")
        yield from walk(self.penalties, None, Decimal(0), "penalty")

    @property
    def scale(self) -> Decimal:
        """The total at full marks: what the document says, or the sum of the points where the scale is open."""
        if self.full_scale is not None:
            return self.full_scale.value
        return sum(
            (one.full_points for one in self.placed() if one.indicator.leaf and one.effect == "score"), Decimal(0)
        )

    @property
    def families(self) -> tuple[str, ...]:
        """Feed families that a run needs: what the document requires, and indicators, caps and suspensions read."""
        used = (family for placed in self.placed() for family in placed.indicator.families)
        bounds = (held.family for held in (self.allocation.deposits_cap, self.participation.suspension) if held)
        policy = self.policy.families if self.policy else ()
        return tuple(dict.fromkeys((*self.requires.value, *used, *bounds, *policy)))

    @property
    def content_hash(self) -> str:
        """SHA-256 of the resolved content: the same policy has the same hash, whatever the file's layout."""
        content = json.dumps(self.model_dump(mode="json", by_alias=True), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()
