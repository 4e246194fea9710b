"""All that is known of one run, read once: what workbook, page, mail and command line print (S10-S12, S27)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Literal

from cunfang.period import Period
from cunfang.rulebook import Indicator as Node
from cunfang.rulebook.model import Placed, Scoring

Role = Literal["commercial", "policy", "carved_out", "excluded"]
Binding = Literal["none", "floor", "minimum", "cap", "deposits_cap", "maximum", "four_falling", "by_rank", "fixed"]


class RunNotFoundError(LookupError):
    """No such run, or one that was never finished."""


@dataclass(frozen=True)
class Place:
    """Where a value was read: file, sheet, A1 cell; `row_no` where the layout has no cell for it."""

    file: str
    sheet: str = ""
    cell: str = ""
    row_no: int | None = None

    def __str__(self) -> str:
        spot = self.cell or (f"第 {self.row_no} 行" if self.row_no else "")
        return " › ".join(part for part in (self.file, self.sheet, spot) if part)


@dataclass(frozen=True)
class Rulebook:
    """The version of the rule book that the run is pinned to. Amounts in yuan; `concentration_cap` is a share of T."""

    code: str
    name: str
    document: str
    content_hash: str
    full_scale: Decimal
    quota_mode: str
    rounding_unit: Decimal
    min_leg: Decimal
    concentration_cap: Decimal | None


@dataclass(frozen=True)
class Freshness:
    """How far the figures reach: date of the data, number of the run in its period, checks passed of checked."""

    data_as_of: date
    run_no: int
    computed_at: datetime
    passed: int
    checked: int


@dataclass(frozen=True)
class Participant:
    """One institution. Money in yuan; `share` of 1; `rank` is None for those outside the ranking.

    `predecessors` are the banks that it took over and that the register still knows (S32). `decision` and `clause` are
    by whose word its amount is held: the number of the decision, the clause of the rule book.

    `true_up` is the part of `stated` that corrections of earlier quarters still owe (补差); `true_up_left` what of that
    no amount could be found for, carried on to the next quarter (结转下季).

    `delta` = target - current = planned + scheduled + blocked + carried, positive when money comes in.
    """

    institution: str
    name: str
    short_name: str
    predecessors: str
    type: str
    role: Role
    reason: str
    sort_no: int
    rank: int | None
    score: Decimal
    share: Decimal
    current: Decimal
    rigid: Decimal
    floor: Decimal
    cap: Decimal | None
    raw_target: Decimal
    bounded_target: Decimal
    binding: Binding
    stated: Decimal
    true_up: Decimal
    true_up_left: Decimal
    weight: Decimal
    target: Decimal
    delta: Decimal
    planned: Decimal
    scheduled: Decimal
    blocked: Decimal
    carried: Decimal
    remark: str
    decision: str = ""
    clause: str = ""

    @property
    def label(self) -> str:
        """Its short name with what it was before: `农商行（原农村信用联社）`."""
        return f"{self.short_name}（原{self.predecessors}）" if self.predecessors else self.short_name


@dataclass(frozen=True)
class Indicator:
    """One indicator of the rule book; a group has `leaf` False and no measure. `money`: its value counts yuan."""

    indicator: str
    parent: str | None
    ordinal: int
    name: str
    full_points: Decimal
    leaf: bool
    family: str
    measure: str
    over: str | None
    basis: str
    method: str
    missing: str
    clause: str
    money: bool

    @property
    def ratio(self) -> bool:
        """Whether its value is a quotient, printed as a percentage."""
        return self.over is not None or self.basis in ("on_time_rate", "growth")


@dataclass(frozen=True)
class Point:
    """Value and points of one bank for one indicator.

    `value_flag` says that the value was put in for a missing one, or taken from the quarter before (S25).
    """

    institution: str
    indicator: str
    value: Decimal
    numerator: Decimal | None
    denominator: Decimal | None
    points: Decimal
    rank: Decimal | None
    reference: Decimal | None
    gate: Decimal | None
    basis: str
    klass: str
    value_flag: str
    flag: str


@dataclass(frozen=True)
class Late:
    """A feed that did not come in time: left out, or taken from `used_period` (S25)."""

    feed: str
    name: str
    rule: Literal["use_previous", "exclude"]
    used_period: str


@dataclass(frozen=True)
class Source:
    """One observation that an indicator value rests on. An `event` counts 1 when on time, else 0.

    `text` is as delivered; `correction` says what it was read as, by whose word, where an entry corrects it.

    Its side of the value is the sum of `value` × `times`. For an event `window_from` is the day it was due and `as_of`
    the day it was done (None: not done). A transfer of ours is an event too, `part` its code; while no bank has
    reported it, it has no `submission_id` and its file is the order.
    """

    indicator: str
    institution: str
    side: Literal["numerator", "denominator", "event"]
    measure: str
    column_name: str
    title: str
    part: str
    window_from: date | None
    as_of: date | None
    value: Decimal
    times: Decimal
    submission_id: int | None
    feed: str
    place: Place
    text: str
    unit: str
    correction: str


@dataclass(frozen=True)
class Holding:
    """One account's balance at the base date in yuan."""

    account: str
    institution: str
    owner: str
    fund_category: str
    fund_category_name: str
    balance: Decimal
    adjustable: bool
    available: bool
    matures_on: date | None
    basis: str
    submission_id: int
    place: Place
    text: str
    unit: str
    correction: str


@dataclass(frozen=True)
class Leg:
    """One transfer, owner and category the same on both sides (S03); `blocked` waits for an account to be opened.

    `scheduled` waits until the time deposit matures on `available_from`.
    """

    leg_no: int
    from_institution: str
    to_institution: str
    from_account: str
    to_account: str
    owner: str
    fund_category: str
    fund_category_name: str
    amount: Decimal
    status: Literal["planned", "scheduled", "blocked"]
    reason: str
    available_from: date | None = None


@dataclass(frozen=True)
class TransferPlan:
    """How many transfers a run makes, and whether fewer could do; `lower_bound` is None where that was not asked."""

    legs: int
    greedy_legs: int
    lower_bound: int | None
    proved: bool
    stopped_by: str


@dataclass(frozen=True)
class ListedEvent:
    """What a warning about an event rests on (S20). `until`: it warns to the day before; None is until it is closed."""

    code: str
    kind: str
    severity: str
    decision: str
    note: str
    until: date | None
    closed_on: date | None


@dataclass(frozen=True)
class Limit:
    """A figure and the limit it was held against: ratios, 0.25 = 25%; `operator` is what the supervisor demands.

    `type`: the type of banks that the limit is for; empty for the general one.
    """

    value: Decimal
    limit: Decimal
    operator: Literal[">=", "<="]
    type: str


@dataclass(frozen=True)
class Warning_:
    """One warning (S20): either a figure with its limit, or a listed event. `metric_name` is the name of either.

    `scope` is None for an event whose bank the register does not call a legal person or a branch.
    """

    warning_id: int
    region: str
    period: Period
    institution: str
    short_name: str
    metric: str
    metric_name: str
    as_of: date
    level: Literal["红", "橙", "黄"]
    cause: Limit | ListedEvent
    scope: str | None
    reason: str
    submission_id: int
    place: Place

    @property
    def event(self) -> ListedEvent | None:
        """The event it rests on, if any."""
        return self.cause if isinstance(self.cause, ListedEvent) else None

    @property
    def figure(self) -> Limit | None:
        """The figure it rests on, if any."""
        return self.cause if isinstance(self.cause, Limit) else None

    @property
    def about(self) -> str:
        """What it is about, by code: the metric, or the event."""
        return f"event {self.cause.code}" if isinstance(self.cause, ListedEvent) else self.metric


@dataclass(frozen=True)
class NotedFinding:
    """A finding as stored, with the submission it belongs to and what became of that.

    `explanation`: the reason that was given, by whom and when; empty where there is none or none is due.
    """

    finding_id: int
    check: str
    klass: str
    submission_id: int | None
    feed: str
    status: str
    message: str
    advice: str
    where: str
    explanation: str = ""


@dataclass(frozen=True)
class PinnedSubmission:
    """A delivery that the run stands on."""

    submission_id: int
    feed: str
    period: str
    provider: str
    sequence: int
    file: str
    sha256: str
    registered_at: datetime


@dataclass(frozen=True)
class RunResult:
    """One run. Money in yuan; `total` is T, `set_aside` goes to those outside the proportional part.

    `suspended`: one note per check that was suspended for one of the run's inputs; `findings` leaves those notes out.
    """

    run_id: int
    region: str
    region_name: str
    office: str
    sample: bool
    period: Period
    status: str
    approver: str
    approved_at: datetime | None
    input_hash: str
    rulebook: Rulebook
    freshness: Freshness
    total: Decimal
    set_aside: Decimal
    distributable: Decimal
    derivation: str
    places: bool
    participants: tuple[Participant, ...]
    indicators: tuple[Indicator, ...]
    points: tuple[Point, ...]
    sources: tuple[Source, ...]
    holdings: tuple[Holding, ...]
    legs: tuple[Leg, ...]
    warnings: tuple[Warning_, ...]
    findings: tuple[NotedFinding, ...]
    suspended: tuple[NotedFinding, ...]
    submissions: tuple[PinnedSubmission, ...]
    late: tuple[Late, ...] = ()
    placed: Mapping[str, Placed] = field(default_factory=dict)
    scoring: Scoring = field(default_factory=Scoring)
    policy_scale: Decimal = Decimal(0)
    plan: TransferPlan | None = None

    @cached_property
    def by_code(self) -> dict[str, Participant]:
        """Participants by institution code."""
        return {item.institution: item for item in self.participants}

    def short_name(self, institution: str) -> str:
        """How a bank is called in a table; its code if it takes no part."""
        found = self.by_code.get(institution)
        return found.short_name if found else institution

    @cached_property
    def leaves(self) -> tuple[Indicator, ...]:
        """The indicators that are scored in this run: leaves that at least one bank has points for."""
        scored = {point.indicator for point in self.points}
        return tuple(item for item in self.indicators if item.leaf and item.indicator in scored)

    def cohort(self, points: Sequence[Point]) -> list[Point]:
        """Of the `points` of one indicator those of the banks that are measured against each other."""
        banks = {point.institution: self.by_code[point.institution] for point in points}
        exempt = {kind for point in points for kind in _exempt(self.placed[point.indicator].indicator)}
        for role in ("commercial", "policy"):
            if found := [point for point in points if banks[point.institution].role == role]:
                return [point for point in found if banks[point.institution].type not in exempt]
        return []

    def scored_by(self, institution: str) -> tuple[str, ...]:
        """The indicators of the scale that a bank has points for, in the rule book's order."""
        mine = {point.indicator for point in self.points if point.institution == institution}
        return tuple(code for code, placed in self.placed.items() if code in mine and placed.effect == "score")

    def scale_of(self, institution: str) -> Decimal:
        """The full scale that a bank is scored on: its rule book's."""
        policy = self.by_code[institution].role == "policy"
        return self.policy_scale if policy else self.rulebook.full_scale

    @cached_property
    def kept(self) -> tuple[str, ...]:
        """The indicators of the scale that at least one commercial bank has points for."""
        commercial = {item.institution for item in self.participants if item.role == "commercial"}
        mine = {point.indicator for point in self.points if point.institution in commercial}
        return tuple(code for code, placed in self.placed.items() if code in mine and placed.effect == "score")

    @property
    def kept_points(self) -> Decimal:
        """Full points of the indicators that were kept; below the full scale when one had no data (N12)."""
        return sum((self.placed[code].full_points for code in self.kept), Decimal(0))


def _exempt(node: Node) -> tuple[str, ...]:
    return node.exempt_types.value if node.exempt_types else ()
