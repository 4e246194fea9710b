"""What a provider can lay beside its file for `cunfang check`: registers of institutions and accounts, as files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from cunfang.feeds.contract import contract
from cunfang.feeds.normalise import TypedRow, normalise
from cunfang.feeds.reader import read
from cunfang.feeds.spans import standing
from cunfang.institution import AREAS, Entry, Register
from cunfang.period import Period
from cunfang.quality.basis import Account, Bank, Basis
from cunfang.quality.suspension import in_force
from cunfang.region import load_region
from cunfang.spellings import place_of, register_of


class InputError(Exception):
    """The command cannot start: no such file, a register that cannot be used."""


def beside(region: str, period: Period, institutions: Path | None, accounts: Path | None, reporter: str = "") -> Basis:
    """The grounds of a check as far as files give them, office or canonical; InputError for one that cannot be used.

    `reporter`: the folder that a bank's own file lies in.
    """
    entries = _entries(institutions, period) if institutions else None
    register = _register(entries, region, period) if entries is not None else None
    return Basis(
        period,
        banks=None if entries is None else {e.code: Bank(e.type, e.opened_on, e.closed_on) for e in entries},
        register=register,
        accounts=_accounts(accounts, period, register) if accounts else None,
        reporter=reporter or None,
        suspensions=in_force(region, period),
    )


def _entries(path: Path, period: Period) -> list[Entry]:
    return [
        Entry(
            _text(row.fields["institution"]),
            _text(row.fields["name"]),
            (_text(row.fields["short_name"]), *_texts(row.fields["aliases"])),
            _text(row.fields["type"]),
            _day(row.fields["opened_on"]),
            _day(row.fields["closed_on"]),
            _text(row.fields["successor"]),
        )
        for row in _rows(path, "institutions", period, None)
    ]


def _register(entries: list[Entry], region: str, period: Period) -> Register:
    """The names valid at the end of the period, with those that are customary in the county."""
    return register_of(entries, period.end, place_of(region, load_region(region).name if region else ""))


def _accounts(path: Path, period: Period, register: Register | None) -> dict[str, Account]:
    return {
        str(row.fields["account"]): Account(
            str(row.fields["institution"] or ""),
            str(row.fields["fund_category"]),
            _day(row.fields["opened_on"]),
            _day(row.fields["closed_on"]),
        )
        for row in standing(contract("accounts"), _rows(path, "accounts", period, register), period.end)[0]
    }


def _rows(path: Path, feed: str, period: Period | None, register: Register | None) -> tuple[TypedRow, ...]:
    """The typed rows of a register that has no fault; a fault is an InputError with its place."""
    if not path.is_file():
        raise InputError(f"名录 {path} 不存在")
    agreed = contract(feed)
    reading = read(path, agreed, "", period)
    typed = normalise(agreed, reading, register, period or reading.period or Period.containing(date.today()))  # noqa: DTZ011
    faults = [item for item in (*reading.findings, *typed.findings) if item.blocking]
    if faults:
        first = faults[0]
        raise InputError(f"名录不能用：{first.where} {first.message}{first.advice}（共 {len(faults)} 处）")
    return typed.rows


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, tuple) else ()


def _day(value: object) -> date | None:
    return value if isinstance(value, date) else None


def names_in(path: Path, period: Period | None) -> tuple[str, ...]:
    """The names of a register's banks as people write them, in its order."""
    rows = _rows(path, "institutions", period, None)
    open_ones = [row.fields for row in rows if row.fields.get("closed_on") is None and row.fields["type"] not in AREAS]
    return tuple(str(row["short_name"] or row["name"]) for row in open_ones)
