"""A region (行政区划) as data: its name, who is told what, who approves, which tax bureaus report (S25, S26).

`include/regions/<code>.yaml` states roles and addresses, never persons. A region without a file is evaluated all the
same, but nobody is written to.
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from cunfang.settings import INCLUDE

FOLDER = INCLUDE / "regions"
# What every mail server takes without SMTPUTF8; white space and list separators cannot smuggle in a second recipient.
_ADDRESS = re.compile(r"[A-Za-z0-9._+{}-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")


class RegionError(ValueError):
    """A region's file cannot be used; the message names the file and the key."""


def _address(value: str) -> str:
    if not _ADDRESS.fullmatch(value):
        raise ValueError(f"邮箱地址 {value!r} 不合规：只能用英文字母、数字和 . _ + -")
    return value


Address = Annotated[str, AfterValidator(_address)]


class Level(StrEnum):
    """How much of the content a recipient is sent."""

    FULL = "full"
    SUMMARY = "summary"
    NOTICE = "notice"


class Topic(StrEnum):
    """What a recipient is told about.

    `DIGEST` is the daily list of warnings that holds the yellow ones, `QUESTION` what an evaluation stopped at.
    """

    RESULT = "result"
    ORDERS = "orders"
    RED = "red"
    ORANGE = "orange"
    DIGEST = "digest"
    REJECTION = "rejection"
    LATE = "late"
    QUESTION = "question"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Recipient(_Model):
    """A role that is written to, not a person. `level` is settled when the region is read (see `Region`).

    `user` is the name under which it signs: it is written to when a signature of its own is due (S26).
    """

    role: str
    user: str = ""
    address: Address
    topics: frozenset[Topic] = frozenset()
    level: Level | None = None

    def hears(self, topic: Topic) -> bool:
        """Whether it is told about `topic`."""
        return topic in self.topics


class Provider(_Model):
    """Who delivers a feed, and where to write."""

    feed: str
    office: str
    address: Address


class Banks(_Model):
    """Where each bank's notices go: by institution code, else by `pattern` with `{institution}` in it.

    `level` is for all of them; where none is stated, an address outside the office's domains gets a notice only.
    """

    level: Level | None = None
    pattern: Address | None = None
    addresses: dict[str, Address] = Field(default_factory=dict)

    def address(self, institution: str) -> str | None:
        """The mailbox of a bank; None when the region names none, or when the code cannot stand in an address."""
        if institution in self.addresses:
            return self.addresses[institution]
        if self.pattern is None or not re.fullmatch(r"[A-Za-z0-9._-]+", institution):
            return None
        return self.pattern.replace("{institution}", institution.lower())


class TaxArrangement(_Model):
    """From `since` on, tax comes by these feeds: two bureaus (`tax_national`, `tax_local`) or the one (`tax`)."""

    since: date
    feeds: tuple[str, ...] = Field(min_length=1)


class InForce(_Model):
    """From `since` on (none: from the beginning) the region is evaluated by the rule book `code`."""

    since: date | None = None
    code: str


class Trial(_Model):
    """A rule book evaluated beside the one in force from one quarter to another (`2025-Q3`); it moves nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    rulebook: str
    since: str = Field(alias="from", pattern=r"^[0-9]{4}-Q[1-4]$")
    until: str = Field(pattern=r"^[0-9]{4}-Q[1-4]$")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until < self.since:
            raise ValueError(f"试行办法的止期 {self.until} 早于起期 {self.since}")
        return self


class SignOff(_Model):
    """One signature of the chain, in its order (S26): `by` are the users who may give it, empty for any named user.

    `brings` is the order's state once it is given, or the last of several that bring the same.
    """

    brings: Literal["reviewed", "signed", "issued"]
    title: str = Field(min_length=1)
    by: tuple[str, ...] = ()


DEFAULT_CHAIN = (SignOff(brings="reviewed", title="复核"), SignOff(brings="signed", title="签批"))


class Region(_Model):
    """One county. `internal_domains` are the office's own: elsewhere goes a notice only, unless a level is stated.

    `sign_workdays`: after so many working days without the due signature the signers are reminded, each working day.
    `unexplained`: whether a finding that nobody corrected or explained stops the official evaluation, or is only shown.
    """

    code: str = Field(pattern=r"^[0-9]{6}$")
    name: str
    office: str = "金融办"
    sample: bool = False
    rulebook: str | tuple[InForce, ...] | None = None
    trial: Trial | None = None
    sign_offs: tuple[SignOff, ...] = DEFAULT_CHAIN
    sign_workdays: int = Field(default=2, gt=0)
    unexplained: Literal["stop", "note"] = "stop"
    internal_domains: frozenset[str] = frozenset()
    tax_arrangement: tuple[TaxArrangement, ...] = ()
    providers: tuple[Provider, ...] = ()
    banks: Banks = Banks()
    recipients: tuple[Recipient, ...] = ()

    @model_validator(mode="after")
    def _chain_in_order(self) -> Self:
        brought = [item.brings for item in self.sign_offs]
        ranks = [("reviewed", "signed", "issued").index(state) for state in brought]
        if ranks != sorted(ranks) or not {"reviewed", "signed"} <= set(brought):
            raise ValueError("sign_offs 应依次为 reviewed、signed（、issued），前两种至少各有一个环节")
        return self

    @model_validator(mode="after")
    def _settle_levels(self) -> Self:
        settled = tuple(r.model_copy(update={"level": r.level or self.level_of(r.address)}) for r in self.recipients)
        object.__setattr__(self, "recipients", settled)
        return self

    def level_of(self, address: str) -> Level:
        """The level of an address that states none: full inside the office's domains, a notice outside."""
        return Level.FULL if address.rpartition("@")[2].lower() in self.internal_domains else Level.NOTICE

    def tax_feeds(self, on: date) -> tuple[str, ...]:
        """The feeds that carry tax on that day; empty when the region does not say."""
        known = [item for item in self.tax_arrangement if item.since <= on]
        return max(known, key=lambda item: item.since).feeds if known else ()

    def rulebook_on(self, day: date) -> str | None:
        """The code of the rule book by which the region is evaluated on `day`; None when it names none."""
        if self.rulebook is None or isinstance(self.rulebook, str):
            return self.rulebook
        begun = [item for item in self.rulebook if item.since is None or item.since <= day]
        return max(begun, key=lambda item: item.since or date.min).code if begun else None

    def trial_rulebook(self, period: str) -> str | None:
        """The code of the rule book on trial in that quarter (`2025-Q4`)."""
        trial = self.trial
        return trial.rulebook if trial and trial.since <= period <= trial.until else None

    def provider(self, feed: str) -> Provider | None:
        """Who delivers `feed`, if the region says."""
        return next((item for item in self.providers if item.feed == feed), None)

    def told(self, topic: Topic) -> tuple[Recipient, ...]:
        """The roles that hear of `topic`."""
        return tuple(item for item in self.recipients if item.hears(topic))


@lru_cache(maxsize=256)
def load_region(code: str, folder: Path = FOLDER) -> Region:
    """The region `code`; without a file an empty one named by its code. A file that does not fit is a RegionError."""
    path = folder / f"{code}.yaml"
    if not re.fullmatch(r"[0-9]{6}", code):
        raise RegionError(f"行政区划代码 {code!r} 应为六位数字")
    if not path.is_file():
        return Region(code=code, name=code)
    try:
        region = Region.model_validate(YAML(typ="safe").load(path.read_text(encoding="utf-8")))
    except YAMLError as error:
        raise RegionError(f"{path}：不是合格的 YAML：{' '.join(str(error).split())}") from error
    except ValidationError as error:
        faults = "；".join(f"{'.'.join(map(str, item['loc'])) or '整体'}：{item['msg']}" for item in error.errors())
        raise RegionError(f"{path}：{faults}") from error
    if region.code != code:
        raise RegionError(f"{path}：code 为 {region.code}，应与文件名 {code} 一致")
    return region
