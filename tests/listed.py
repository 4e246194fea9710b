"""A rule book with limits by type and listed events, and counties judged by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection

from cunfang.documents.loading import load_warnings
from cunfang.documents.result import Warning_
from cunfang.period import Period
from cunfang.rulebook import Rulebook, read_rulebook
from cunfang.simulation.lay import Delivered
from cunfang.warnings import watch

LIMIT = {
    "name": "流动性比例",
    "operator": ">=",
    "limit": "0.25",
    "yellow_margin": "0.1",
    "red_margin": "0.2",
    "clause": "第九条",
}
BY_TYPE = {**LIMIT, "types": [{"types": ["农商行", "村镇银行"], "limit": "0.40", "clause": "第九条第二款"}]}
EVENTS: dict[str, dict[str, object]] = {
    "penalty": {"name": "行政处罚", "kinds": ["penalty"], "level": "橙", "months": 12, "clause": "第十条"},
    "grave": {
        "name": "重大处罚",
        "kinds": ["penalty"],
        "severities": ["deduct"],
        "level": "红",
        "months": 12,
        "clause": "第十条",
    },
    "noted": {"name": "其他记录", "severities": ["note"], "level": "黄", "clause": "第十条"},
}
Event = Mapping[str, object]


def policy(
    limit: Mapping[str, object] | None = None, events: Mapping[str, Mapping[str, object]] | None = None
) -> Rulebook:
    """The sample rule book with this limit of the liquidity ratio and these events."""
    content = read_rulebook("dawu-2025").model_dump(mode="json", by_alias=True, exclude_unset=True)
    said = {"warnings": {"liquidity_ratio": limit or LIMIT}, "warning_events": events or {}}
    return Rulebook.model_validate({**content, **said})


def event(code: str = "E1", bank: str = "A", **changes: object) -> Event:
    """A penalty with points off, decided on 14 November 2025."""
    usual: dict[str, object] = {
        "event": code,
        "institution": bank,
        "kind": "penalty",
        "severity": "deduct",
        "found_on": date(2025, 10, 29),
        "decided_on": date(2025, 11, 14),
        "decision": "孝银罚决字〔2025〕6号",
        "note": "账户管理不合规",
    }
    return {**usual, **changes}


def reported(period: Period, *events: Event) -> Delivered:
    """A file of events."""
    return Delivered(period, "supervisory_events", events)


def register(period: Period, *banks: Mapping[str, object]) -> Delivered:
    """A register of institutions; what a bank leaves out is usual."""
    rows = ({"name": f"{bank['institution']}行", "aliases": [], "type": "国有大行", **bank} for bank in banks)
    return Delivered(period, "institutions", tuple(rows))


def ratio(period: Period, bank: str, value: str, scope: str = "legal_person") -> dict[str, object]:
    """One liquidity ratio at the end of `period`."""
    figure = {"institution": bank, "as_of": period.end, "metric": "liquidity_ratio", "scope": scope}
    return {**figure, "value": Decimal(value)}


def figures(period: Period, *rows: Mapping[str, object]) -> Delivered:
    """A file of prudential figures."""
    return Delivered(period, "pboc_prudential", rows)


def judged(connection: Connection, region: str, period: Period, rulebook: Rulebook) -> Sequence[Warning_]:
    """What a pass raises anew."""
    raised = watch(connection, region, period, rulebook)
    return load_warnings(connection, raised) if raised else ()
