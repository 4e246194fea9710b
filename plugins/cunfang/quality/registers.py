"""What a register says against itself and against the papers it rests on: documents, validity, spans (S01, S15)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from cunfang.feeds.normalise import Scalar
from cunfang.period import Period
from cunfang.quality.basis import Basis, Document
from cunfang.quality.row import Row

Span = tuple[date, date]
"""First day and last day."""
WAIVER = "waive_period"


def _document(row: Row, basis: Basis) -> Document | None:
    return (basis.documents or {}).get(str(row["document"])) if row["document"] else None


def document_fault(row: Row, basis: Basis) -> Scalar:
    """What is wrong with the file that the row names; None where nothing is."""
    found = _document(row, basis)
    return found.fault or None if found else None


def document_proof(row: Row, basis: Basis) -> Scalar:
    """The paper that a decision rests on: the name of its file, or the digest that another system states."""
    return row["document"] or row["document_sha256"]


def document_differs(row: Row, basis: Basis) -> Scalar:
    """The digest of the file beside the register, where the row states another one."""
    found = _document(row, basis)
    stated = row["document_sha256"]
    return found.sha256 if found and found.sha256 and stated and stated != found.sha256 else None


def _span(row: Row, since: str, until: str) -> Span | None:
    """Days from one column to another, open ends reaching as far as can be; None where they run backwards."""
    first, last = row[since], row[until]
    span = first if isinstance(first, date) else date.min, last if isinstance(last, date) else date.max
    return span if span[0] <= span[1] else None


def _waived(row: Row) -> Iterator[Period]:
    """The quarters whose last day lies in the validity of a waiver; none for one without an end."""
    first, last = row["valid_from"], row["valid_to"]
    if row["kind"] != WAIVER or not isinstance(first, date) or not isinstance(last, date):
        return
    period = Period.containing(first)
    while period.end <= last:
        yield period
        period = Period.containing(date.fromordinal(period.end.toordinal() + 1))


def waives(row: Row, basis: Basis) -> Scalar:
    """The quarters that a waiver takes out; None where it takes out none, or is no waiver."""
    return "、".join(map(str, _waived(row))) or None


def waives_published(row: Row, basis: Basis) -> Scalar:
    """Of those the quarters whose result is published already."""
    return "、".join(str(period) for period in _waived(row) if str(period) in (basis.published or ())) or None


def accounts_overlap(found: list[Row], basis: Basis) -> list[Scalar]:
    """The other span of the same account that shares days with this one; an account closes on the day it is gone."""
    groups: dict[Scalar, list[Row]] = defaultdict(list)
    for row in found:
        if row["account"]:
            groups[row["account"]].append(row)
    other: dict[int, str] = {}
    for group in groups.values():
        spans = sorted(((_half_open(row), row) for row in group), key=lambda pair: pair[0])
        furthest = spans[0]
        for one in spans[1:]:
            (since, until), row = one
            if since < furthest[0][1]:
                other[id(row)] = _days(furthest[1], "opened_on", "closed_on")
            furthest = max(furthest, ((since, until), row), key=lambda pair: pair[0][1])
    return [other.get(id(row)) for row in found]


def _half_open(row: Row) -> Span:
    first, last = row["opened_on"], row["closed_on"]
    return first if isinstance(first, date) else date.min, last if isinstance(last, date) else date.max


def decisions_overlap(found: list[Row], basis: Basis) -> list[Scalar]:
    """Another decision on the same matter about the same bank or account that holds on some of the same days."""
    groups: dict[tuple[Scalar, ...], list[tuple[Span, Row]]] = defaultdict(list)
    for row in found:
        if span := _span(row, "valid_from", "valid_to"):
            groups[row["kind"], row["institution_written"], row["account"]].append((span, row))
    other: dict[int, str] = {}
    for group in groups.values():
        for number, (span, row) in enumerate(group):
            for earlier, before in group[:number]:
                if row["decision"] != before["decision"] and span[0] <= earlier[1] and earlier[0] <= span[1]:
                    other[id(row)] = f"{before['decision']}（{_days(before, 'valid_from', 'valid_to')}）"
    return [other.get(id(row)) for row in found]


def _days(row: Row, since: str, until: str) -> str:
    return f"{row[since] or '开立'} 至 {row[until] or '今'}"


def answered_half(row: Row, basis: Basis) -> Scalar:
    """What an answered objection lacks of outcome, day and answer; None where all or nothing is there."""
    parts = {"outcome": "处理结果", "answered_on": "答复日期", "answer": "答复"}
    lacking = [title for name, title in parts.items() if not row[name]]
    return "、".join(lacking) if lacking and len(lacking) < len(parts) else None


def period_ended_on(row: Row, basis: Basis) -> Scalar:
    """The last day of the period that an objection is about."""
    return Period.parse(str(row["about_period"])).end if row["about_period"] else None
