"""Feed contracts (报送约定): who delivers what, when, in which columns, units and layouts; all of it data (S25, N1)."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from cunfang.feeds.document import Model, load
from cunfang.institution import normal_form
from cunfang.period import Period
from cunfang.settings import INCLUDE

FEEDS: Path = INCLUDE / "feeds"
CANONICAL = "canonical"
DOCUMENTS = "documents"
"""The folder beside a register that holds the files which its `document` column names."""
GRACE = 5
"""Working days between the due day and the late rule, where a contract does not say (S25)."""
NOT_CONTRACTS = frozenset({"reading.yaml"})


def _period_key(key: str) -> str:
    Period.parse(key)
    return key


PeriodKey = Annotated[str, AfterValidator(_period_key), Field(pattern=r"^\d{4}-Q[1-4]$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Format = Literal["xlsx", "xlsm", "xls", "csv"]


class Kind(StrEnum):
    """Types of a column.

    A `printed` figure is one that the office computed itself (存贷比, 同比): kept as written and held against the
    figures it is made of (N16), never stored, and never a reason to refuse a row. A `document` is the plain name of a
    file that lies beside the table, in its folder `documents`.
    """

    TEXT = "text"
    CODE = "code"
    INSTITUTION = "institution"
    INSTITUTION_OPTIONAL = "institution_optional"
    SUBJECT = "subject"
    LIST = "list"
    DATE = "date"
    DATETIME = "datetime"
    MONEY = "money"
    RATIO = "ratio"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    ACCOUNT = "account"
    CHOICE = "choice"
    PRINTED = "printed"
    PERIOD = "period"
    FEED = "feed"
    DOCUMENT = "document"

    @property
    def numeric(self) -> bool:
        """Whether a value is counted, so that a merged cell must not repeat it."""
        return self in (Kind.MONEY, Kind.RATIO, Kind.NUMBER, Kind.INTEGER, Kind.PRINTED)

    @property
    def institution(self) -> bool:
        """Whether a value names an institution that the register must know; a subject may be the region instead."""
        return self in (Kind.INSTITUTION, Kind.INSTITUTION_OPTIONAL, Kind.SUBJECT)


class Column(Model):
    """One canonical column. `choices` maps what may be written to the canonical word; `unit` is the stored unit."""

    name: Name
    title: str = Field(description="中文列名，也是办公表格认得的表头")
    aliases: tuple[str, ...] = Field(default=(), description="办公表格里的其他表头写法")
    type: Kind
    required: bool = Field(default=True, description="每行必须有值")
    presence: Literal["", "must", "should", "may"] = Field(
        default="", description="表头缺这一列：must 退回，should 提示，may 不提；默认 required 为 must，否则 should"
    )
    choices: dict[str, str] = Field(default_factory=dict, description="写法 → 规范值")
    sign: Literal["any", "nonnegative", "positive"] = "any"
    unit: str = Field(default="", description="入库单位；金额恒为元")
    loaded: bool = Field(default=True, description="false：只用于核对，不入库")

    @model_validator(mode="before")
    @classmethod
    def _presence_follows_required(cls, data: object) -> object:
        if isinstance(data, dict) and not data.get("presence"):
            return {**data, "presence": "must" if data.get("required", True) else "should"}
        return data

    @model_validator(mode="after")
    def _choices_belong_to_choice(self) -> Self:
        if (self.type is Kind.CHOICE) != bool(self.choices) and self.type is not Kind.SUBJECT:
            raise ValueError(
                f"列 {self.name}：choices 与 type: choice 必须同时出现（type: subject 可有，写全区的说法）"
            )
        return self

    @cached_property
    def words(self) -> dict[str, str]:
        """Normal form of what may be written → canonical word."""
        return {normal_form(written): canonical for written, canonical in self.choices.items()}

    @property
    def spellings(self) -> tuple[str, ...]:
        """Headings an office layout may use for this column."""
        return (self.title, *self.aliases)


class Metric(Model):
    """One column of a wide layout that becomes a record of its own."""

    headings: tuple[str, ...] = Field(min_length=1)
    unit: str = ""


class Wide(Model):
    """Columns to records: the metric's key goes into column `name`, its cell into `value`, its unit into `unit`."""

    name: Name
    value: Name
    unit: Name | None = Field(default=None, description="写计量单位的列；比率为 % 或 1")
    metrics: dict[str, Metric] = Field(min_length=1)


class Layout(Model):
    """One form in which a provider writes the feed. Headings: titles and aliases of the contract, and `headings`."""

    name: str
    valid_from: PeriodKey = "1949-Q4"
    valid_to: PeriodKey | None = None
    formats: tuple[Format, ...] = ("xlsx", "xlsm", "xls", "csv")
    columns: tuple[Name, ...] = Field(default=(), description="本表样所含的列；空 = 约定的全部列")
    sheets: tuple[str, ...] = Field(default=(), description="工作表名；空 = 第一张可见工作表")
    title: dict[Name, Literal["start", "end"]] = Field(default_factory=dict, description="由标题时段得出的列")
    title_ends: Literal["period_end", "within_period", "within_year"] = "period_end"
    title_place: Literal["own", "any"] = Field(default="own", description="any：标题里可以是别的地区（上级的表）")
    unit: Literal["stated", "元", "万元", "亿元"] = Field(
        default="stated", description="stated = 必须由单位行或表头写明"
    )
    unit_column: tuple[str, ...] = Field(default=(), description="逐行写明金额单位的列的表头，如 计量单位")
    headings: dict[Name, tuple[str, ...]] = Field(default_factory=dict, description="本表另有的表头写法")
    headings_only: bool = Field(
        default=False, description="true：headings 列出的列只认那里的写法，title、aliases 不算；旧表样因此认得出"
    )
    groups: tuple[str, ...] = Field(default=(), description="多行表头中只起归类作用的上级表头")
    ignored: tuple[str, ...] = Field(default=(), description="认得但不取的列（计算列、序号）")
    subtotals: tuple[str, ...] = Field(default=(), description="本表另有的小计行、归类行的名称")
    constants: dict[Name, str] = Field(default_factory=dict, description="整张表同一取值的列")
    wide: Wide | None = None

    def holds(self, period: Period) -> bool:
        """Whether the layout is in use in `period`."""
        after = Period.parse(self.valid_from) <= period
        return after and (self.valid_to is None or period <= Period.parse(self.valid_to))

    def spellings(self, column: Column) -> tuple[str, ...]:
        """The headings that mean `column` in this form."""
        own = self.headings.get(column.name, ())
        return own if own and self.headings_only else (*column.spellings, *own)

    def carries(self, column: str) -> bool:
        """Whether `column` belongs to this form."""
        return not self.columns or column in self.columns

    @property
    def filled(self) -> frozenset[str]:
        """The columns that the layout fills itself: from the title, with a constant, or out of wide columns."""
        wide = {self.wide.name, self.wide.value, self.wide.unit} if self.wide else set()
        return frozenset({*self.title, *self.constants, *(name for name in wide if name)})


class Validity(Model):
    """Rows of one key that follow one another in time: each holds from `since` until the day before `until`."""

    since: Name
    until: Name
    past: str = Field(pattern=r"^core\.[a-z_]+$", description="考核期末已不再或尚未有效的各段所存的表")


class Contract(Model):
    """One feed as agreed with its provider."""

    feed: Name
    name: str
    provider: str
    reporter: Literal["", "institution"] = Field(
        default="", description="institution：每家机构各报各的，文件放在 <feed>/<机构>/ 下；空：一家报送单位报全部"
    )
    marks: tuple[str, ...] = Field(default=(), description="文件名或标题里只有这份报送才有的字样，表头相同时据以分辨")
    family: str = Field(default="", description="可互相替代的报送（国税、地税、税务）共用一族；默认同 feed")
    replaces: tuple[Name, ...] = Field(default=(), description="一份顶替几份：合并后的税务局顶替国税、地税两份")
    check_prefix: str = Field(pattern=r"^[A-Z]{3}$")
    table: str = Field(pattern=r"^core\.[a-z_]+$")
    coverage: Literal["period", "snapshot", "register"]
    cadence: Literal["monthly", "quarterly", "yearly"] = "quarterly"
    due: int = Field(default=10, ge=0, description="期末后第几个工作日前报送")
    deadline: int = Field(
        default=0, ge=0, description=f"期末后第几个工作日起适用逾期规则 late；不写为 due 之后 {GRACE} 个工作日"
    )
    late: Literal["wait", "use_previous", "exclude"] = Field(
        default="wait", description="逾期规则（S25）：等；用上一考核期的数据并注明；不计入本期"
    )
    allow_empty: bool = Field(default=False, description="只有表头 = 零报告")
    accumulates: bool = Field(default=False, description="每一份被接受的都有效，后来的不替代先前的（校验说明）")
    key: tuple[Name, ...] = Field(min_length=1)
    validity: Validity | None = Field(
        default=None, description="同一 key 可以有前后相接的几段；考核期末有效的一段存入 table，其余存入 past"
    )
    columns: tuple[Column, ...] = Field(min_length=1)
    references: dict[Name, Name] = Field(default_factory=dict, description="列 → 被引用的报送")
    layouts: tuple[Layout, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _family_defaults_to_feed(cls, data: object) -> object:
        if isinstance(data, dict) and not data.get("family"):
            return {**data, "family": data.get("feed", "")}
        return data

    @model_validator(mode="after")
    def _deadline_follows_due(self) -> Self:
        if "deadline" not in self.model_fields_set:
            object.__setattr__(self, "deadline", self.due + GRACE)
        if self.deadline <= self.due:
            raise ValueError(f"deadline 为 {self.deadline}，应晚于 due 的 {self.due}")
        return self

    @model_validator(mode="after")
    def _names_hang_together(self) -> Self:
        names = [column.name for column in self.columns]
        if doubled := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"列名重复：{'、'.join(sorted(doubled))}")
        used = {"key": set(self.key), "references": set(self.references)}
        used["validity"] = {self.validity.since, self.validity.until} if self.validity else set()
        for layout in self.layouts:
            used[f"layouts {layout.name}"] = {*layout.headings, *layout.filled, *layout.columns}
            if stray := {name for name in (*layout.headings, *layout.filled) if not layout.carries(name)}:
                raise ValueError(f"layouts {layout.name} 的 columns 没有列出：{'、'.join(sorted(stray))}")
        for where, mentioned in used.items():
            if unknown := mentioned - set(names):
                raise ValueError(f"{where} 提到没有的列：{'、'.join(sorted(unknown))}")
        if len({layout.name for layout in self.layouts} | {CANONICAL}) != len(self.layouts) + 1:
            raise ValueError("layouts 的 name 不得重复，也不得叫 canonical")
        return self

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """Column name → column, in order."""
        return {column.name: column for column in self.columns}

    @property
    def loaded_columns(self) -> tuple[Column, ...]:
        """The columns that `table` stores; the others are read and checked only."""
        return tuple(column for column in self.columns if column.loaded)

    @property
    def attached(self) -> str:
        """The column that names a file beside the table; empty where none does."""
        return next((column.name for column in self.columns if column.type is Kind.DOCUMENT), "")

    @property
    def several(self) -> bool:
        """Whether several accepted files hold beside one another: each for itself, or each with its part."""
        return self.accumulates or (bool(self.reporter) and len(self.shapes) > 1)

    @cached_property
    def shapes(self) -> tuple[frozenset[str], ...]:
        """The sets of columns in which a table of this feed comes: those of its layouts, and the whole contract."""
        everything = frozenset(self.by_name)
        return tuple(dict.fromkeys([*(frozenset(item.columns) or everything for item in self.layouts), everything]))


def load_contract(path: Path) -> Contract:
    """One contract file; a DocumentError names file, line and key."""
    return load(path, Contract)


_read = lru_cache(maxsize=256)(load_contract)
"""A process reads each contract once, and only those that it needs."""


def contracts(folder: Path = FEEDS) -> dict[str, Contract]:
    """Every contract of `folder` by feed, in file order."""
    return dict(_all(folder))


@lru_cache(maxsize=8)
def _all(folder: Path) -> dict[str, Contract]:
    found = [_read(path) for path in sorted(folder.glob("*.yaml")) if path.name not in NOT_CONTRACTS]
    return {contract.feed: contract for contract in found}


def feed_named(written: str, folder: Path = FEEDS) -> str | None:
    """The feed whose code or name is `written`; None where there is none."""
    form = normal_form(written)
    known = contracts(folder).values()
    return next((item.feed for item in known if form in (normal_form(item.feed), normal_form(item.name))), None)


@lru_cache(maxsize=256)
def contract(feed: str, folder: Path = FEEDS) -> Contract:
    """The contract of `feed`; a KeyError lists the feeds there are."""
    own = folder / f"{feed}.yaml"
    if re.fullmatch(r"[a-z_]+", feed) and own.name not in NOT_CONTRACTS and own.is_file() and _read(own).feed == feed:
        return _read(own)
    known = contracts(folder)
    if feed not in known:
        raise KeyError(f"没有报送约定 {feed}；现有：{'、'.join(known)}")
    return known[feed]


def attaches(feed: str, folder: Path = FEEDS) -> bool:
    """Whether files of `feed` name documents that lie beside them; no for a feed that there is not."""
    try:
        return bool(contract(feed, folder).attached)
    except KeyError:
        return False


def alternatives(family: str, folder: Path = FEEDS) -> list[tuple[str, ...]]:
    """The sets of feeds, any one of which makes `family` complete: the merged feed, or all those that it replaces."""
    members = [item for item in contracts(folder).values() if item.family == family]
    if not members:
        raise KeyError(f"没有报送约定属于 {family}")
    merged = [(item.feed,) for item in members if item.replaces]
    separate = tuple(item.feed for item in members if not item.replaces)
    return [*merged, *([separate] if separate else [])]
