"""Correct: known errors of a source, as entries of include/corrections; a guard says when an entry is out of date."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Self

from pydantic import Field, field_validator, model_validator
from sqlalchemy import Connection

from cunfang.feeds import parse
from cunfang.feeds.contract import Contract, Name, PeriodKey, contract
from cunfang.feeds.document import DocumentError, Model, load
from cunfang.feeds.faults import FaultError
from cunfang.feeds.record import Record
from cunfang.finding import Finding
from cunfang.institution import Register, normal_form
from cunfang.intake.faults import CORRECTED, NO_PLACE, STALE
from cunfang.period import Period
from cunfang.settings import INCLUDE
from cunfang.warehouse import sql
from cunfang.warehouse.copy import copy_rows

CORRECTIONS: Path = INCLUDE / "corrections"
SCHEMA: Path = CORRECTIONS / "corrections.schema.json"


class Entry(Model):
    """One known error. It applies from `period` to `until` where the place still reads `expect`, and nowhere else."""

    id: str = Field(pattern=r"^\S+$", description="条目编号，写进校验发现")
    feed: Name = Field(description="报送")
    period: PeriodKey = Field(description="考核期")
    until: PeriodKey | None = Field(default=None, description="至哪个考核期；空 = 只此一期")
    where: dict[Name, str] = Field(default_factory=dict, description="哪一行：列 → 送来的写法，如 institution: 建行")
    cell: str = Field(default="", description="或哪一格：J10 或 工作表 › J10")
    column: Name = Field(description="哪一列")
    expect: str = Field(description="送来的原文；不再是它时，条目不用，并提示删去")
    value: str = Field(description="应读作，单位与原文相同")
    why: str = Field(min_length=4, description="理由")
    said_by: str = Field(min_length=2, description="谁说的，写岗位")
    on: date = Field(description="何日说的")

    @field_validator("expect", "value", mode="before")
    @classmethod
    def _as_written(cls, written: object) -> object:
        return str(written) if isinstance(written, int) and not isinstance(written, bool) else written

    @model_validator(mode="after")
    def _names_a_place(self) -> Self:
        if bool(self.where) == bool(self.cell):
            raise ValueError("where 与 cell 须写一个，且只写一个")
        if self.until and self.until < self.period:
            raise ValueError(f"until {self.until} 早于 period {self.period}")
        try:
            known = contract(self.feed).by_name
        except KeyError as error:
            raise ValueError(str(error.args[0])) from error
        if unknown := {self.column, *self.where} - known.keys():
            raise ValueError(f"{self.feed} 没有列 {'、'.join(sorted(unknown))}")
        return self

    def holds(self, feed: str, period: Period) -> bool:
        """Whether the entry speaks of `feed` in `period`."""
        return self.feed == feed and self.period <= str(period) <= (self.until or self.period)

    @property
    def place(self) -> str:
        """The place as a sentence names it."""
        return self.cell or "、".join(f"{column}={text}" for column, text in self.where.items())


class Corrections(Model):
    """The entries of one region."""

    region: str = Field(pattern=r"^[0-9]{6}$")
    corrections: tuple[Entry, ...] = ()

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        ids = [entry.id for entry in self.corrections]
        if doubled := {name for name in ids if ids.count(name) > 1}:
            raise ValueError(f"条目编号重复：{'、'.join(sorted(doubled))}")
        return self


@dataclass(frozen=True)
class Applied:
    """A value that an entry changed."""

    record_no: int
    column: str
    delivered: str
    entry: Entry


@dataclass(frozen=True)
class Corrected:
    """Records as they should read, what was changed, and what is to be said of it."""

    records: tuple[Record, ...]
    applied: tuple[Applied, ...] = ()
    findings: tuple[Finding, ...] = ()


def entries(region: str, feed: str, period: Period, folder: Path | None = None) -> list[Entry]:
    """The entries for one submission; a file that cannot be taken is a DocumentError with its line."""
    path = (folder or CORRECTIONS) / f"{region}.yaml"
    if not path.is_file():
        return []
    facts = path.stat()
    found = _read(path, facts.st_mtime_ns, facts.st_size)
    if found.region != region:
        raise DocumentError(f"{path}:1 region: 为 {found.region}，应与文件名 {region} 一致")
    return [entry for entry in found.corrections if entry.holds(feed, period)]


@lru_cache(maxsize=64)
def _read(path: Path, modified: int, size: int) -> Corrections:
    return load(path, Corrections)


def correct(
    records: Sequence[Record],
    wanted: Iterable[Entry],
    agreed: Contract,
    register: Register | None,
    *,
    file: str,
    region: str,
) -> Corrected:
    """`records` with every entry applied whose place still reads as the entry says."""
    now = list(records)
    applied: list[Applied] = []
    findings: list[Finding] = []
    for entry in wanted:
        title = agreed.by_name[entry.column].title
        said = {"entry": entry.id, "title": title, "place": entry.place, "region": region}
        places = [n for n, record in enumerate(now) if _meant(record, entry, agreed, register)]
        if len(places) != 1:
            fault = NO_PLACE.finding(count=len(places), file=file, **said)
            findings.append(replace(fault, column=entry.column))
            continue
        record = now[places[0]]
        text = record.fields[entry.column].text
        if not _same(text, entry.expect):
            fault = STALE.finding(found=text, expect=entry.expect, file=file, **said)
        else:
            facts = {"delivered": text, "value": entry.value, "said_by": entry.said_by, "on": str(entry.on)}
            fault = CORRECTED.finding(why=entry.why, file=file, **facts, **said)
            applied.append(Applied(record.record_no, entry.column, text, entry))
            now[places[0]] = amended(record, {entry.column: entry.value})
        findings.append(_at(fault, record, entry.column))
    return Corrected(tuple(now), tuple(applied), tuple(findings))


def _at(fault: Finding, record: Record, column: str) -> Finding:
    cell = record.fields[column].cell or f"第{record.row_no}行"
    return replace(fault, sheet=record.sheet, cell=cell, column=column, record_no=record.record_no)


def amended(record: Record, values: dict[str, str]) -> Record:
    """The record with other texts in some columns; cells and units stay."""
    changed = {name: record.fields[name]._replace(text=text) for name, text in values.items()}
    return replace(record, fields={**record.fields, **changed})


def _meant(record: Record, entry: Entry, agreed: Contract, register: Register | None) -> bool:
    if entry.column not in record.fields:
        return False
    if entry.cell:
        sheet, _, cell = entry.cell.rpartition("›")
        here = record.fields[entry.column].cell
        return here == cell.strip().upper() and sheet.strip() in ("", record.sheet)
    return all(
        name in record.fields and _named(record.fields[name].text, text, _resolver(agreed, name, register))
        for name, text in entry.where.items()
    )


def _resolver(agreed: Contract, column: str, register: Register | None) -> Callable[[str], str | None]:
    """How two writings of a key are told to be the same: by the bank they name, else by their normal form."""
    if register is not None and agreed.by_name[column].type.institution:
        return lambda text: register.resolve(text) or normal_form(text)
    return normal_form


def _named(written: str, wanted: str, form: Callable[[str], str | None]) -> bool:
    return form(written) == form(wanted)


def _same(written: str, expected: str) -> bool:
    """The same text, or the same number written otherwise (89000 and 89,000.0)."""
    if written.strip() == expected.strip():
        return True
    numbers = _number(written), _number(expected)
    return numbers[0] is not None and numbers[0] == numbers[1]


def _number(text: str) -> Decimal | None:
    try:
        return parse.number(text)
    except FaultError:
        return None


_KEPT = (
    *("submission_id", "record_no", "column_name", "applied_at", "check_id", "entry", "delivered", "corrected"),
    *("reason", "said_by", "said_on"),
)


def keep(connection: Connection, submission_id: int, applied: Iterable[Applied], moment: datetime) -> None:
    """Note what a check read otherwise than it was delivered; `moment` is that of the check's event."""
    rows = [
        (
            *(submission_id, one.record_no, one.column, moment, CORRECTED.check, one.entry.id, one.delivered),
            *(one.entry.value, one.entry.why, one.entry.said_by, one.entry.on),
        )
        for one in applied
    ]
    copy_rows(connection, "ops.correction", _KEPT, rows)


def as_checked(connection: Connection, submission_id: int, records: Iterable[Record]) -> list[Record]:
    """The records as the last check read them: a decision is taken on what was checked."""
    values: dict[int, dict[str, str]] = {}
    for row in sql.rows(connection, "core/corrections.sql", {"submission": submission_id}):
        values.setdefault(row["record_no"], {})[row["column_name"]] = row["corrected"]
    return [amended(one, values[one.record_no]) if one.record_no in values else one for one in records]


def schema() -> str:
    """The JSON Schema of these files, for editors, as it should stand in `include/corrections`."""
    document = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Corrections.model_json_schema()}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
