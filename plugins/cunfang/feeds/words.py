"""What the headings of a layout mean: spellings as data, whole headings only, groups above them, leaves under them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from cunfang.feeds.contract import Contract, Layout
from cunfang.feeds.rules import rules
from cunfang.institution import normal_form

SEPARATOR = "/"
YEAR_START = "年初"
UNIT_COLUMN = "#unit"
"""What a heading means whose cells give the unit of their row."""
Path = tuple[str, ...]
_HAN = re.compile("[一-龥]")


@dataclass(frozen=True)
class Vocabulary:
    """The headings a layout knows. `targets`: normal form → column, or metric of a wide layout."""

    targets: Mapping[str, str]
    metrics: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    _known: dict[Path, str | None] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, contract: Contract, layout: Layout) -> Vocabulary:
        """What the contract and the layout know; made once per layout."""
        kept = _MADE.get((id(contract), id(layout)))
        if kept is None or kept[0] is not contract or kept[1] is not layout:
            if len(_MADE) >= MOST_KEPT:
                _MADE.clear()
            kept = _MADE[id(contract), id(layout)] = contract, layout, cls._made(contract, layout)
        return kept[2]

    @classmethod
    def _made(cls, contract: Contract, layout: Layout) -> Vocabulary:
        """What the contract and the layout know, without the columns that the layout fills itself."""
        targets = dict.fromkeys(map(normal_form, layout.unit_column), UNIT_COLUMN)
        metrics: frozenset[str] = frozenset()
        if layout.wide:
            metrics = frozenset(layout.wide.metrics)
            for metric, entry in layout.wide.metrics.items():
                targets |= {normal_form(heading): metric for heading in entry.headings}
        for column in contract.columns:
            if layout.carries(column.name) and column.name not in layout.filled:
                targets |= {normal_form(heading): column.name for heading in layout.spellings(column)}
        groups = frozenset(map(normal_form, (*rules().groups, *layout.groups)))
        return cls(targets, metrics, frozenset(map(normal_form, layout.ignored)), groups)

    @classmethod
    def canonical(cls, shape: frozenset[str]) -> Vocabulary:
        """The column names themselves and nothing else."""
        return cls({name: name for name in shape})

    @cached_property
    def columns(self) -> frozenset[str]:
        """The columns of the contract that a heading of this layout can mean."""
        return frozenset(self.targets.values()) - self.metrics - {UNIT_COLUMN}

    def knows(self, text: str) -> bool:
        """Whether a single cell's text, in normal form, is a heading or a group of headings."""
        return text in self.groups or text in self.targets or text in self.ignored

    def resolve(self, path: Path) -> str | None:
        """What a heading, from its uppermost row down, means: a column, a metric, "" for ignored, None for unknown."""
        if path not in self._known:
            self._known[path] = self._resolve(path)
        return self._known[path]

    def may_head(self, text: str) -> bool:
        """Whether a cell's text can be a part of a heading: what else stands in a row says nothing about a header."""
        cleaned, _ = clean_heading(text)
        return cleaned in self._parts or any(part in self._parts for part in map(_repaired, in_chinese([cleaned])))

    @cached_property
    def _parts(self) -> frozenset[str]:
        return frozenset(
            part for words in (self.targets, self.ignored) for word in words for part in word.split(SEPARATOR)
        )

    def _resolve(self, path: Path) -> str | None:
        for candidate in self._readings(path):
            if (target := self.targets.get(SEPARATOR.join(candidate))) is not None:
                return target
            if SEPARATOR.join(candidate) in self.ignored:
                return ""
        return "" if any(part in self.ignored for part in path) else None

    def _readings(self, path: Path) -> Iterator[Path]:
        """As written, without the groups above, without a leaf (企业贷款/余额), with machine damage undone."""
        for written in dict.fromkeys((path, tuple(map(_repaired, path)))):
            bare = tuple(part for part in written[:-1] if part not in self.groups) + written[-1:]
            yield written
            yield bare
            if len(bare) > 1 and bare[0] == YEAR_START:
                yield (YEAR_START + bare[1], *bare[2:])
            if len(written) > 1 and written[-1] in rules().leaf_words:
                yield written[:-1]
                yield tuple(part for part in written[:-2] if part not in self.groups) + written[-2:-1]


_MADE: dict[tuple[int, int], tuple[Contract, Layout, Vocabulary]] = {}
MOST_KEPT = 256


@lru_cache(maxsize=8192)
def clean_heading(text: str) -> tuple[str, str]:
    """A heading cell in normal form without its unit and numbering, and the unit."""
    unit, text = "", normal_form(text)
    if stated := re.search(rules().heading_unit, text):
        unit, text = next(filter(None, stated.groups())), text[: stated.start()]
    return re.sub(rules().heading_prefix, "", text).rstrip(":"), unit


def in_chinese(parts: list[str]) -> Path:
    """A heading in two languages without the other one: `各项存款deposits`, or a row of English under the Chinese."""
    return _in_chinese(tuple(parts))


@lru_cache(maxsize=8192)
def _in_chinese(parts: Path) -> Path:
    if not any(map(_HAN.search, parts)):
        return parts
    kept = (re.sub(rules().translation, "", part) if _HAN.search(part) else "" for part in parts)
    return tuple(part for part in kept if part)


def _repaired(part: str) -> str:
    """Headings with words that a machine put in place of others (Q29): 农业开展银行 is 农业发展银行."""
    for wrong, right in rules().repairs.items():
        part = part.replace(wrong, right)
    return part
