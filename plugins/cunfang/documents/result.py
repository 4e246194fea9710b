"""All that is known of one run, read once: what workbook, page, mail and command line print (S10-S12, S27)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

from sqlalchemy import Connection

from cunfang.feeds.contract import Kind, contracts
from cunfang.period import Period
from cunfang.quality.suspension import NOTE as SUSPENDED
from cunfang.region import load_region
from cunfang.rulebook import Indicator as Node
from cunfang.rulebook import stored_rulebook
from cunfang.rulebook.model import Placed, Scoring
from cunfang.warehouse import sql

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

    `predecessors` are the banks that it took over and that the register still knows (S32).

    `delta` = target - current = planned + blocked + carried, positive when money comes in.
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
    weight: Decimal
    target: Decimal
    delta: Decimal
    planned: Decimal
    blocked: Decimal
    carried: Decimal
    remark: str

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
    due_workdays: int | None
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
    the day it was done (None: not done).
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
    submission_id: int
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
    """One transfer, owner and category the same on both sides (S03); `blocked` waits for an account to be opened."""

    leg_no: int
    from_institution: str
    to_institution: str
    from_account: str
    to_account: str
    owner: str
    fund_category: str
    fund_category_name: str
    amount: Decimal
    status: Literal["planned", "blocked"]
    reason: str


@dataclass(frozen=True)
class Warning_:
    """One warning (S20). `value` and `limit` are ratios, 0.25 = 25%; `operator` is what the supervisor demands."""

    warning_id: int
    region: str
    period: Period
    institution: str
    short_name: str
    metric: str
    metric_name: str
    as_of: date
    level: Literal["红", "橙", "黄"]
    value: Decimal
    limit: Decimal
    operator: Literal[">=", "<="]
    scope: str
    reason: str
    submission_id: int
    place: Place


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


def load_result(connection: Connection, run_id: int) -> RunResult:
    """Read run `run_id` and all that belongs to it; RunNotFoundError when there is none."""
    one = {"run_id": run_id}
    head = sql.run(connection, "documents/run.sql", one).mappings().first()
    if head is None:
        raise RunNotFoundError(f"没有考核批次 {run_id}，或该批次没有完成")
    region = load_region(head["region"])
    book = stored_rulebook(connection, head["rulebook_id"])
    sources = tuple(_source(row) for row in sql.rows(connection, "documents/sources.sql", one))
    money = {item.indicator for item in sources if _is_money(item.feed, item.column_name)}
    return RunResult(
        run_id=run_id,
        region=region.code,
        region_name=region.name,
        office=region.office,
        sample=region.sample,
        period=Period.parse(head["period"]),
        status=head["status"] or "",
        approver=head["approver"] or "",
        approved_at=head["approved_at"],
        input_hash=head["input_hash"],
        rulebook=_rulebook(dict(head)),
        freshness=Freshness(head["as_of"], head["run_no"], head["computed_at"], head["passed"], head["checked"]),
        total=head["total"],
        set_aside=head["set_aside"],
        distributable=head["distributable"],
        derivation=head["derivation"],
        participants=tuple(Participant(**row) for row in sql.rows(connection, "documents/participants.sql", one)),
        indicators=tuple(
            Indicator(**row, money=row["indicator"] in money)
            for row in sql.rows(connection, "documents/indicators.sql", one)
        ),
        points=tuple(Point(**row) for row in sql.rows(connection, "documents/points.sql", one)),
        sources=sources,
        holdings=tuple(Holding(**_placed(row)) for row in sql.rows(connection, "documents/holdings.sql", one)),
        legs=tuple(Leg(**row) for row in sql.rows(connection, "documents/legs.sql", one)),
        warnings=load_warnings(connection, region=head["region"], period=head["period"]),
        findings=tuple(
            item
            for item in load_findings(connection, region=head["region"], period=head["period"])
            if item.check != SUSPENDED
        ),
        suspended=tuple(_finding(row) for row in sql.rows(connection, "documents/suspended.sql", one)),
        submissions=tuple(PinnedSubmission(**row) for row in sql.rows(connection, "documents/submissions.sql", one)),
        late=tuple(Late(**row) for row in sql.rows(connection, "documents/substitutes.sql", one)),
        placed={one.code: one for one in (*(book.policy.placed() if book.policy else ()), *book.placed())},
        scoring=book.scoring,
        policy_scale=book.policy.scale if book.policy else Decimal(0),
    )


def load_warnings(
    connection: Connection, warning_ids: Sequence[int] = (), region: str | None = None, period: str | None = None
) -> tuple[Warning_, ...]:
    """Warnings by id, or all of a region and period whose submission still stands; red first."""
    wanted = {"warning_ids": list(warning_ids), "region": region, "period": period}
    return tuple(
        Warning_(**_placed({**row, "period": Period.parse(row["period"])}))
        for row in sql.rows(connection, "documents/warnings.sql", wanted)
    )


def load_findings(
    connection: Connection, submission_id: int | None = None, region: str | None = None, period: str | None = None
) -> tuple[NotedFinding, ...]:
    """Findings of one submission, or all of a region and period; blocking ones first."""
    wanted = {"submission_id": submission_id, "region": region, "period": period}
    return tuple(_finding(row) for row in sql.rows(connection, "documents/findings.sql", wanted))


def _placed(row: dict[str, Any]) -> dict[str, Any]:
    keys = ("file", "sheet", "cell", "row_no")
    rest = {key: value for key, value in row.items() if key not in keys}
    return {**rest, "place": Place(*(row[key] for key in keys))}


def _source(row: dict[str, Any]) -> Source:
    agreed = contracts().get(row["feed"])
    column = agreed.by_name.get(row["column_name"]) if agreed else None
    titled = column is not None and row["column_name"] != "value"
    return Source(**_placed(row), title=column.title if column is not None and titled else row["measure"])


def _is_money(feed: str, column_name: str) -> bool:
    agreed = contracts().get(feed)
    column = agreed.by_name.get(column_name) if agreed else None
    return column is not None and column.type is Kind.MONEY


def _finding(row: dict[str, Any]) -> NotedFinding:
    spot = row.pop("cell") or row["column"]
    row.pop("column")
    where = " › ".join(part for part in (row.pop("file"), row.pop("sheet"), spot) if part)
    return NotedFinding(**row, where=where)


def _rulebook(head: dict[str, Any]) -> Rulebook:
    names = ("full_scale", "quota_mode", "rounding_unit", "min_leg", "concentration_cap")
    return Rulebook(
        code=head["rulebook_code"],
        name=head["rulebook_name"],
        document=head["rulebook_document"],
        content_hash=head["rulebook_hash"],
        **{name: head[name] for name in names},
    )
