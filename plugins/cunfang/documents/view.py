"""A run as it is printed: every cell already a text, amounts in 万元 with totals that close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from cunfang.documents import words
from cunfang.documents.result import Indicator, Leg, Limit, Participant, Point, RunResult, Warning_


@dataclass(frozen=True)
class BankRow:
    """One bank in the result table; amounts in 万元. `planned` is what moves now, without its sign."""

    institution: str
    name: str
    role: str
    role_word: str
    commercial: bool
    rank: str
    score: str
    share: str
    current: str
    rigid: str
    target: str
    delta: str
    direction: str
    planned: str
    binding: str
    note: str


@dataclass(frozen=True)
class LegRow:
    """One transfer; amount in 万元, accounts in full and with all but the last four digits masked."""

    number: int
    from_name: str
    to_name: str
    from_institution: str
    to_institution: str
    from_account: str
    to_account: str
    from_tail: str
    to_tail: str
    owner: str
    category: str
    amount: str
    yuan: str
    blocked: bool
    status: str
    reason: str


@dataclass(frozen=True)
class EventRow:
    """The event of a warning in printed form; what is not known is said so."""

    code: str
    document: str
    note: str
    until: str


@dataclass(frozen=True)
class WarningRow:
    """One warning as a sentence needs it: what it is about, what was seen, and `demand`, what that is held against.

    A figure: metric, value, the limit in the supervisor's words. An event: its name, its severity, its document.
    """

    level: str
    colour: str
    quarter: str
    bank: str
    metric: str
    value: str
    limit: str
    demand: str
    as_of: str
    scope: str
    reason: str
    place: str
    event: EventRow | None = None

    @property
    def measure(self) -> str:
        """What a subject puts in brackets."""
        return f"限值{self.limit}" if self.event is None else self.as_of

    @property
    def line(self) -> str:
        """What is held against, of what scope, on one line."""
        day = f"{self.as_of}，" if self.event else ""
        return f"{day}{self.demand}，{self.scope}"


@dataclass(frozen=True)
class PointCell:
    """One bank's value and points for one indicator."""

    value: str
    points: str
    flag: str
    basis: str


@dataclass(frozen=True)
class PointRow:
    """One indicator over all scored banks."""

    name: str
    full_points: str
    cells: tuple[PointCell, ...]


@dataclass(frozen=True)
class ResultView:
    """One run, ready for a template."""

    result: RunResult
    title: str
    quarter: str
    freshness: str
    verdict: str
    total: str
    set_aside: str
    distributable: str
    banks: tuple[BankRow, ...]
    sums: BankRow
    legs: tuple[LegRow, ...]
    planned_sum: str
    scheduled_sum: str
    blocked_sum: str
    plan: str
    warnings: tuple[WarningRow, ...]
    scored: tuple[str, ...]
    points: tuple[PointRow, ...]
    late: tuple[str, ...]


COLOURS = {"红": "#C00000", "橙": "#D9600A", "黄": "#A67C00"}


def result_view(result: RunResult) -> ResultView:
    """The run in printed form."""
    banks = result.participants
    current, target = (words.closed_wan([getattr(bank, name) for bank in banks]) for name in ("current", "target"))
    rigid = words.closed_wan([bank.rigid for bank in banks])
    rows = tuple(
        _bank(bank, held, fixed, goal) for bank, held, fixed, goal in zip(banks, current, rigid, target, strict=True)
    )
    legs = leg_rows(result, result.legs)
    verdict = words.RUN_STATUS.get(result.status, result.status)
    if result.approved_at is not None:
        verdict += f"（{result.approver}，{result.approved_at:%Y-%m-%d %H:%M}）"
    return ResultView(
        result=result,
        title=words.title(result),
        quarter=words.quarter(result.period),
        freshness=words.freshness(result),
        verdict=verdict,
        total=words.wan(result.total),
        set_aside=words.wan(result.set_aside),
        distributable=words.wan(result.distributable),
        banks=rows,
        sums=_sums(banks, sum(current, Decimal(0)), sum(rigid, Decimal(0)), sum(target, Decimal(0))),
        legs=legs,
        planned_sum=_leg_sum(result.legs, "planned"),
        scheduled_sum=_leg_sum(result.legs, "scheduled"),
        blocked_sum=_leg_sum(result.legs, "blocked"),
        plan=words.plan(result.plan),
        warnings=tuple(warning_row(item) for item in result.warnings),
        scored=tuple(bank.label for bank in _scored(result)),
        points=_points(result),
        late=tuple(words.late(item) for item in result.late),
    )


def _bank(bank: Participant, current: Decimal, rigid: Decimal, target: Decimal) -> BankRow:
    delta = target - current
    commercial = bank.role == "commercial"
    return BankRow(
        institution=bank.institution,
        name=bank.label,
        role=words.ROLES[bank.role],
        role_word=words.ROLE_WORDS[bank.role],
        commercial=commercial,
        rank=str(bank.rank or "—"),
        score=words.points(bank.score) if commercial or bank.score else "—",
        share=words.percent(bank.share) if commercial else "—",
        current=f"{current:,.2f}",
        rigid=f"{rigid:,.2f}",
        target=f"{target:,.2f}",
        delta=words.signed(delta),
        direction="调入" if delta > 0 else "调出" if delta < 0 else "不变",
        planned=words.wan(abs(bank.planned)),
        binding=words.BINDINGS[bank.binding],
        note="；".join(text for text in (bank.reason, bank.remark) if text),
    )


def _sums(banks: Sequence[Participant], current: Decimal, rigid: Decimal, target: Decimal) -> BankRow:
    commercial = [bank for bank in banks if bank.role == "commercial"]
    return BankRow(
        institution="",
        name="合计",
        role="",
        role_word="",
        commercial=False,
        rank="",
        score=words.points(sum((bank.score for bank in commercial), Decimal(0))),
        share=words.percent(sum((bank.share for bank in commercial), Decimal(0))),
        current=f"{current:,.2f}",
        rigid=f"{rigid:,.2f}",
        target=f"{target:,.2f}",
        delta=words.signed(target - current),
        direction="",
        planned="",
        binding="",
        note="",
    )


def leg_rows(result: RunResult, legs: Sequence[Leg]) -> tuple[LegRow, ...]:
    """Transfers in printed form; those of one state close among themselves."""
    shown: dict[int, Decimal] = {}
    for status in words.LEG_STATUS:
        chosen = [leg for leg in legs if leg.status == status]
        amounts = words.closed_wan([leg.amount for leg in chosen])
        shown.update({leg.leg_no: amount for leg, amount in zip(chosen, amounts, strict=True)})
    return tuple(
        LegRow(
            number=leg.leg_no,
            from_name=result.short_name(leg.from_institution),
            to_name=result.short_name(leg.to_institution),
            from_institution=leg.from_institution,
            to_institution=leg.to_institution,
            from_account=leg.from_account,
            to_account=leg.to_account or "待开户",
            from_tail=_tail(leg.from_account),
            to_tail=_tail(leg.to_account) if leg.to_account else "待开户",
            owner=leg.owner,
            category=leg.fund_category_name,
            amount=f"{shown[leg.leg_no]:,.2f}",
            yuan=f"{leg.amount:,.2f}",
            blocked=leg.status == "blocked",
            status=words.LEG_STATUS[leg.status],
            reason=leg.reason,
        )
        for leg in legs
    )


def _tail(account: str) -> str:
    return f"尾号 {account[-4:]}" if len(account) > 4 else account


def _leg_sum(legs: Sequence[Leg], status: str) -> str:
    return words.wan(sum((leg.amount for leg in legs if leg.status == status), Decimal(0)))


def warning_row(warning: Warning_) -> WarningRow:
    """A warning in printed form."""
    metric, value, limit, demand, event = warning.metric_name, "", "", "", None
    if isinstance(cause := warning.cause, Limit):
        value, limit = words.short_percent(cause.value), words.short_percent(cause.limit)
        demand = f"{'不低于' if cause.operator == '>=' else '不高于'} {limit}"
        demand += f"，{cause.type}的限值" if cause.type else ""
    else:
        metric = f"监管事件 {metric}"
        value = words.SEVERITIES.get(cause.severity, cause.severity)
        demand = cause.decision or "没有文号"
        until = f"{cause.until:%Y-%m-%d} 之前" if cause.until else "更正或办结"
        until += f"（{cause.closed_on:%Y-%m-%d} 已办结）" if cause.closed_on else ""
        event = EventRow(cause.code, demand, cause.note, until)
    return WarningRow(
        level=warning.level,
        colour=COLOURS[warning.level],
        quarter=words.quarter(warning.period),
        bank=warning.short_name,
        metric=metric,
        value=value,
        limit=limit,
        demand=demand,
        as_of=f"{warning.as_of:%Y-%m-%d}",
        scope=words.SCOPES.get(warning.scope, str(warning.scope)),
        reason=warning.reason,
        place=str(warning.place),
        event=event,
    )


def _scored(result: RunResult) -> list[Participant]:
    scored = {point.institution for point in result.points}
    return [bank for bank in result.participants if bank.institution in scored]


def _points(result: RunResult) -> tuple[PointRow, ...]:
    found = {(point.indicator, point.institution): point for point in result.points}
    return tuple(
        PointRow(
            name=item.name,
            full_points=words.points(item.full_points),
            cells=tuple(_cell(item, found.get((item.indicator, bank.institution))) for bank in _scored(result)),
        )
        for item in result.leaves
    )


def _cell(item: Indicator, point: Point | None) -> PointCell:
    if point is None:
        return PointCell("—", "—", "", "")
    if item.ratio:
        value = words.percent(point.value)
    elif item.money:
        value = words.wan(point.value)
    else:
        value = f"{point.value.normalize():,f}"
    return PointCell(value, words.points(point.points), point.flag, point.basis)
