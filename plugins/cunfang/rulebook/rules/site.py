"""What the rules look at: an indicator with its path in the document, and what is known beside the document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from cunfang.rulebook.indicator import Indicator
from cunfang.rulebook.model import Placed, Rulebook

Path = tuple[str | int, ...]


class Raised(NamedTuple):
    """A flaw at a key of the resolved document; file and line are found afterwards."""

    kind: str
    at: Path
    facts: Mapping[str, object] = {}


@dataclass(frozen=True)
class Known:
    """What the caller knows of the banks; nothing is read by default.

    `banks` is how many take part, `total` the amount to be placed (T), `rigid` what each bank keeps whatever happens
    and `deposits` its own deposits, by name, in yuan.
    """

    banks: int | None = None
    total: Decimal | None = None
    rigid: Mapping[str, Decimal] = field(default_factory=dict)
    deposits: Mapping[str, Decimal] = field(default_factory=dict)


Judge = Callable[[Rulebook, Known], Iterator[Raised]]


@dataclass(frozen=True)
class Site:
    """An indicator in its place."""

    path: Path
    placed: Placed

    @property
    def node(self) -> Indicator:
        """The indicator itself."""
        return self.placed.indicator

    @property
    def name(self) -> str:
        """What it is called."""
        return self.node.name

    def at(self, *keys: str | int) -> Path:
        """The path of one of its keys."""
        return (*self.path, *keys)


def sites(rulebook: Rulebook) -> Iterator[Site]:
    """Every indicator, in document order."""
    placed = {one.code: one for one in rulebook.placed()}

    def walk(nodes: Mapping[str, Indicator], path: Path) -> Iterator[Site]:
        for code, node in nodes.items():
            yield Site((*path, code), placed[code])
            yield from walk(node.indicators, (*path, code, "indicators"))

    yield from walk(rulebook.indicators, ("indicators",))
    yield from walk(rulebook.bonuses, ("bonuses",))
    yield from walk(rulebook.penalties, ("penalties",))


def leaves(rulebook: Rulebook) -> Iterator[Site]:
    """Every indicator that is scored itself."""
    return (site for site in sites(rulebook) if site.node.leaf)
