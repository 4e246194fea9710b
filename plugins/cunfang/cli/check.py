"""`cunfang check`: the checks of the way in, on the provider's own machine; no database, nothing is written."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from cunfang.cli.beside import InputError, beside
from cunfang.feeds import parse
from cunfang.feeds.contract import DOCUMENTS, Contract, contracts
from cunfang.feeds.faults import Fault, FaultError, finding
from cunfang.feeds.grid import Source
from cunfang.feeds.normalise import Typed, normalise
from cunfang.feeds.reader import read_bytes, suffix_of
from cunfang.feeds.recognise import recognise
from cunfang.feeds.record import Reading
from cunfang.feeds.rules import rules
from cunfang.finding import Finding
from cunfang.period import Period
from cunfang.quality.basis import Basis
from cunfang.quality.suite import Expectation, suite
from cunfang.quality.suspension import set_aside
from cunfang.region import FOLDER, load_region

Say = Callable[[str], None]
_REGION = re.compile(r"[0-9]{6}")
_PERIOD = re.compile(r"[0-9]{4}-Q[1-4]")


@dataclass(frozen=True)
class Asked:
    """What the caller states; what is left out is taken from the file's place and title."""

    feed: str = ""
    region: str = ""
    period: Period | None = None
    register: Path | None = None
    accounts: Path | None = None


@dataclass(frozen=True)
class Unchecked:
    """Rules that could not be judged here, and what they need."""

    reason: str
    checks: tuple[str, ...]


@dataclass(frozen=True)
class Checked:
    """One file as read and judged. `contract` and `period` are None where nothing tells them."""

    path: Path
    contract: Contract | None
    period: Period | None
    reading: Reading
    typed: Typed | None
    findings: tuple[Finding, ...]
    unchecked: tuple[Unchecked, ...] = ()

    @property
    def blocked(self) -> bool:
        """Whether a finding must be corrected before the file can be accepted."""
        return any(item.blocking for item in self.findings)


def check_file(path: Path, asked: Asked, say: Say = lambda _: None) -> Checked:
    """Read and judge one file. InputError if there is no such file; whatever it holds ends in findings."""
    say(f"读取 {path.name}")
    data = _bytes(path)
    stated = _placed(path, asked)
    if isinstance(data, Finding):
        return _unread(path, stated, data)
    understood = _read(path, data, stated)
    if understood.contract is None:
        return understood
    return _judged(understood, understood.contract, asked, say)


def _bytes(path: Path) -> bytes | Finding:
    """The file's bytes, no more of them than a return may have."""
    limit = rules().limits.file_bytes
    try:
        if not path.is_file():
            raise InputError(f"{path} 不是文件")
        size = path.stat().st_size
        if size > limit:
            error = FaultError(Fault.TOO_LARGE, size=f"{size:,} 字节", limit=f"{limit:,} 字节")
            return error.finding(file=path.name)
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} 无法读取（{error.strerror or error}）") from error


def _placed(path: Path, asked: Asked) -> Asked:
    """What is stated, completed by a place as in the inbox: <region>/<period>/<feed>/[<institution>/]<file>."""
    parts = path.absolute().parts[:-1]
    for region, period, feed in zip(parts, parts[1:], parts[2:], strict=False):
        if _REGION.fullmatch(region) and _PERIOD.fullmatch(period) and feed in contracts():
            return replace(
                asked,
                feed=asked.feed or feed,
                region=asked.region or region,
                period=asked.period or Period.parse(period),
            )
    return asked


def _unread(path: Path, stated: Asked, *findings: Finding) -> Checked:
    reading = Reading(path.name, stated.feed, stated.region, stated.period, findings=findings)
    return Checked(path, contracts().get(stated.feed), stated.period, reading, None, findings)


def _last_quarter() -> Period:
    """The quarter that ended last: what a file without a time of its own is most likely about."""
    return Period.containing(date.today()).previous()  # noqa: DTZ011


def _read(path: Path, data: bytes, stated: Asked) -> Checked:
    """The file by the contract that it fits: the stated one, else the one it is recognised by."""
    reading = (
        _by_contract(data, path.name, stated.feed, stated) if stated.feed else _recognised(data, path.name, stated)
    )
    if reading is None:
        return _unread(path, stated, _why_unrecognised(data, path.name))
    contract = contracts()[reading.feed]
    period = reading.period or _told(reading, contract)
    region = stated.region or _region_named(reading.title.county if reading.title else "")
    reading = replace(reading, region=region, period=period)
    return Checked(path, contract, period, reading, None, reading.findings)


def _recognised(data: bytes, name: str, stated: Asked) -> Reading | None:
    """The reading by the feed whose header the file carries; a faulty header is the feed's that finds fewest faults."""
    known = recognise(data, name)
    if known is not None:
        return _by_contract(data, name, known.feed, stated)
    attempts = [_by_contract(data, name, feed, stated) for feed in contracts()]
    return min((reading for reading in attempts if reading.layout), key=_faults, default=None)


def _region_named(county: str) -> str:
    """The code of the region that is called so, if one of ours is."""
    codes = sorted(path.stem for path in FOLDER.glob("[0-9]*.yaml")) if county else []
    return next((code for code in codes if load_region(code).name == county), "")


def _faults(reading: Reading) -> tuple[int, int]:
    return sum(one.blocking for one in reading.findings), len(reading.findings)


def _why_unrecognised(data: bytes, name: str) -> Finding:
    """What keeps the file from being opened; else no contract fits."""
    try:
        source = Source(data, suffix_of(name))
        source.grid()
    except FaultError as error:
        return error.finding(file=name)
    known = "、".join(f"{one.feed}（{one.name}）" for one in contracts().values())
    return finding(Fault.UNRECOGNISED, file=name, feeds=known)


def _by_contract(data: bytes, name: str, feed: str, stated: Asked) -> Reading:
    reading = Reading(name, feed, stated.region, stated.period)
    return read_bytes(data, contracts()[feed], reading, county=_county(stated.region))


def _county(region: str) -> str:
    """The region's name as titles write it; empty where no region file says it."""
    known = load_region(region) if region else None
    return known.name if known and known.name != known.code else ""


def _told(reading: Reading, contract: Contract) -> Period | None:
    """The period of the last day that the rows are about, where the layouts know such a day."""
    ends = {name for layout in contract.layouts for name, side in layout.title.items() if side == "end"}
    days = [day for record in reading.records for name in ends if (day := _day(record.texts.get(name, "")))]
    return Period.containing(max(days)) if days else None


def _day(text: str) -> date | None:
    try:
        return parse.day(text)
    except FaultError:
        return None


def _judged(understood: Checked, contract: Contract, asked: Asked, say: Say) -> Checked:
    """The rows typed and judged, as on the way in; of a file that reading refuses, as far as they can be trusted."""
    reading = understood.reading
    period = understood.period or _last_quarter()
    own = understood.path.absolute().parent.name if contract.reporter else ""
    basis = beside(reading.region, period, asked.register, asked.accounts, own if own != contract.feed else "")
    names = (reading.region, _county(reading.region)) if reading.region else ()
    typed = normalise(contract, reading, basis.register, period, region=names)
    if contract.attached:
        from cunfang.intake.documents import look, named

        folder = understood.path.absolute().parent / DOCUMENTS
        basis = replace(basis, documents=look(folder, named(contract, typed.rows)))
    say(f"校验 {reading.file}")
    from cunfang.quality.further import further, rows_stand
    from cunfang.quality.gate import check

    if reading.blocked:
        found = further(contract, reading, basis, region=names)
    else:
        found = check(contract, typed, basis, file=reading.file).findings
    unchecked = _unchecked(contract, basis, typed, dated=understood.period is not None)
    if reading.blocked and not rows_stand(reading):
        unchecked = (Unchecked("文件没有读懂", _numbers(_rules(contract))),)
    undated = {number for one in unchecked if one.reason == _NO_PERIOD for number in one.checks}
    read = set_aside(reading.findings, basis.suspensions, {"FILE"}, reading.file)
    findings = (*read, *(item for item in found if item.check not in undated))
    return replace(understood, typed=typed, findings=findings, unchecked=unchecked)


_NO_PERIOD = "需要考核期（--period）"
_REASONS = {
    "banks": "需要名录（--register）",
    "accounts": "需要账户名录（--accounts）",
    "previous": "需要以往各期数据，由金融办接收时校验",
    "december": "需要以往各期数据，由金融办接收时校验",
    "fund_categories": "需要资金类别表，由金融办接收时校验",
    "ordered": "需要已下达的调整指令，由金融办接收时校验",
    "published": "需要已公布的考核期，由金融办接收时校验",
    "reporter": "需要知道是哪家机构报送，由金融办接收时校验",
}
_NO_WHOLE = "须在每一行都能读懂之后校验"


def _rules(contract: Contract) -> tuple[Expectation, ...]:
    return suite(contract.feed).expectations


def _numbers(found: Iterable[Expectation]) -> tuple[str, ...]:
    return tuple(sorted({rule.meta.check for rule in found}))


def _unchecked(contract: Contract, basis: Basis, typed: Typed, *, dated: bool) -> tuple[Unchecked, ...]:
    """The rules that were left out or saw nothing, by what they need."""
    resolved = {column.name for column in contract.columns if column.type.institution}
    left: dict[str, list[Expectation]] = {}
    for rule in _rules(contract):
        if not rule.meta.holds(basis.period):
            continue
        lacking = [need for need in rule.meta.needs if not basis.knows(need)]
        if not lacking and basis.register is None and rule.columns & resolved:
            lacking = ["banks"]
        if lacking:
            left.setdefault(_REASONS[lacking[0]], []).append(rule)
        elif not dated and _leans_on_the_period(rule):
            left.setdefault(_NO_PERIOD, []).append(rule)
        elif rule.meta.whole and typed.quarantine:
            left.setdefault(_NO_WHOLE, []).append(rule)
    return tuple(Unchecked(reason, _numbers(found)) for reason, found in left.items())


def _leans_on_the_period(rule: Expectation) -> bool:
    said = json.dumps(rule.kwargs) + rule.meta.message
    return any(name in said for name in ("period", "previous_start", "year_start", '"year"', '"open_'))
