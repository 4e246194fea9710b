"""What a provider can lay beside its file for `cunfang check`: registers of institutions and accounts, as files."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from cunfang.feeds.contract import contract
from cunfang.feeds.normalise import TypedRow, normalise
from cunfang.feeds.reader import read
from cunfang.institution import Register
from cunfang.period import Period
from cunfang.quality.basis import Account, Bank, Basis


class InputError(Exception):
    """The command cannot start: no such file, a register that cannot be used."""


def beside(period: Period, institutions: Path | None, accounts: Path | None) -> Basis:
    """The grounds of a check as far as files give them, office or canonical; InputError for one that cannot be used."""
    banks, register = _banks(institutions, period) if institutions else (None, None)
    known = _accounts(accounts, period, register) if accounts else None
    return Basis(period, banks=banks, register=register, accounts=known)


def _banks(path: Path, period: Period) -> tuple[dict[str, Bank], Register]:
    rows = [row.fields for row in _rows(path, "institutions", period, None)]
    banks = {
        str(row["institution"]): Bank(str(row["type"]), _day(row["opened_on"]), _day(row["closed_on"])) for row in rows
    }
    aliases: Any
    entries = []
    for row in rows:
        aliases = row["aliases"] or ()
        entries.append((str(row["institution"]), (str(row["name"]), str(row["short_name"] or ""), *aliases)))
    try:
        return banks, Register.build(entries)
    except ValueError as error:
        raise InputError(f"名录 {path} 不能用：{error}") from error


def _accounts(path: Path, period: Period, register: Register | None) -> dict[str, Account]:
    return {
        str(row.fields["account"]): Account(
            str(row.fields["institution"] or ""),
            str(row.fields["fund_category"]),
            _day(row.fields["opened_on"]),
            _day(row.fields["closed_on"]),
        )
        for row in _rows(path, "accounts", period, register)
    }


def _rows(path: Path, feed: str, period: Period, register: Register | None) -> tuple[TypedRow, ...]:
    """The typed rows of a register that has no fault; a fault is an InputError with its place."""
    if not path.is_file():
        raise InputError(f"名录 {path} 不存在")
    agreed = contract(feed)
    reading = read(path, agreed, "", period)
    typed = normalise(agreed, reading, register, period)
    faults = [item for item in (*reading.findings, *typed.findings) if item.blocking]
    if faults:
        first = faults[0]
        raise InputError(f"名录不能用：{first.where} {first.message}{first.advice}（共 {len(faults)} 处）")
    return typed.rows


def _day(value: object) -> date | None:
    return value if isinstance(value, date) else None
