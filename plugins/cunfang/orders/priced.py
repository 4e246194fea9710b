"""What a correction comes to: each bank before and after in yuan, and the inputs that differ (S12, S13, S27)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import Connection

from cunfang.warehouse.sql import rows

Treatment = Literal["none", "true_up", "superseding"]
TREATMENTS: dict[Treatment, str] = {"none": "不变", "true_up": "下期补差", "superseding": "另行下达"}
SHOWN_FIGURES = 40
"""Figures of one delivery that are listed; the rest are counted."""


@dataclass(frozen=True)
class Effect:
    """One bank by both runs, in yuan; a bank that is in one run alone has no role in the other and 0 yuan."""

    institution: str
    name: str
    short_name: str
    sort_no: int
    role_before: str | None
    role_after: str | None
    target_before: Decimal
    target_after: Decimal
    score_before: Decimal | None
    score_after: Decimal | None
    share_before: Decimal | None
    share_after: Decimal | None
    rank_before: int | None
    rank_after: int | None

    @property
    def effect(self) -> Decimal:
        """What the correction changes for the bank, in yuan: positive when it should have had more."""
        return self.target_after - self.target_before

    @property
    def changed(self) -> bool:
        """Whether anything of the bank changes: its amount, its score or its rank."""
        before = (self.role_before, self.score_before, self.rank_before)
        return bool(self.effect) or before != (self.role_after, self.score_after, self.rank_after)


@dataclass(frozen=True)
class Figure:
    """One figure that two versions of a delivery have otherwise, as text; None where one has none.

    `account` is the account, or the event, that it belongs to; the place is that of the later version.
    """

    institution: str
    account: str
    measure: str
    part: str
    column_name: str
    window_from: date | None
    as_of: date | None
    value_before: str | None
    value_after: str | None
    sheet: str
    cell: str
    row_no: int | None


@dataclass(frozen=True)
class Differing:
    """A delivery in which the runs differ; a version is None where a run did not read it. `more`: figures unlisted."""

    feed: str
    period: str
    reporter: str
    file_before: str | None
    version_before: int | None
    file_after: str | None
    version_after: int | None
    figures: tuple[Figure, ...] = ()
    more: int = 0


@dataclass(frozen=True)
class Correction:
    """A run priced against the one that stands (`against_run_id`), and what is to be done.

    `others`: what differs besides deliveries, in words. `order_no` is the paper that came of it, `superseded_order` the
    one that it takes the place of, `lapsing` true-ups of the quarter that the order carries out together with the rest.
    """

    run_id: int
    against_run_id: int
    region: str
    period: str
    treatment: Treatment
    reason: str
    threshold: Decimal | None
    effects: tuple[Effect, ...]
    inputs: tuple[Differing, ...]
    others: tuple[str, ...]
    order_no: str | None = None
    order_status: str | None = None
    superseded_order: str | None = None
    lapsing: str | None = None

    @property
    def largest(self) -> Decimal:
        """The largest effect on one bank, without its sign, in yuan."""
        return max((abs(item.effect) for item in self.effects), default=Decimal(0))

    @property
    def gross(self) -> Decimal:
        """Effects of all banks without their signs, in yuan."""
        return sum((abs(item.effect) for item in self.effects), Decimal(0))

    @property
    def net(self) -> Decimal:
        """Effects of all banks together, in yuan: what the correction changes of the total T."""
        return sum((item.effect for item in self.effects), Decimal(0))

    @property
    def settled(self) -> bool:
        """Whether the paper that came of it is issued, or a true-up on its way: it is not priced anew."""
        open_ = ("draft", "reviewed", "signed", "returned")
        return self.order_status == "issued" or (self.treatment == "true_up" and self.order_status in open_)


def effects_of(connection: Connection, run_id: int, against_run_id: int) -> tuple[Effect, ...]:
    """What each bank has by both runs, those who share by score first."""
    pair = {"run_id": run_id, "against_run_id": against_run_id}
    return tuple(Effect(**row) for row in rows(connection, "orders/correction_effects.sql", pair))


def inputs_of(connection: Connection, run_id: int, against_run_id: int) -> tuple[Differing, ...]:
    """Deliveries in which the runs differ, with the figures that differ where both read a version."""
    pair = {"run_id": run_id, "against_run_id": against_run_id}
    return tuple(_differing(connection, row) for row in rows(connection, "orders/correction_inputs.sql", pair))


def _differing(connection: Connection, row: Mapping[str, Any]) -> Differing:
    ids = {name: row[name] for name in ("before_id", "after_id")}
    figures: list[Figure] = []
    if None not in ids.values():
        figures = [Figure(**found) for found in rows(connection, "orders/correction_figures.sql", ids)]
    known = {name: value for name, value in row.items() if name not in ids}
    return Differing(**known, figures=tuple(figures[:SHOWN_FIGURES]), more=max(len(figures) - SHOWN_FIGURES, 0))


def others_of(connection: Connection, run_id: int, against_run_id: int, *, delivered: bool) -> tuple[str, ...]:
    """What differs besides deliveries; with none of those either (`delivered`) it is the method or the checks."""
    pair = {"run_id": run_id, "against_run_id": against_run_id}
    (found,) = rows(connection, "orders/correction_others.sql", pair)
    said = [
        "考核办法的版本不同" if found["rulebook"] else "",
        f"已下达划转的执行情况有 {found['legs']} 笔不同" if found["legs"] else "",
        f"原按逾期规则处理的 {found['late']} 项报送已经补报" if found["late"] else "",
        f"计入的补差不同：{found['true_ups']}" if found["true_ups"] else "",
    ]
    named = tuple(text for text in said if text)
    return named or (() if delivered else ("报送没有差别，差别在算法、勾稽或校验规则",))
