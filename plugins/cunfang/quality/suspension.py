"""Checks suspended by name, with reason and expiry (`include/suspensions.yaml`): they run, and what they find is not
counted; every result says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from cunfang.feeds.contract import PeriodKey
from cunfang.feeds.document import Model, load
from cunfang.finding import Finding, Klass
from cunfang.period import Period
from cunfang.settings import INCLUDE

if TYPE_CHECKING:
    from cunfang.quality.catalogue import Entry

SUSPENSIONS: Path = INCLUDE / "suspensions.yaml"
OFFICE_TIME = ZoneInfo("Asia/Shanghai")
NOTE = "SUS-Q001"
"""The number of the note that says a check is suspended; it asks for no explanation, as its reason is given."""


class SuspensionError(ValueError):
    """A suspension that must not be taken: expired, of an unknown check, or of one that cannot be suspended."""


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("不得为空")
    return text.strip()


Said = Annotated[str, AfterValidator(_said)]


class Suspension(Model):
    """One check suspended. `until`: the last period whose files it covers, or the last day on which it does."""

    check: str = Field(pattern=r"^[A-Z]{3,4}-[VQM]\d{3}$")
    region: str = Field(default="", pattern=r"^([0-9]{6})?$")
    reason: Said
    by: Said
    decided_on: date
    until: date | PeriodKey

    @property
    def last_day(self) -> date:
        """The day after which the entry must be gone: files of a quarter come in the quarter after it."""
        return self.until if isinstance(self.until, date) else Period.parse(self.until).next().end

    def covers(self, region: str, period: Period) -> bool:
        """Whether it holds for files of `region` and `period`."""
        reached = isinstance(self.until, date) or period <= Period.parse(self.until)
        return reached and self.region in ("", region)

    def note(self, found: int, file: str = "") -> Finding:
        """What a result says of it; `found` is what the check would have reported."""
        missed = f"有 {found} 处未计入" if found else "没有命中"
        message = (
            f"校验规则 {self.check} 已暂停至 {self.until}，本次{missed}。"
            f"理由：{self.reason.rstrip('。')}（{self.by}，{self.decided_on} 决定）。"
        )
        return Finding(NOTE, Klass.QUALITY, message, "无须更正或说明；到期之前请恢复该规则，或重新决定。", file=file)


class _Document(Model):
    suspensions: tuple[Suspension, ...] = ()


def suspensions(path: Path = SUSPENSIONS, *, today: date | None = None) -> tuple[Suspension, ...]:
    """Every suspension of the document; SuspensionError names each that must not be taken, DocumentError its line."""
    if not path.is_file():
        return ()
    found = _read(path, path.stat().st_mtime_ns)
    known = _known() if found else {}
    day = today or datetime.now(OFFICE_TIME).date()
    if faults := [text for one in found for text in _faults(one, known.get(one.check), day)]:
        raise SuspensionError("\n".join(f"{path}: {text}" for text in faults))
    return found


def in_force(
    region: str, period: Period, path: Path = SUSPENSIONS, *, today: date | None = None
) -> tuple[Suspension, ...]:
    """The suspensions that hold for files of `region` and `period`."""
    return tuple(one for one in suspensions(path, today=today) if one.covers(region, period))


def set_aside(
    findings: Iterable[Finding], suspended: Iterable[Suspension], prefixes: Container[str], file: str = ""
) -> list[Finding]:
    """`findings` without those of suspended checks, and a note of each that begins with one of `prefixes`.

    For steps that have findings of their own beside the suites: reading (`FILE`), ties and the evaluation's notes.
    """
    held = {one.check: one for one in suspended if one.check.split("-")[0] in prefixes}
    found = list(findings)
    missed = Counter(item.check for item in found if item.check in held)
    return [item for item in found if item.check not in held] + [
        one.note(missed[one.check], file) for one in held.values()
    ]


def _faults(one: Suspension, rule: Entry | None, today: date) -> Iterable[str]:
    if rule is None:
        yield f"没有校验规则 {one.check}；可暂停的规则见 docs/checks.md"
    elif not rule.suspendable:
        yield f"{one.check} 不能暂停：没有它，数据无法入库或无法考核；可暂停的规则见 docs/checks.md"
    if one.decided_on > today:
        yield f"{one.check} 的决定日期 {one.decided_on} 尚未到来"
    if one.last_day < one.decided_on:
        yield f"{one.check} 的期限 {one.until} 早于决定日期 {one.decided_on}"
    elif one.last_day < today:
        yield f"{one.check} 的暂停已于 {one.until} 到期，请删去该条目，或由有权人重新决定"


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> tuple[Suspension, ...]:
    """The document as of its last change."""
    return load(path, _Document).suspensions


def _known() -> dict[str, Entry]:
    """The catalogue; only asked for when something is suspended, as it reads every place where a check is written."""
    from cunfang.quality.catalogue import checks

    return checks()
